"""The live room: how a contest goes this minute, read from small rows that are already there.

The processes of the web count in their memory and write a row for each minute; the worker adds how
many papers run. No page goes through attempts, and no start, save or submit writes anything here.
While how many there are is predicted (invariant 4), whoever is no auditor sees magnitudes of the
last five minutes and nothing that could be added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import typed_units
from quizapp.contests import service as contests
from quizapp.contests.models import Round
from quizapp.contests.rules.hiding import Hidden, magnitude
from quizapp.contests.service import ContestCard
from quizapp.db import db, kept_for_good, transaction, upsert
from quizapp.people import service as people
from quizapp.people.service import SEES, OrganiserCard
from quizapp.results.errors import HiddenNow
from quizapp.results.models import MinuteCount
from quizapp.results.service.busiest import UnitLine, get_busiest
from quizapp.results.service.hourly import UnitDay, get_unit_days
from quizapp.standings.models import WHOLE_CONTEST
from quizapp.standings.service import worker_age_s
from quizapp.support import service as support
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.pulse import EPOCH, Pulse, give_pulse_back, minute_of, take_pulse

AT_ONCE = 200
KEPT_FOR = timedelta(days=60)
MINUTES, HOURS = 60, 48
A_WHILE = 5  # minutes that what goes on now is judged by
COUNTED = ("starts", "saves", "submits", "refusals", "errors")


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """What happened in one minute or hour that began at `at`."""

    at: datetime
    starts: int
    saves: int
    submits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A contest now. Numbers are None and sequences empty where they are kept back.

    `magnitudes` tell of the last five minutes in powers of ten: 2 means up to 99, 3 up to 999.
    """

    contest: ContestCard
    at: datetime
    is_kept_back: bool
    running: int | None
    per_minute: Mapping[str, int] | None
    magnitudes: Mapping[str, int]
    refusals: int
    errors: int
    worker_age_s: float | None
    free_texts: int
    questions: int
    minutes: Sequence[Slot] = ()
    hours: Sequence[Slot] = ()
    units: Sequence[UnitLine] = ()
    day: date
    unit_days: Sequence[UnitDay] = ()


def get_room(organiser: OrganiserCard, slug: str, *, at: datetime) -> Room:
    """Return how the contest goes, to whom reaches all of it. Raises NotFound, NotYourRole."""
    contest = contests.get_contest(slug)
    people.get_reach(organiser, contest.owner_unit_id, roles=SEES).check(None)
    now = minute_of(at)
    recent = _minutes(contest.id, first=now - MINUTES + 1, last=now)
    last = [recent.get(minute) for minute in range(now - A_WHILE, now)]
    of_while = {name: sum(getattr(one, name) for one in last if one) for name in COUNTED}
    running = max((one.running for one in recent.values() if one.minute >= now - 1), default=0)
    room = Room(
        contest=contest,
        at=at,
        is_kept_back=True,
        running=None,
        per_minute=None,
        magnitudes={
            "running": magnitude(running),
            **{name: magnitude(of_while[name]) for name in ("starts", "saves", "submits")},
        },
        refusals=of_while["refusals"],
        errors=of_while["errors"] + _errors_of_none(now),
        worker_age_s=worker_age_s(at),
        free_texts=typed_units.count_waiting(contest.id),
        questions=support.count_waiting(organiser, contest),
        day=day_in_vietnam(at),
    )
    if _hides(organiser, contest, at=at):
        return room
    return replace(
        room,
        is_kept_back=False,
        running=running,
        per_minute={name: of_while[name] // A_WHILE for name in ("starts", "saves", "submits")},
        minutes=[_slot(minute, recent.get(minute)) for minute in range(now - MINUTES + 1, now + 1)],
        hours=_hours(contest.id, last=now // 60),
        units=_units(contest, at=at),
    )


def check_shown(organiser: OrganiserCard, slug: str, *, at: datetime) -> ContestCard:
    """Return the contest if its numbers may be taken along. Raises NotFound, NotYourRole, HiddenNow
    where they are kept back.
    """
    contest = contests.get_contest(slug)
    people.get_reach(organiser, contest.owner_unit_id, roles=SEES).check(None)
    if _hides(organiser, contest, at=at):
        raise HiddenNow
    return contest


def with_units_by_hour(room: Room, day: date | None) -> Room:
    """Return the room with its units by the hours of a day (None: today), unless kept back."""
    if room.is_kept_back:
        return room
    shown = day or room.day
    return replace(room, day=shown, unit_days=get_unit_days(room.contest, shown))


def keep_pulse() -> None:
    """Write down what this process counted, a few rows in a transaction; what fails waits on."""
    rows: dict[tuple[int, int], dict[str, int]] = {}
    for (contest_id, minute, what), count in sorted(take_pulse().items()):
        place = {"contest_id": contest_id, "minute": minute}
        row = rows.setdefault((contest_id, minute), place | dict.fromkeys(COUNTED, 0))
        row[what] += count
    waiting = list(rows.values())
    for start in range(0, len(waiting), AT_ONCE):
        try:
            with transaction():
                _add(waiting[start : start + AT_ONCE])
        except SQLAlchemyError:
            give_pulse_back(_pulse_of(waiting[start:]))
            raise


def _pulse_of(rows: Sequence[Mapping[str, int]]) -> Pulse:
    return Pulse(
        {
            (row["contest_id"], row["minute"], what): row[what]
            for row in rows
            for what in COUNTED
            if row[what]
        }
    )


def sample_running(*, at: datetime) -> None:
    """Write how many papers of each contest run: the worker, in its first pass of a minute."""
    kept = kept_for_good("minute sampled")
    if kept.get("minute") == minute_of(at):
        return
    kept["minute"] = minute_of(at)
    found = db.session.execute(
        select(Round.contest_id, func.count().label("running"))
        .select_from(Attempt)
        .join(Round, Round.id == Attempt.round_id)
        .where(Attempt.state == AttemptState.RUNNING)
        .group_by(Round.contest_id)
    ).all()
    db.session.rollback()
    if not found:
        return
    rows = [
        {"contest_id": row.contest_id, "minute": minute_of(at), "running": row.running}
        for row in found
    ]
    with transaction():
        new = upsert(MinuteCount).values(rows)
        most = case(
            (MinuteCount.running < new.excluded.running, new.excluded.running),
            else_=MinuteCount.running,
        )
        db.session.execute(
            new.on_conflict_do_update(
                index_elements=["contest_id", "minute"], set_={"running": most}
            )
        )


def forget_old_minutes(*, at: datetime) -> None:
    """Forget minutes that are long past."""
    contest_ids = [one.id for one in contests.get_contests()]
    for contest_id in [0, *contest_ids]:
        old = (MinuteCount.contest_id == contest_id, MinuteCount.minute < minute_of(at - KEPT_FOR))
        db.session.execute(delete(MinuteCount).where(*old))


def _add(rows: Sequence[Mapping[str, int]]) -> None:
    new = upsert(MinuteCount).values(list(rows))
    more = {name: getattr(MinuteCount, name) + getattr(new.excluded, name) for name in COUNTED}
    db.session.execute(
        new.on_conflict_do_update(index_elements=["contest_id", "minute"], set_=more)
    )


def _minutes(contest_id: int, *, first: int, last: int) -> Mapping[int, MinuteCount]:
    own = (MinuteCount.contest_id == contest_id, MinuteCount.minute.between(first, last))
    return {one.minute: one for one in db.session.scalars(select(MinuteCount).where(*own))}


def _errors_of_none(now: int) -> int:
    """Return the errors of a while of which it is not known in which contest they were."""
    some = _minutes(0, first=now - A_WHILE, last=now - 1)
    return sum(one.errors for one in some.values())


def _hours(contest_id: int, *, last: int) -> Sequence[Slot]:
    first = last - HOURS + 1
    rows = _minutes(contest_id, first=first * 60, last=last * 60 + 59)
    sums: dict[int, list[int]] = {}
    for minute, one in rows.items():
        so_far = sums.setdefault(minute // 60, [0, 0, 0])
        so_far[0] += one.starts
        so_far[1] += one.saves
        so_far[2] += one.submits
    return [
        Slot(
            at=EPOCH + timedelta(hours=number),
            **dict(zip(("starts", "saves", "submits"), sums.get(number, [0, 0, 0]), strict=True)),
        )
        for number in range(first, last + 1)
    ]


def _slot(minute: int, one: MinuteCount | None) -> Slot:
    at = EPOCH + timedelta(minutes=minute)
    if one is None:
        return Slot(at=at, starts=0, saves=0, submits=0)
    return Slot(at=at, starts=one.starts, saves=one.saves, submits=one.submits)


def _units(contest: ContestCard, *, at: datetime) -> Sequence[UnitLine]:
    """Return where people come from: over the whole contest if it ranks so, else in the round."""
    shown = contest.round_at(at) or contest.rounds[-1]
    number = WHOLE_CONTEST if contest.ranks_whole else shown.number
    return get_busiest(contest, number=number, on=day_in_vietnam(at))


def _hides(organiser: OrganiserCard, contest: ContestCard, *, at: datetime) -> bool:
    """Tell whether counts are kept back: while they are predicted, from all but an auditor."""
    is_open = any(Hidden.COUNTS in contest.hides(one.number, at) for one in contest.rounds)
    sees = people.may(organiser, people.Permission.SEE_EXACT_COUNTS, contest.owner_unit_id)
    return is_open and not sees
