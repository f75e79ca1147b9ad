"""The one background process: papers that ran out, the roll-up, the boards.

Every step is one short transaction that may be repeated; killed at any point and started again, it
goes on where the database says it was. Answering and reading need no worker.
"""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy.exc import OperationalError

from quizapp import clock
from quizapp.attempts import service as attempts
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.people import service as people
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of, write_snapshots
from quizapp.standings.service.rollup import roll_up

EXPIRED_AT_ONCE = 200
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
    """Do all that is due now: expire, roll up, and write the boards of the touched scopes.

    `known` are scopes whose boards are written whether or not anything new was counted.
    """
    expired = _until_none(_expire)
    events = 0
    touched = set(known)
    while True:
        with transaction():
            rolled = roll_up(at=clock.now())
        touched |= rolled.scopes
        events += rolled.events
        if not rolled.events:
            break
    for scope in sorted(touched, key=lambda one: (one.contest_id, one.round_number)):
        with transaction():
            write_snapshots(scope, at=clock.now())
    return Done(expired=expired, events=events, boards=len(touched))


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
