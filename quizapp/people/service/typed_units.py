"""Units in people's own words, each text of a contest once."""

from sqlalchemy import select

from quizapp.db import db, upsert
from quizapp.people.models import TypedUnit


def note_typed_unit(contest_id: int, text: str) -> int | None:
    """Keep what somebody typed for a decision; return the unit when one was decided before."""
    new = upsert(TypedUnit).values(contest_id=contest_id, text=text)
    db.session.execute(new.on_conflict_do_nothing())
    own = (TypedUnit.contest_id == contest_id, TypedUnit.text == text)
    return db.session.scalar(select(TypedUnit.unit_id).where(*own))
