"""What the help desk does for one person: a PIN, a number, a name, time, an attempt given back.

Each is one transaction of the caller's, with a reason and one audit row.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select, update

from quizapp.attempts.errors import (
    NoPhoneLeft,
    PersonIsErased,
    PersonIsVoid,
    RoundClosed,
    RoundIsFinal,
    StillRunning,
    WasGivenBack,
    WasMerged,
)
from quizapp.attempts.models import Attempt, AttemptVoid
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import time
from quizapp.attempts.service.corrections import (
    BY_ITSELF,
    BY_MERGE,
    GIVEN_BACK,
    WITH_PERSON,
    lock_attempt,
    lock_attempts,
    note,
    void_rows,
)
from quizapp.attempts.service.desk import Asked, attempt_asked, person_asked, why_of
from quizapp.attempts.service.rows import AnyRow
from quizapp.attempts.service.time import For, read_minutes
from quizapp.contests import service as contests
from quizapp.contests.models import Round
from quizapp.db import db
from quizapp.errors import Refusal
from quizapp.people import service as people
from quizapp.people.service import DECIDES, HELPS, PersonCard, PersonState, ResetCode
from quizapp.standings.service.names import note_names_changed
from quizapp.web.formats import moment

NOT_RETURNABLE: Mapping[str, type[Refusal]] = {
    GIVEN_BACK: WasGivenBack,
    WITH_PERSON: PersonIsVoid,
    BY_MERGE: WasMerged,
}
KNOWN, NONE = {"number": "known"}, {"number": "none"}  # digests of the log never hold a number


def make_reset_code(asked: Asked, *, reason: str, at: datetime) -> ResetCode:
    """Return a code to tell the person on the telephone: with it they choose a new PIN, once."""
    _, person, reach = person_asked(asked, HELPS)
    why = why_of(reach, reason)
    made = people.make_reset_code(person, at=at)
    note("person.reset_pin", f"person:{person.id}", why, at=at)
    return made


def read_phone(asked: Asked, *, reason: str, at: datetime) -> str:
    """Return the whole number, as E.164, of somebody who is to be called; the log says who read it.

    Raises NoPhoneLeft.
    """
    _, person, reach = person_asked(asked, HELPS)
    why = why_of(reach, reason)
    phone = people.open_phone(person.id)
    if not phone:
        raise NoPhoneLeft
    note("person.read_phone", f"person:{person.id}", why, at=at)
    return phone


def set_name(asked: Asked, *, name: str, reason: str, at: datetime) -> None:
    """Let a person bear the name typed, on boards too. Raises BadEntry, RoundIsFinal,
    PersonIsErased.
    """
    _, person, reach = person_asked(asked, HELPS)
    _refuse_erased(person.id)
    why = why_of(reach, reason)
    _refuse_final(person.id)
    people.set_name(person.id, name)
    note_names_changed(person.contest_id, at=at)
    bound = {"of": person.public_id.hex()}  # the digest of a name alone would be guessed
    change = bound | {"name": person.name}, bound | {"name": name}
    note("person.correct_name", f"person:{person.id}", why, at=at, change=change)


def free_phone(asked: Asked, *, reason: str, at: datetime) -> None:
    """Take a disputed number off an entry: its owner may join with it, or be given it."""
    _, person, reach = person_asked(asked, DECIDES)
    why = why_of(reach, reason)
    people.free_phone(people.lock_person(person.id))
    note("person.free_phone", f"person:{person.id}", why, at=at, change=(KNOWN, NONE))


def give_phone(asked: Asked, *, phone: str, reason: str, at: datetime) -> None:
    """Let an entry have the number typed. Raises BadEntry, PhoneInUse, PersonIsErased."""
    _, person, reach = person_asked(asked, DECIDES)
    why = why_of(reach, reason)
    people.give_phone(_refuse_erased(person.id), phone)
    note("person.give_phone", f"person:{person.id}", why, at=at, change=(KNOWN, KNOWN))


def give_time(asked: Asked, number: int, *, minutes: str, reason: str, at: datetime) -> None:
    """Give a person extra minutes in a round, also for a paper that runs.

    Raises NoSuchRound, BadMinutes, RoundIsFinal.
    """
    contest, person, reach = person_asked(asked, DECIDES)
    one = contests.get_round(contest, number)
    why = why_of(reach, reason)
    whom = For(person_id=person.id)
    time.grant_time(one, whom, read_minutes(minutes) * 60, why, at=at)
    note("person.give_time", f"person:{person.id}", why, at=at)


def give_back(asked: Asked, *, reason: str, at: datetime) -> None:
    """Let an attempt count for nothing and another be begun in its place, while the round is open.

    The attempt's own limit says so: the next one's is the rules' or that, whichever is more.
    Raises StillRunning, RoundClosed, RoundIsFinal.
    """
    _, found, reach = attempt_asked(asked, DECIDES)
    why = why_of(reach, reason)
    row = lock_attempt(found.id)
    _check_returnable(row, at=at)
    if row.state != AttemptState.VOID:
        void_rows([row], cause=GIVEN_BACK, at=at)
    else:
        _give_back_void(row)
    own = [one.number_limit for one in _of_round(row)]
    more = update(Attempt).where(Attempt.id == row.id).values(number_limit=max(own) + 1)
    db.session.execute(more.execution_options(synchronize_session=False))
    note("attempt.give_back", f"attempt:{row.id}", why, at=at)


def _check_returnable(row: AnyRow, *, at: datetime) -> None:
    if row.state == AttemptState.RUNNING:
        raise StillRunning
    _check_open_to_change([row.round_id])
    if at >= row.closes_at:
        raise RoundClosed(closes=moment(row.closes_at))


def _of_round(row: AnyRow) -> list[AnyRow]:
    return [one for one in lock_attempts([row.person_id]) if one.round_id == row.round_id]


def _give_back_void(row: AnyRow) -> None:
    """Let an attempt that an organiser took out be given back; once, and only if by itself."""
    mark = db.session.get_one(AttemptVoid, row.id)
    if mark.cause != BY_ITSELF:
        raise NOT_RETURNABLE[mark.cause]
    given = update(AttemptVoid).where(AttemptVoid.attempt_id == row.id).values(cause=GIVEN_BACK)
    db.session.execute(given)


def _refuse_erased(person_id: int) -> PersonCard:
    """Return the locked entry. Raises PersonIsErased: nobody's row takes no name and no number."""
    person = people.lock_person(person_id)
    if person.state is PersonState.ERASED:
        raise PersonIsErased
    return person


def _refuse_final(person_id: int) -> None:
    """Raise RoundIsFinal when a round that is closed, or being closed, ranks this person."""
    ids = {row.round_id for row in lock_attempts([person_id])}
    _check_open_to_change(ids)


def _check_open_to_change(round_ids: Collection[int]) -> None:
    closing = select(Round.id).where(Round.id.in_(round_ids), Round.closing_at.is_not(None))
    if db.session.scalar(closing.limit(1)) is not None:
        raise RoundIsFinal
