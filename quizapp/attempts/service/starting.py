"""Starting a paper, or going on with the one that runs."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Executable, bindparam, select, update

from quizapp.attempts import rules
from quizapp.attempts.errors import (
    NoAttemptLeft,
    NoAttemptLeftInContest,
    NoAttemptLeftToday,
    NotOpenYet,
    PersonNotValid,
    RoundClosed,
    RoundPaused,
)
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, DrawRules
from quizapp.attempts.service.finish import finish
from quizapp.attempts.service.rows import ATTEMPT, ROUND, AnyRow, encode_id, is_over, with_round
from quizapp.attempts.service.time import get_extra
from quizapp.contests.rules import Per
from quizapp.contests.rules.schedule import Phase
from quizapp.contests.service import RoundCard, get_pool
from quizapp.db import built_once, run, upsert
from quizapp.people.service import PersonCard
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.formats import moment

ID_BYTES = 16
NO_ATTEMPT_LEFT = {
    Per.ROUND: NoAttemptLeft,
    Per.DAY: NoAttemptLeftToday,
    Per.CONTEST: NoAttemptLeftInContest,
}
_MINE = ATTEMPT.c.person_id == bindparam("person_id")
_BEGUN = select(
    ATTEMPT.c.id,
    ATTEMPT.c.round_id,
    ATTEMPT.c.number,
    ATTEMPT.c.number_limit,
    ATTEMPT.c.public_id,
    ATTEMPT.c.started_at,
    ATTEMPT.c.state,
).where(_MINE)
BEGUN_IN_ROUND = _BEGUN.where(ATTEMPT.c.round_id == bindparam("round_id"))
BEGUN_IN_CONTEST = _BEGUN.where(
    ATTEMPT.c.round_id.in_(select(ROUND.c.id).where(ROUND.c.contest_id == bindparam("contest_id")))
)
_THIS = ATTEMPT.c.id == bindparam("this")
STILL_RUNNING = (
    with_round().where(_THIS, ATTEMPT.c.state == AttemptState.RUNNING).with_for_update(of=ATTEMPT)
)
HOLD = update(ATTEMPT).where(_THIS).values(holder=bindparam("by"))
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
        turns = _begun(one, person)
        public_id = _go_on(one, turns, holder=holder, at=at)
        if public_id is None:
            public_id = _begin(one, person, turns, holder=holder, at=at, asked=number)
        if public_id is not None:
            return public_id
    raise RuntimeError(f"person {person.id} starts round {one.id} without end")


def end_if_begun(one: RoundCard, person: PersonCard, *, at: datetime) -> datetime:
    """Return when a paper that the person begins at `at` runs out."""
    end = rules.deadline(
        started_at=at, time_limit=one.rules.time_limit, closes_at=one.window.closes_at
    )
    return end + get_extra(one, person)


def _go_on(one: RoundCard, turns: Sequence[AnyRow], *, holder: str, at: datetime) -> str | None:
    """Return the person's running paper, now held by this phone, or None when there is none.

    One that ran out is made final on the way.
    """
    mine = (row for row in turns if row.round_id == one.id)
    running = next((row.id for row in mine if row.state == AttemptState.RUNNING), None)
    found = [] if running is None else run(STILL_RUNNING, this=running)
    if not found:
        return None
    row = found[0]
    if is_over(row, at=at):
        finish(row, state=AttemptState.EXPIRED, at=at)
        return None
    if row.holder != holder:
        run(HOLD, this=row.id, by=holder)
    return encode_id(row.public_id)


def _begin(
    one: RoundCard,
    person: PersonCard,
    turns: Sequence[AnyRow],
    *,
    holder: str,
    at: datetime,
    asked: int | None,
) -> str | None:
    """Draw and keep a new paper; return its public id, or None when another start was faster.

    The attempt that was `asked` for may have been begun already: then its public id.
    """
    begun = {row.number: row.public_id for row in turns if row.round_id == one.id}
    if asked is not None and asked in begun:
        return encode_id(begun[asked])
    if one.paused_at is not None:
        raise RoundPaused
    _check_window(one, at=at)
    number = max(begun, default=0) + 1
    limit = get_limit(one, [(row.round_id == one.id, row.started_at) for row in turns], at=at)
    # One that was given back says itself that there is another in its place.
    limit = max([limit, *(row.number_limit for row in turns if row.round_id == one.id)])
    if number > limit:
        raise NO_ATTEMPT_LEFT[one.rules.attempts_per](limit=one.rules.attempts_max)
    paper = _draw(one, person, number=number)
    public_id = one.tag + secrets.token_bytes(ID_BYTES)
    # The constraints decide a race: whoever came second finds the first one's paper.
    first = run(
        _begin_if_first(),
        public_id=public_id,
        round_id=one.id,
        person_id=person.id,
        number=number,
        number_limit=limit,
        unit_declared_id=person.unit_id,
        unit_assigned_id=person.unit_counted_id,
        paper=rules.encode_paper(paper),
        started_at=at,
        deadline_at=end_if_begun(one, person, at=at),
        holder=holder,
        last_op=0,
        answers=rules.encode_answers([0] * len(paper)),
        state=AttemptState.RUNNING,
    )
    return encode_id(public_id) if first else None


@built_once
def _begin_if_first() -> Executable:
    new: Executable = upsert(Attempt).on_conflict_do_nothing().returning(ATTEMPT.c.id)
    return new


def get_limit(one: RoundCard, turns: Iterable[tuple[bool, datetime]], *, at: datetime) -> int:
    """Return the highest number that the person's next attempt of the round may have.

    `turns` has, for each attempt begun, whether it is of this round, and when it began. Those of
    other rounds matter only where the limit is for the whole contest.
    """
    turns, today = list(turns), day_in_vietnam(at)
    return rules.number_limit(
        one.rules.attempts_per,
        one.rules.attempts_max,
        before_today=sum(mine and day_in_vietnam(began) < today for mine, began in turns),
        elsewhere=sum(not mine for mine, _ in turns),
    )


def _begun(one: RoundCard, person: PersonCard) -> Sequence[AnyRow]:
    """Return the person's attempts of the round, or of the contest where that has the limit.

    Rounds do not overlap: nothing can begin in another one meanwhile.
    """
    if one.rules.attempts_per is Per.CONTEST:
        return run(BEGUN_IN_CONTEST, person_id=person.id, contest_id=one.contest_id)
    return run(BEGUN_IN_ROUND, person_id=person.id, round_id=one.id)


def _draw(one: RoundCard, person: PersonCard, *, number: int) -> tuple[rules.Asked, ...]:
    return rules.draw(
        get_pool(one),
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
