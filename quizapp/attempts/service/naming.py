"""What attempts are called in the log: by their person."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from quizapp.attempts.models import Attempt
from quizapp.audit.service import Named, names_of
from quizapp.contests.service.naming import name_people
from quizapp.db import db
from quizapp.people.service.naming import numbers


@names_of("attempt")
def name_attempts(ids: Collection[str], at: datetime) -> Mapping[str, Named]:
    """Name attempts by their number and their person; they belong where the person does."""
    query = select(Attempt.id, Attempt.number, Attempt.person_id, Attempt.unit_assigned_id)
    rows = db.session.execute(query.where(Attempt.id.in_(numbers(ids)))).all()
    owners = name_people({str(row.person_id) for row in rows}, at)
    return {
        str(row.id): Named(
            words=f"{owners[str(row.person_id)].words}, {row.number}",
            unit_ids=owners[str(row.person_id)].unit_ids
            | ({row.unit_assigned_id} if row.unit_assigned_id else set()),
        )
        for row in rows
        if str(row.person_id) in owners
    }
