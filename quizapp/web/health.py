"""Whether this process is up (`/healthz`), and whether it may be given requests (`/readyz`)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, current_app
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from quizapp import clock
from quizapp.db import db
from quizapp.schema import Schema, schema

MAX_CLOCK_GAP = timedelta(milliseconds=100)
DATABASE_CLOCK = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT to_char(timezone('UTC', clock_timestamp()), 'YYYY-MM-DD HH24:MI:SS.US')",
}
FACTS = "quizapp ready facts"

health = Blueprint("health", __name__)


def report(app: App, name: str, fact: Callable[[datetime], float | None]) -> None:
    """Show a number (or null) under `name` in `/readyz`; a feature above adds what only it knows.

    It informs and decides nothing: a dead worker must not take the answering process away.
    """
    app.extensions.setdefault(FACTS, {})[name] = fact


@health.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer while the process can; a database that is down is no reason to kill it."""
    return {"status": "ok"}


@health.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Answer 200 when requests can be served correctly now, 503 with the reason otherwise."""
    try:
        why = _trouble()
        if why:
            return {"status": "not ready", "why": why}, 503
        facts = _facts(clock.now())
    except (DBAPIError, PoolTimeout):
        return {"status": "not ready", "why": "database"}, 503
    return {"status": "ready"} | facts


def _facts(now: datetime) -> dict[str, float | None]:
    return {name: fact(now) for name, fact in current_app.extensions.get(FACTS, {}).items()}


def _trouble() -> str | None:
    if schema() is not Schema.AT_HEAD:
        return "schema"
    before = clock.now()
    there = _database_clock()
    return "clock" if gap(there, before=before, after=clock.now()) > MAX_CLOCK_GAP else None


def gap(there: datetime, *, before: datetime, after: datetime) -> timedelta:
    """Return how far a clock read between two moments of ours surely is from ours.

    The journey to the database is not a difference of clocks: inside the two moments it is zero.
    """
    return max(before - there, there - after, timedelta(0))


def _database_clock() -> datetime:
    statement = text(DATABASE_CLOCK[db.engine.dialect.name])
    with db.engine.connect() as connection:
        return datetime.fromisoformat(connection.scalar(statement)).replace(tzinfo=UTC)
