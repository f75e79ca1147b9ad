"""Boards for tests: let the worker count everything that is committed."""

from sqlalchemy import func, select

from quizapp import worker
from quizapp.db import db
from quizapp.standings.models import ResultEvent, RollupMark

PASSES = 100_000  # a bound, far above what is ever needed


def rolled_up(**given):
    """Run the worker until no result waits; return what its passes did together.

    On PostgreSQL a result is counted once every older transaction of the whole server has ended,
    and others may be using the server. Each pass asks it again; nothing sleeps.
    """
    expired = events = 0
    for _ in range(PASSES):
        done = worker.run_once(**given)
        expired, events = expired + done.expired, events + done.events
        if not count_waiting():
            return worker.Done(expired=expired, events=events, boards=done.boards)
    raise AssertionError("a transaction of this server has been open all the while")


def count_waiting():
    """Return how many results the worker has not counted yet."""
    mark = db.session.scalar(select(RollupMark))
    newer = ResultEvent.id > mark.event_id
    if db.engine.dialect.name == "postgresql":
        newer = (ResultEvent.xid > mark.event_xid) | ((ResultEvent.xid == mark.event_xid) & newer)
    count = db.session.scalar(select(func.count()).select_from(ResultEvent).where(newer))
    db.session.rollback()
    return count
