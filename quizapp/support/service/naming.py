"""What people's questions are called in the log."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.audit.service import Named, names_of
from quizapp.contests.service.naming import name_contests
from quizapp.db import db
from quizapp.people.service.naming import numbers
from quizapp.support.models import Ticket


@names_of("ticket")
def name_tickets(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name questions with their contest; they belong to the unit that owns it."""
    query = select(Ticket.id, Ticket.contest_id).where(Ticket.id.in_(numbers(ids)))
    rows = db.session.execute(query).all()
    contests = name_contests({str(row.contest_id) for row in rows}, at)
    return {
        str(row.id): Named(
            words=f"{row.id}, {contests[str(row.contest_id)].words}",
            unit_ids=contests[str(row.contest_id)].unit_ids,
        )
        for row in rows
    }
