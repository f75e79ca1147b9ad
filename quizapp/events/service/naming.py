"""What evenings in halls are called in the log."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.audit.service import Named, names_of
from quizapp.contests.service.naming import name_contests
from quizapp.db import db
from quizapp.events.models import Event
from quizapp.people.service.naming import numbers


@names_of("event")
def name_events(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name events with their contest; they belong to the unit that owns it."""
    query = select(Event.id, Event.title, Event.contest_id).where(Event.id.in_(numbers(ids)))
    rows = db.session.execute(query).all()
    contests = name_contests({str(row.contest_id) for row in rows}, at)
    return {
        str(row.id): Named(
            words=f"{row.title}, {contests[str(row.contest_id)].words}",
            unit_ids=contests[str(row.contest_id)].unit_ids,
        )
        for row in rows
    }
