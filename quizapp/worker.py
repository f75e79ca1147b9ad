"""The one background process: papers that ran out, the roll-up, the boards; jobs in threads.

Every step is one short transaction that may be repeated; killed at any point and started again, it
goes on where the database says it was. Answering and reading need no worker.
"""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from quizapp import clock
from quizapp.attempts import service as attempts
from quizapp.attempts.service import typed_units
from quizapp.backups.service import Nightly
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.db import cause_of, db, is_away, transaction
from quizapp.jobs import service as jobs
from quizapp.people import service as people
from quizapp.people.service import invitations
from quizapp.press import service as press
from quizapp.privacy import service as privacy
from quizapp.results import service as results
from quizapp.results.service import hourly, live, refresh_boards
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.names import forget_old_names, get_changed_names
from quizapp.standings.service.rollup import BATCH, roll_up
from quizapp.standings.service.snapshots import stamp_boards
from quizapp.units.service import get_present_ids, head_counts
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.figures import figures, keep_figures

EXPIRED_AT_ONCE = 200
BATCHES = 20  # of results counted, then what is expired and the boards have their turn
EVERY_SECONDS = 1.0  # a result is public within two: after the rest, the pass and the boards
AWAY_SECONDS = 2.0
SWITCH_SECONDS = 0.0005
LAST_STEP_SECONDS = 3.0  # for each job that runs when the worker is to stop
log = structlog.get_logger("worker")


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What one pass of the worker did."""

    expired: int
    events: int
    boards: int


def run_once(*, known: Collection[Scope] = (), later: Collection[Scope] = ()) -> Done:
    """Do all that is due now: expire, roll up, and write the boards that changed.

    `known` are scopes whose every board is made whether or not anything new was counted; while
    others are left for `later`, nothing is said to show this moment.
    """
    expired = _until_none(_expire)
    _until_none(_propose_units)
    _until_none(_apply_decisions)
    results.do_what_was_asked()
    privacy.do_retention(at=clock.now())
    live.sample_running(at=clock.now())
    hourly.sample_units(at=clock.now())
    press.ask_mornings(at=clock.now())
    events = 0
    renamed = get_changed_names()
    touched = set(known) | _scopes_of(renamed)
    for _ in range(BATCHES):
        at = clock.now()
        with transaction():
            rolled = roll_up(at=at)
        events += rolled.events
        touched.update(rolled.touched)
        # In the rush there is always something new: boards must not wait for a moment without.
        if rolled.events < BATCH:
            break
    written = sum(refresh_boards(scope, at=at) for scope in touched)
    for contest_id, changed_at in renamed.items():
        with transaction():
            forget_old_names(contest_id, changed_at)
    if (touched or rolled.is_stale) and not later:
        with transaction():
            stamp_boards(at=at)
    _count(worker_passes=1, expiries=expired, rolled_up_events=events, boards_written=written)
    return Done(expired=expired, events=events, boards=written)


def run_forever() -> None:
    """Run until SIGTERM or SIGINT. A database that is away is waited for, and said once."""
    stop = _stopped_by_signals()
    # A whole round of the collector takes 100 ms, and writers would wait: see gunicorn.conf.py.
    gc.collect()
    gc.freeze()
    # A job that computes hands Python's lock on after this: a pass waits for it at every statement.
    sys.setswitchinterval(SWITCH_SECONDS)
    beside = _start_beside(stop)
    log.info("worker started")
    due: list[Scope] = []  # whose every board is to be made: one at a time, results do not wait
    tidied_on = basis = None
    while not stop.is_set():
        try:
            if tidied_on != clock.now().date():
                tidied_on = tidy()
            if (newest := basis_of_boards()) != basis:
                due, basis = newest_first(all_scopes()), newest
            done = run_once(known=due[:1], later=due[1:])
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            _note_away(error)
            basis = None
            stop.wait(AWAY_SECONDS)
            continue
        del due[:1]
        if done.expired or done.events:
            log.info("worker pass", expired=done.expired, events=done.events, boards=done.boards)
        if not due:
            stop.wait(EVERY_SECONDS)
    _join(beside)
    log.info("worker stopped")


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


def _start_beside(stop: threading.Event) -> Sequence[jobs.Lanes | Nightly]:
    """Start what takes long, in threads of its own."""
    app = cast("LocalProxy[Flask]", current_app)._get_current_object()  # noqa: SLF001 - Flask's documented way to hand the application to a thread
    beside = (jobs.Lanes(app, stop), Nightly(app, stop))
    for one in beside:
        one.start()
    return beside


def _join(beside: Sequence[jobs.Lanes | Nightly]) -> None:
    for one in beside:
        one.join(LAST_STEP_SECONDS)


def tidy() -> date:
    """Forget what need not be kept for another day; return the day it was done for."""
    now = clock.now()
    with transaction():
        people.forget_old_failures(at=now)
        banks.forget_old_reviews(at=now)
        people.forget_old_refusals(at=now)
        invitations.forget_old_batches(at=now)
        live.forget_old_minutes(at=now)
        hourly.forget_old_hours(at=now)
        banks.forget_unused_pictures(at=now)
        press.forget_old_files(at=now)
        jobs.forget_old_jobs(at=now)
    privacy.forget_old_marks(at=now)
    privacy.forget_left_wishes(at=now)  # of rehearsals that were emptied
    results.delete_old_generations()
    return now.date()


def all_scopes() -> frozenset[Scope]:
    """Return every scope there is: what a worker that was killed may have left unwritten."""
    scopes = {scope for one in contests.get_contests() for scope in scopes_of(one).values()}
    db.session.rollback()
    return frozenset(scopes)


def newest_first(scopes: Collection[Scope]) -> list[Scope]:
    """Return scopes in the order in which people wait for them: the newest contest's last round."""
    return sorted(scopes, key=lambda scope: (scope.contest_id, scope.round_number), reverse=True)


def basis_of_boards() -> tuple[datetime | None, frozenset[tuple[int, int]]]:
    """Return what every board rests on beside results: the last lock of a head count gives another
    rate, and a unit that ended yesterday (or was loaded) stands under another one today.
    """
    found = head_counts.last_lock(), get_present_ids(on=day_in_vietnam(clock.now())).items()
    db.session.rollback()
    return found[0], frozenset(found[1])


def _note_away(error: SQLAlchemyError) -> None:
    log.warning("database away", cause=cause_of(error))
    db.session.remove()
    _count(worker_database_away=1)


def _count(**counts: int) -> None:
    for name, count in counts.items():
        figures().add(name, count)
    keep_figures()


def _scopes_of(contest_ids: Collection[int]) -> set[Scope]:
    cards = [one for one in contests.get_contests() if one.id in contest_ids] if contest_ids else []
    db.session.rollback()
    return {scope for one in cards for scope in scopes_of(one).values()}


def _expire() -> int:
    with transaction():
        return attempts.expire_due(at=clock.now(), limit=EXPIRED_AT_ONCE)


def _propose_units() -> int:
    """Look at units in free words without holding anybody up; write what they are likely to be."""
    proposals = typed_units.propose_units(on=day_in_vietnam(clock.now()))
    db.session.rollback()
    if proposals:
        with transaction():
            typed_units.keep_proposals(proposals)
    return len(proposals)


def _apply_decisions() -> int:
    if not typed_units.has_waiting():
        db.session.rollback()
        return 0
    db.session.rollback()
    with transaction():
        return typed_units.apply_decisions()


def _until_none(step: Callable[[], int]) -> int:
    total = 0
    while count := step():
        total += count
    return total
