"""Before a close counts: nothing is under way any more, and the worker's sums are complete."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

from sqlalchemy import ColumnElement, func, literal_column, select

from quizapp import clock
from quizapp.attempts import service as attempts
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.db import db, transaction
from quizapp.results.errors import ServerBusy
from quizapp.results.service.bulk import is_postgresql
from quizapp.results.service.refreshing import refresh_boards
from quizapp.standings.service import Scope
from quizapp.standings.service.rollup import roll_up
from quizapp.standings.service.waiting import count_waiting

SWEPT_AT_ONCE = 200
PATIENCE = timedelta(seconds=60)
ASK_AGAIN_SECONDS = 0.05


def settle(round_id: int) -> None:
    """Return once everything that began before is over, final, and counted.

    Raises ServerBusy when that takes longer than a minute.
    """
    _wait_for_older()
    while True:
        with transaction():
            if not attempts.expire_due(at=clock.now(), limit=SWEPT_AT_ONCE):
                break
    running = select(func.count()).where(
        Attempt.round_id == round_id, Attempt.state == AttemptState.RUNNING
    )
    count = db.session.scalar(running)
    db.session.rollback()
    if count:
        raise ServerBusy
    _count_results()


def _wait_for_older() -> None:
    """Return when no transaction is left that may not have seen the beginning of the close."""
    if not is_postgresql():
        return  # writers take turns: whoever comes after us has seen it
    newest = db.session.scalar(select(_edge("xmax"))) or 0
    db.session.rollback()
    _until(lambda: (db.session.scalar(select(_edge("xmin"))) or 0) >= newest)


def _edge(name: str) -> ColumnElement[int]:
    return literal_column(f"pg_snapshot_{name}(pg_current_snapshot())::text::bigint")


def _count_results() -> None:
    """Roll up what waits, as the worker does, and make the boards that it changes."""
    touched: set[Scope] = set()

    def nothing_waits() -> bool:
        while True:
            with transaction():
                rolled = roll_up(at=clock.now())
            touched.update(rolled.touched)
            if not rolled.events:
                return not count_waiting()

    _until(nothing_waits)
    for scope in touched:
        refresh_boards(scope, at=clock.now())


def _until(is_done: Callable[[], bool]) -> None:
    """Ask again and again, for a minute at most. Raises ServerBusy."""
    pause, tries = Event(), int(PATIENCE.total_seconds() / ASK_AGAIN_SECONDS)
    for _ in range(tries):
        found = is_done()
        db.session.rollback()
        if found:
            return
        pause.wait(ASK_AGAIN_SECONDS)
    raise ServerBusy
