"""What organisers do on a page when something goes wrong: time for many, a pause, an outage.

Whoever reaches all of a contest decides for everybody, others give time to units within reach.
What cannot be taken back is shown before it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from quizapp.attempts.errors import NoSuchGrant, NoUnitTyped
from quizapp.attempts.models import Attempt, TimeGrant, TimeWithdrawal
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import announcing, time
from quizapp.attempts.service.desk import (
    Asked,
    checked_reason,
    contest_asked,
    find_unit_typed,
    may_count,
    why_of,
)
from quizapp.attempts.service.time import For
from quizapp.contests import service as contests
from quizapp.contests.errors import BadSchedule
from quizapp.contests.models import Interruption
from quizapp.contests.rules.hiding import magnitude
from quizapp.contests.rules.schedule import BadMoment, Phase, read_moment
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.people.service import DECIDES, Reach
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Extra time of many; `unit` is a name, None: everybody's. `may_withdraw` by who looks."""

    id: int
    round_id: int
    seconds: int
    unit: str | None
    reason: str
    granted_at: datetime
    withdrawn_at: datetime | None
    may_withdraw: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A pause that is over or an outage: what counts for nobody."""

    began_at: datetime
    ended_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many papers run; `exact` None: kept back, while `digits` says how large it is."""

    exact: int | None
    digits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundNow:
    """A round, how many papers of it run within reach, and what was done so far, newest first."""

    round: RoundCard
    phase: Phase
    running: Counted
    grants: Sequence[Grant]
    stretches: Sequence[Stretch]


@dataclass(frozen=True, kw_only=True, slots=True)
class Incidents:
    """A contest's rounds; `is_whole`: who looks decides for everybody, not only for some units."""

    contest: ContestCard
    is_whole: bool
    rounds: Sequence[RoundNow]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What would be done, as the public will read it; `mark` says whether that was looked at."""

    number: int
    line: str
    running: Counted
    mark: str


def get_incidents(asked: Asked, *, at: datetime) -> Incidents:
    """Return where the rounds of a contest stand. Raises NotFound, NotYourRole."""
    contest, reach = contest_asked(asked, DECIDES)
    grants = get_grants(contest.rounds, at=at, reach=reach)
    stretches = _stretches(contest.rounds)
    running = _count_running(contest.rounds, reach)
    is_exact = may_count(asked, contest, at=at)
    return Incidents(
        contest=contest,
        is_whole=reach.is_everybody,
        rounds=[
            RoundNow(
                round=one,
                phase=one.phase(at),
                running=_counted(running.get(one.id, 0), is_exact=is_exact),
                grants=[grant for grant in grants if grant.round_id == one.id],
                stretches=stretches.get(one.id, ()),
            )
            for one in contest.rounds
        ],
    )


def get_grants(
    rounds: Sequence[RoundCard], *, at: datetime, reach: Reach | None = None
) -> Sequence[Grant]:
    """Return the extra time of many in these rounds, newest first; what one person got is theirs.

    `reach` is how far who looks decides, None: nowhere.
    """
    rows = db.session.execute(
        select(TimeGrant, TimeWithdrawal.withdrawn_at)
        .outerjoin(TimeWithdrawal, TimeWithdrawal.grant_id == TimeGrant.id)
        .where(TimeGrant.round_id.in_([one.id for one in rounds]), TimeGrant.person_id.is_(None))
        .order_by(TimeGrant.id.desc())
    ).all()
    ids = {row.TimeGrant.unit_id for row in rows if row.TimeGrant.unit_id is not None}
    cards = units.get_cards(ids, on=day_in_vietnam(at))
    return [
        Grant(
            id=one.id,
            round_id=one.round_id,
            seconds=one.seconds,
            unit=cards[one.unit_id].name if one.unit_id is not None else None,
            reason=one.reason,
            granted_at=one.granted_at,
            withdrawn_at=withdrawn_at,
            may_withdraw=reach is not None and reach.has(one.unit_id),
        )
        for one, withdrawn_at in rows
    ]


def pause(asked: Asked, number: int, *, reason: str, at: datetime) -> None:
    """Stop the clocks of a round.

    Raises NotFound, NotYourRole, BadReason, and as pausing does.
    """
    one, reach = _whole(asked, number)
    time.pause_round(one, why_of(reach, reason), at=at)


def resume(asked: Asked, number: int, *, reason: str, at: datetime) -> None:
    """Let the clocks go on. Raises NotFound, NotYourRole, BadReason, and as resuming does."""
    one, reach = _whole(asked, number)
    time.resume_round(one, why_of(reach, reason), at=at)


def plan_extra(asked: Asked, number: int, typed: Mapping[str, str], *, at: datetime) -> Plan:
    """Return what extra time for a unit, or everybody, would do.

    Raises NotFound, NotYourRole, BadReason, BadMinutes, UnclearUnit, NoUnitTyped.
    """
    contest, one, whom, seconds = _extra(asked, number, typed, at=at)
    checked_reason(typed["reason"])
    _, reach = contest_asked(asked, DECIDES)
    running = _count_running([one], reach, within=whom.unit_id).get(one.id, 0)
    return Plan(
        number=number,
        line=announcing.line_of_extra(one, whom.unit_id, seconds, at=at),
        running=_counted(running, is_exact=may_count(asked, contest, at=at)),
        mark=f"{whom.unit_id} {seconds}",
    )


def give_extra(asked: Asked, number: int, typed: Mapping[str, str], *, at: datetime) -> None:
    """Give what was planned. Raises as `plan_extra` does, and RoundIsFinal."""
    _, one, whom, seconds = _extra(asked, number, typed, at=at)
    _, reach = contest_asked(asked, DECIDES)
    time.grant_time(one, whom, seconds, why_of(reach, typed["reason"]), at=at)


def withdraw(asked: Asked, number: int, grant_id: int, *, reason: str, at: datetime) -> None:
    """Give extra time to no more papers. Raises NotFound, NotYourRole, NoSuchGrant, BadReason."""
    contest, reach = contest_asked(asked, DECIDES)
    one = contests.get_round(contest, number)
    grant = time.find_grant(one, grant_id)
    if grant is None or not reach.has(grant.unit_id):
        raise NoSuchGrant
    time.withdraw_time(one, grant_id, why_of(reach, reason), at=at)


def plan_outage(asked: Asked, number: int, typed: Mapping[str, str], *, at: datetime) -> Plan:
    """Return what taking a stretch out of everybody's time would do.

    Raises NotFound, NotYourRole, BadReason, BadSchedule, and what compensating does.
    """
    one, reach = _whole(asked, number)
    began, ended = _stretch(typed)
    checked_reason(typed["reason"])
    closes = time.check_outage(one, began, ended, at=at)
    contest = contests.get_contest(asked.slug)
    running = _count_running([one], reach).get(one.id, 0)
    return Plan(
        number=number,
        line=announcing.line_of_outage(one, began, ended, closes=closes),
        running=_counted(running, is_exact=may_count(asked, contest, at=at)),
        mark=f"{began} {ended}",
    )


def compensate(asked: Asked, number: int, typed: Mapping[str, str], *, at: datetime) -> None:
    """Take a stretch out of everybody's time. Raises as `plan_outage` does."""
    one, reach = _whole(asked, number)
    began, ended = _stretch(typed)
    time.compensate_outage(one, began, ended, why_of(reach, typed["reason"]), at=at)


def _whole(asked: Asked, number: int) -> tuple[RoundCard, Reach]:
    """Return a round of a contest that the organiser reaches all of."""
    contest, reach = contest_asked(asked, DECIDES)
    reach.check(None)
    return contests.get_round(contest, number), reach


def _extra(
    asked: Asked, number: int, typed: Mapping[str, str], *, at: datetime
) -> tuple[ContestCard, RoundCard, For, int]:
    contest, reach = contest_asked(asked, DECIDES)
    one = contests.get_round(contest, number)
    seconds = time.read_minutes(typed["minutes"]) * 60
    if typed["unit"].strip():
        return contest, one, For(unit_id=find_unit_typed(typed["unit"], reach, at=at).id), seconds
    if not reach.is_everybody:
        raise NoUnitTyped
    return contest, one, For(), seconds


def _stretch(typed: Mapping[str, str]) -> tuple[datetime, datetime]:
    try:
        return read_moment(typed["began"]), read_moment(typed["ended"])
    except BadMoment as error:
        raise BadSchedule(problem=str(error)) from error


def _count_running(
    rounds: Sequence[RoundCard], reach: Reach, *, within: int | None = None
) -> Mapping[int, int]:
    """Return how many papers run of each round, within reach and within a unit (None: any)."""
    rows = db.session.execute(
        select(Attempt.round_id, Attempt.unit_assigned_id, func.count().label("papers"))
        .where(
            Attempt.round_id.in_([one.id for one in rounds]), Attempt.state == AttemptState.RUNNING
        )
        .group_by(Attempt.round_id, Attempt.unit_assigned_id)
    )
    counts: dict[int, int] = {}
    for row in rows:
        unit_id = row.unit_assigned_id
        if not reach.has(unit_id):
            continue
        if within is None or (unit_id is not None and units.is_within(unit_id, within)):
            counts[row.round_id] = counts.get(row.round_id, 0) + row.papers
    return counts


def _counted(papers: int, *, is_exact: bool) -> Counted:
    return Counted(exact=papers if is_exact else None, digits=magnitude(papers))


def _stretches(rounds: Sequence[RoundCard]) -> Mapping[int, Sequence[Stretch]]:
    rows = db.session.scalars(
        select(Interruption)
        .where(Interruption.round_id.in_([one.id for one in rounds]))
        .order_by(Interruption.id.desc())
    )
    found: dict[int, list[Stretch]] = {}
    for row in rows:
        one = Stretch(began_at=row.began_at, ended_at=row.ended_at, reason=row.reason)
        found.setdefault(row.round_id, []).append(one)
    return found
