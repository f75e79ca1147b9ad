"""The one background process: papers that ran out, the roll-up, the boards.

Every step is one short transaction that may be repeated; killed at any point and started again, it
goes on where the database says it was. Answering and reading need no worker.
"""

import signal
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy.exc import OperationalError

from quizapp import clock
from quizapp.attempts import service as attempts
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.people import service as people
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import roll_up
from quizapp.standings.service.snapshots import keep_boards, make_boards, stamp_boards

EXPIRED_AT_ONCE = 200
BOARDS_AT_ONCE = 100
EVERY_SECONDS = 0.5
AWAY_SECONDS = 2.0
log = structlog.get_logger("worker")


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What one pass of the worker did."""

    expired: int
    events: int
    boards: int


def run_once(*, known: frozenset[Scope] = frozenset()) -> Done:
    """Do all that is due now: expire, roll up, and write the boards that changed.

    `known` are scopes whose every board is made whether or not anything new was counted.
    """
    expired = _until_none(_expire)
    events = 0
    touched: dict[Scope, set[int] | None] = dict.fromkeys(known)
    while True:
        at = clock.now()
        with transaction():
            rolled = roll_up(at=at)
        events += rolled.events
        for scope, unit_ids in rolled.touched.items():
            units_so_far = touched.setdefault(scope, set())
            if units_so_far is not None:
                units_so_far |= unit_ids
        if not rolled.events:
            break
    written = sum(refresh_boards(scope, at=at, units_touched=touched[scope]) for scope in touched)
    if touched or rolled.is_stale:
        with transaction():
            stamp_boards(at=at)
    return Done(expired=expired, events=events, boards=written)


def refresh_boards(
    scope: Scope, *, at: datetime, units_touched: Collection[int] | None = None
) -> int:
    """Make the scope's boards without holding anybody up, write what changed; return how many."""
    boards = make_boards(scope, at=at, units_touched=units_touched)
    db.session.rollback()
    for start in range(0, len(boards), BOARDS_AT_ONCE):
        with transaction():
            keep_boards(scope, boards[start : start + BOARDS_AT_ONCE], at=at)
    return len(boards)


def run_forever() -> None:
    """Run until SIGTERM or SIGINT. A database that is away is waited for, and said once."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    log.info("worker started")
    known: frozenset[Scope] | None = None
    tidied_on = None
    while not stop.is_set():
        try:
            if tidied_on != clock.now().date():
                tidied_on = tidy()
            done = run_once(known=all_scopes() if known is None else known)
        except OperationalError as error:
            log.warning("database away", cause=str(error.orig).splitlines()[0])
            db.session.remove()
            known = None
            stop.wait(AWAY_SECONDS)
            continue
        known = frozenset()
        if done.expired or done.events:
            log.info("worker pass", expired=done.expired, events=done.events, boards=done.boards)
        stop.wait(EVERY_SECONDS)
    log.info("worker stopped")


def tidy() -> date:
    """Forget what need not be kept for another day; return the day it was done for."""
    now = clock.now()
    with transaction():
        people.forget_old_failures(at=now)
    return now.date()


def all_scopes() -> frozenset[Scope]:
    """Return every scope there is: what a worker that was killed may have left unwritten."""
    scopes = {scope for one in contests.get_contests() for scope in scopes_of(one).values()}
    db.session.rollback()
    return frozenset(scopes)


def _expire() -> int:
    with transaction():
        return attempts.expire_due(at=clock.now(), limit=EXPIRED_AT_ONCE)


def _until_none(step: Callable[[], int]) -> int:
    total = 0
    while count := step():
        total += count
    return total
