"""Results that are stored and that the roll-up has not counted yet."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select, tuple_

from quizapp.db import db
from quizapp.standings.models import ResultEvent, RollupMark


def count_waiting() -> int:
    """Return how many results have not been counted yet."""
    waiting = select(func.count()).select_from(ResultEvent).where(_is_waiting())
    return db.session.scalar(waiting) or 0


def get_people_waiting(round_ids: Collection[int]) -> set[int]:
    """Return the people of rounds of whom something has not been counted yet."""
    own = ResultEvent.round_id.in_(round_ids)
    return set(db.session.scalars(select(ResultEvent.person_id).where(own, _is_waiting())))


def _is_waiting() -> ColumnElement[bool]:
    mark = db.session.execute(select(RollupMark.event_id, RollupMark.event_xid)).one()
    if db.engine.dialect.name == "postgresql":
        place = tuple_(ResultEvent.xid, ResultEvent.id)
        return place > (mark.event_xid, mark.event_id)
    newer: ColumnElement[bool] = ResultEvent.id > mark.event_id
    return newer
