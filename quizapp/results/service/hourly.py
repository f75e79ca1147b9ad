"""Units by hour of a day: the roll-up's counts as they stood at the end of each hour.

The worker writes once a minute what the children of a contest's owner have counted so far; how an
hour went is the difference. A worker that was away gives what it missed to the hour it is back in.
Each round is counted for itself; on a day on which one ends and the next begins, both are added up.
Who may see any of it is decided in `live`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, or_, select

from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.db import db, kept_for_good, transaction, upsert
from quizapp.results.models import UnitHour
from quizapp.standings.models import WHOLE_CONTEST, UnitCount
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.vietnamese import VIETNAM, day_in_vietnam
from quizapp.web.pulse import EPOCH, minute_of

HOURS = 24
MOST_UNITS = 300  # children of an owner; of more, those with most people
AT_ONCE = 200
MINUTE = timedelta(minutes=1)
AFTER = timedelta(days=1)  # attempts that were given time end after their round
KEPT_FOR = timedelta(days=60)

Counts = tuple[int, int]  # people, attempts


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitDay:
    """How many people and attempts more a unit had in each of the 24 hours of a day.

    A number below 0 is of an hour in which more went (taken out, moved to another unit) than came.
    """

    name: str
    people: tuple[int, ...]
    attempts: tuple[int, ...]

    @property
    def most(self) -> int:
        """Return the attempts of the busiest hour."""
        return max(self.attempts)


def sample_units(*, at: datetime) -> None:
    """Write what units have counted: the worker, in its first pass of a minute."""
    kept = kept_for_good("minute of units")
    if kept.get("minute") == minute_of(at):
        return
    kept["minute"] = minute_of(at)
    # What is counted by now came in the minute before: at 13:00 it belongs to the hour of 12.
    came = at - MINUTE
    rows = [row for one in contests.get_contests() for row in _rows(one, came)]
    db.session.rollback()
    for start in range(0, len(rows), AT_ONCE):
        new = upsert(UnitHour).values(rows[start : start + AT_ONCE])
        differs = or_(
            UnitHour.people != new.excluded.people, UnitHour.attempts != new.excluded.attempts
        )
        counts = {"people": new.excluded.people, "attempts": new.excluded.attempts}
        key = ["contest_id", "round_number", "unit_id", "hour"]
        with transaction():
            db.session.execute(
                new.on_conflict_do_update(index_elements=key, set_=counts, where=differs)
            )


def get_unit_days(contest: ContestCard, day: date) -> Sequence[UnitDay]:
    """Return the children of the owner that had anything on a day of Vietnam, busiest first."""
    begins = datetime.combine(day, time(), tzinfo=VIETNAM)
    first = _hour_of(begins)
    last = begins + timedelta(hours=HOURS) - MINUTE
    owner = units.get_unit_by_id(contest.owner_unit_id, on=day)
    names = {one.id: one.name for one in units.get_children(owner.code, on=day)}
    of_units: dict[int, list[UnitDay]] = {}
    for number in _rounds_between(contest, begins, last):
        stood = _stood(contest.id, number, list(names), first)
        before = _before(contest.id, number, list(stood), first)
        for unit_id, hours in stood.items():
            own = _day(names[unit_id], hours, before.get(unit_id, (0, 0)))
            of_units.setdefault(unit_id, []).append(own)
    days = [_together(rounds) for rounds in of_units.values()]
    busy = [one for one in days if any(one.attempts) or any(one.people)]
    return sorted(busy, key=lambda one: (-sum(one.attempts), one.name))


def forget_old_hours(*, at: datetime) -> None:
    """Forget hours that are long past."""
    old = _hour_of(at - KEPT_FOR)
    for one in contests.get_contests():
        own = (UnitHour.contest_id == one.id, UnitHour.hour < old)
        db.session.execute(delete(UnitHour).where(*own))


def _rows(contest: ContestCard, at: datetime) -> Sequence[Mapping[str, int]]:
    numbers = _rounds_between(contest, at, at)
    if not numbers:
        return []
    today = day_in_vietnam(at)
    owner = units.get_unit_by_id(contest.owner_unit_id, on=today)
    children = [one.id for one in units.get_children(owner.code, on=today)]
    return [
        {"contest_id": contest.id, "round_number": number, "hour": _hour_of(at), **row}
        for number in numbers
        for row in _counted(contest.id, number, children)
    ]


def _counted(contest_id: int, number: int, children: Sequence[int]) -> Sequence[Mapping[str, int]]:
    counted = db.session.execute(
        select(UnitCount.unit_id, UnitCount.people, UnitCount.attempts)
        .where(
            UnitCount.contest_id == contest_id,
            UnitCount.round_number == number,
            UnitCount.unit_id.in_(children),
        )
        .order_by(UnitCount.people.desc(), UnitCount.unit_id)
        .limit(MOST_UNITS)
    ).all()
    return [row._asdict() for row in counted]


def _rounds_between(contest: ContestCard, first: datetime, last: datetime) -> Sequence[int]:
    """Return the rounds that may count anything between two moments.

    The whole contest alone (0) where people are ranked over all rounds.
    """
    found = [
        one.number
        for one in contest.rounds
        if one.window.opens_at <= last and first <= one.window.closes_at + AFTER
    ]
    return [WHOLE_CONTEST] if contest.ranks_whole and found else found


def _stood(
    contest_id: int, number: int, unit_ids: Sequence[int], first: int
) -> Mapping[int, Mapping[int, Counts]]:
    """Return unit id → hour of the day → what it had counted, of a day's first hour."""
    stood: dict[int, dict[int, Counts]] = {}
    for row in db.session.scalars(
        select(UnitHour)
        .where(
            UnitHour.contest_id == contest_id,
            UnitHour.round_number == number,
            UnitHour.unit_id.in_(unit_ids),
            UnitHour.hour.between(first, first + HOURS - 1),
        )
        .order_by(UnitHour.unit_id, UnitHour.hour)
    ):
        stood.setdefault(row.unit_id, {})[row.hour - first] = (row.people, row.attempts)
    return stood


def _before(
    contest_id: int, number: int, unit_ids: Sequence[int], first: int
) -> Mapping[int, Counts]:
    """Return unit id → what it had counted before an hour, in one look at an index each."""
    latest = (
        select(UnitHour.hour)
        .where(
            UnitHour.contest_id == contest_id,
            UnitHour.round_number == number,
            UnitHour.unit_id == Unit.id,
            UnitHour.hour < first,
        )
        .order_by(UnitHour.hour.desc())
        .limit(1)
        .correlate(Unit)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(UnitHour.unit_id, UnitHour.people, UnitHour.attempts)
        .join(Unit, Unit.id == UnitHour.unit_id)
        .where(
            UnitHour.contest_id == contest_id,
            UnitHour.round_number == number,
            Unit.id.in_(unit_ids),
            UnitHour.hour == latest,
        )
    )
    return {row.unit_id: (row.people, row.attempts) for row in rows}


def _day(name: str, hours: Mapping[int, Counts], before: Counts) -> UnitDay:
    people, attempts = [], []
    for hour in range(HOURS):
        now = hours.get(hour, before)
        people.append(now[0] - before[0])
        attempts.append(now[1] - before[1])
        before = now
    return UnitDay(name=name, people=tuple(people), attempts=tuple(attempts))


def _together(rounds: Sequence[UnitDay]) -> UnitDay:
    """Return one unit's day of several rounds as one."""
    return UnitDay(
        name=rounds[0].name,
        people=tuple(map(sum, zip(*(one.people for one in rounds), strict=True))),
        attempts=tuple(map(sum, zip(*(one.attempts for one in rounds), strict=True))),
    )


def _hour_of(at: datetime) -> int:
    return (at - EPOCH) // timedelta(hours=1)
