"""Failed tries, counted in the database: never on the way of an answer, only of a secret."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from quizapp.db import db, upsert
from quizapp.people.errors import TooManyTries, TooManyUploads
from quizapp.people.models import Throttle
from quizapp.people.rules.tries import (
    QUIET,
    UPLOADS,
    Tries,
    after_failure_of_person,
    after_failure_of_source,
    after_upload,
    no_tries,
    wait_before_try,
)
from quizapp.people.service.sealing import source_subject
from quizapp.people.service.sealing import subject as subject_of

COLUMNS: tuple[Any, ...] = (
    Throttle.failures,
    Throttle.counted_since,
    Throttle.last_failed_at,
    Throttle.next_try_at,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldTry:
    """One try that is being heard: nobody else tries this subject until the transaction ends."""

    subject: str
    source: str
    tries: Tries


def refuse_early(subject: str, *, source: str, at: datetime) -> None:
    """Raise TooManyTries when the try would not be heard; reads only."""
    _refuse(_find(subject), _find(source_subject(source)), at=at)


def hold_try(subject: str, *, source: str, at: datetime) -> HeldTry:
    """Take the subject's turn, or raise TooManyTries. Parallel guesses wait here one by one."""
    tries = _lock(subject, at=at)
    _refuse(tries, _find(source_subject(source)), at=at)
    return HeldTry(subject=subject, source=source_subject(source), tries=tries)


def count_failure(held: HeldTry, *, at: datetime) -> None:
    """Count the failure for the subject and for its address."""
    _store(held.subject, after_failure_of_person(held.tries, now=at))
    _store(held.source, after_failure_of_source(_lock(held.source, at=at), now=at))


def forget_failures(held: HeldTry, *, at: datetime) -> None:
    """Start the subject afresh after a right secret; the address keeps its count."""
    _store(held.subject, no_tries(at))


def count_upload(session: str, *, at: datetime) -> None:
    """Count a file that a session brings. Raises TooManyUploads when it has brought many just now.

    By the session, never by the address: a whole office sits behind one.
    """
    held = subject_of("upload", session)
    uploads = _lock(held, at=at)
    wait = wait_before_try(uploads, now=at)
    if wait:
        raise TooManyUploads(count=UPLOADS, wait=wait)
    _store(held, after_upload(uploads, now=at))


def forget_old_failures(*, at: datetime) -> int:
    """Delete counts that no longer matter (a quiet day); return how many."""
    old = delete(Throttle).where(Throttle.last_failed_at <= at - QUIET).returning(Throttle.subject)
    return len(db.session.scalars(old).all())


def _refuse(tries: Tries | None, of_source: Tries | None, *, at: datetime) -> None:
    wait = max(wait_before_try(tries, now=at), wait_before_try(of_source, now=at))
    if wait:
        raise TooManyTries(wait=wait)


def _find(subject: str) -> Tries | None:
    row = db.session.execute(select(*COLUMNS).where(Throttle.subject == subject)).one_or_none()
    return _tries(row) if row else None


def _lock(subject: str, *, at: datetime) -> Tries:
    """Return the subject's count with its row locked, making the row if there is none."""
    fresh = upsert(Throttle).values(subject=subject, **asdict(no_tries(at)))
    locked = fresh.on_conflict_do_update(
        index_elements=["subject"], set_={"failures": Throttle.failures}
    )
    return _tries(db.session.execute(locked.returning(*COLUMNS)).one())


def _store(subject: str, tries: Tries) -> None:
    db.session.execute(update(Throttle).where(Throttle.subject == subject).values(**asdict(tries)))


def _tries(row: Any) -> Tries:
    """Return a row of `COLUMNS` as the value the rules count with."""
    failures, counted_since, last_failed_at, next_try_at = row
    return Tries(
        failures=failures,
        counted_since=counted_since,
        last_failed_at=last_failed_at,
        next_try_at=next_try_at,
    )
