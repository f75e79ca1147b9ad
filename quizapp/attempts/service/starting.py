"""Starting a paper, or going on with the one that runs."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from quizapp.attempts import rules
from quizapp.attempts.errors import (
    NoAttemptLeft,
    NotOpenYet,
    PersonNotValid,
    RoundClosed,
    RoundPaused,
)
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, DrawRules
from quizapp.attempts.service.finish import finish
from quizapp.attempts.service.rows import AnyRow, encode_id, is_over, with_round
from quizapp.attempts.service.time import get_extra
from quizapp.banks import service as banks
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service import RoundCard, drawable
from quizapp.db import db, upsert
from quizapp.people.service import PersonCard
from quizapp.web.language import moment

ID_BYTES = 16
RACES = 5  # each turn means that another request of this person came first


def start_attempt(
    one: RoundCard, person: PersonCard, *, holder: str, at: datetime, number: int | None = None
) -> str:
    """Return the public id of the person's running paper, drawing a new one if there is none.

    Asking again, also from another phone, gives the same paper, held by the phone that asked.
    `number` names the attempt that was asked for (None: the next): once that one is over, asking
    for it again, as a tap that arrives twice does, gives it and begins no other.
    Raises NotOpenYet, RoundClosed, RoundPaused, NoAttemptLeft or PersonNotValid.
    """
    if person.state != "active":
        raise PersonNotValid
    for _ in range(RACES):
        public_id = _go_on(one, person, holder=holder, at=at) or _begin(
            one, person, holder=holder, at=at, asked=number
        )
        if public_id is not None:
            return public_id
    raise RuntimeError(f"person {person.id} starts round {one.id} without end")


def _go_on(one: RoundCard, person: PersonCard, *, holder: str, at: datetime) -> str | None:
    """Return the person's running paper, now held by this phone, or None when there is none.

    One that ran out is made final on the way.
    """
    row = _running_of(one.id, person.id)
    if row is None:
        return None
    if is_over(row, at=at):
        finish(row, state=AttemptState.EXPIRED, at=at)
        return None
    if row.holder != holder:
        db.session.execute(update(Attempt).where(Attempt.id == row.id).values(holder=holder))
    return encode_id(row.public_id)


def _begin(
    one: RoundCard, person: PersonCard, *, holder: str, at: datetime, asked: int | None
) -> str | None:
    """Draw and keep a new paper; return its public id, or None when another start was faster.

    The attempt that was `asked` for may have been begun already: then its public id.
    """
    begun = _begun(one, person)
    if asked is not None and asked in begun:
        return encode_id(begun[asked])
    if one.paused_at is not None:
        raise RoundPaused
    _check_window(one, at=at)
    number = max(begun, default=0) + 1
    if number > one.rules.attempts_max:
        raise NoAttemptLeft(limit=one.rules.attempts_max)
    paper = _draw(one, person, number=number)
    public_id = one.tag + secrets.token_bytes(ID_BYTES)
    new = upsert(Attempt).values(
        public_id=public_id,
        round_id=one.id,
        person_id=person.id,
        number=number,
        number_limit=one.rules.attempts_max,
        unit_declared_id=person.unit_id,
        unit_assigned_id=person.unit_id,
        paper=rules.encode_paper(paper),
        started_at=at,
        deadline_at=rules.deadline(
            started_at=at, time_limit=one.rules.time_limit, closes_at=one.window.closes_at
        )
        + get_extra(one, person),
        holder=holder,
        last_op=0,
        answers=rules.encode_answers([0] * len(paper)),
        state=AttemptState.RUNNING,
    )
    # The constraints decide a race: whoever came second finds the first one's paper.
    is_first = db.session.scalar(new.on_conflict_do_nothing().returning(Attempt.id)) is not None
    return encode_id(public_id) if is_first else None


def _begun(one: RoundCard, person: PersonCard) -> Mapping[int, bytes]:
    """Return number → public id of the person's attempts of the round."""
    columns = select(Attempt.number, Attempt.public_id)
    mine = columns.where(Attempt.round_id == one.id, Attempt.person_id == person.id)
    return {row.number: row.public_id for row in db.session.execute(mine)}


def _draw(one: RoundCard, person: PersonCard, *, number: int) -> tuple[rules.Asked, ...]:
    return rules.draw(
        drawable(banks.get_questions(one.bank_version_id), one.rules, one.window),
        DrawRules(
            questions=one.rules.questions,
            quota=one.rules.quota,
            shuffle_questions=one.rules.shuffle_questions,
            shuffle_options=one.rules.shuffle_options,
        ),
        secret=one.secret,
        person=person.public_id,
        number=number,
    )


def _check_window(one: RoundCard, *, at: datetime) -> None:
    phase = one.window.phase(at)
    if phase is Phase.NOT_OPEN:
        raise NotOpenYet(opens=moment(one.window.opens_at))
    if phase is Phase.CLOSED:
        raise RoundClosed(closes=moment(one.window.closes_at))


def _running_of(round_id: int, person_id: int) -> AnyRow | None:
    """Return the person's running attempt of a round, locked, or None."""
    return db.session.execute(
        with_round(Attempt, with_contest=False)
        .where(Attempt.round_id == round_id, Attempt.person_id == person_id)
        .where(Attempt.state == AttemptState.RUNNING)
        .with_for_update(of=Attempt)
    ).one_or_none()
