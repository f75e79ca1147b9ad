"""What the public may see of how a round goes in numbers, beside its boards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db
from quizapp.results.models import MinuteCount
from quizapp.standings.service import FrozenScope
from quizapp.standings.service.boards import (
    Freshness,
    find_frozen,
    freshness_in,
    get_freshness,
)
from quizapp.standings.service.freezing import as_seen
from quizapp.standings.service.totals import Bar, Totals, find_histogram, get_totals
from quizapp.web.pulse import minute_of

DAYS = 7
KEPT = "statistics"  # the name under which a freeze keeps them
MINUTES_OF_DAY = 24 * 60
ZONE_MINUTES = 7 * 60  # Vietnam is seven hours before UTC, all year


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """Numbers of a round. `totals` is None and `hours` empty while how many there are is predicted;
    `bars` are empty while points are kept back or anything is predicted, and None while the worker
    has too much to catch up with.

    `hours` are attempts handed in, by the hour of the day in Vietnam, over the last seven days.
    """

    round: RoundCard
    totals: Totals | None
    bars: Sequence[Bar] | None
    hours: Sequence[int]
    fresh: Freshness


def get_statistics(contest: ContestCard, one: RoundCard, *, at: datetime) -> Statistics:
    """Return what of a round may be told to everybody at `at` (invariant 4), or was at a freeze."""
    scope = as_seen(contest, at).scopes[one.number]
    if isinstance(scope, FrozenScope):
        return _from_body(one, find_frozen(scope, KEPT), freshness_in(scope, now=at))
    hides = contest.hides(one.number, at)
    tells_points = contest.shows_points(one.number, at) and not hides
    tells_counts = Hidden.COUNTS not in hides
    # Hours are of the whole contest: no other round's numbers may be predicted either.
    everywhere = [contest.hides(each.number, at) for each in contest.rounds]
    return Statistics(
        round=one,
        totals=get_totals(scope) if tells_counts else None,
        bars=find_histogram(one) if tells_points else [],
        hours=[] if any(Hidden.COUNTS in each for each in everywhere) else _hours(contest, at=at),
        fresh=get_freshness(now=at),
    )


def statistics_to_keep(contest: ContestCard, *, at: datetime) -> Mapping[tuple[int, str], object]:
    """Return what a freeze keeps of each round's statistics: (round, name) → as told at `at`."""
    told = {one.number: get_statistics(contest, one, at=at) for one in contest.rounds}
    return {(number, KEPT): _as_body(one) for number, one in told.items()}


def _as_body(told: Statistics) -> Mapping[str, object]:
    return {
        "totals": None if told.totals is None else [told.totals.people, told.totals.attempts],
        "bars": None if told.bars is None else [_plain(b) for b in told.bars],
        "hours": list(told.hours),
    }


def _plain(bar: Bar) -> list[int | None]:
    return [bar.low, bar.high, int(bar.people)]  # PostgreSQL sums decimals


def _from_body(one: RoundCard, body: Mapping[str, Any], fresh: Freshness) -> Statistics:
    totals, bars = body["totals"], body["bars"]
    return Statistics(
        round=one,
        totals=None if totals is None else Totals(people=totals[0], attempts=totals[1]),
        bars=None if bars is None else [Bar(low=b[0], high=b[1], people=b[2]) for b in bars],
        hours=body["hours"],
        fresh=fresh,
    )


def _hours(contest: ContestCard, *, at: datetime) -> list[int]:
    last = minute_of(min(at, contest.ends_at))
    hour = (MinuteCount.minute + ZONE_MINUTES) % MINUTES_OF_DAY / 60
    of_day = func.floor(hour).label("of_day")
    rows = db.session.execute(
        select(of_day, func.sum(MinuteCount.submits).label("submits"))
        .where(MinuteCount.contest_id == contest.id)
        .where(MinuteCount.minute.between(last - DAYS * MINUTES_OF_DAY + 1, last))
        .group_by(of_day)
    )
    found = {int(row.of_day): int(row.submits) for row in rows}
    return [found.get(hour, 0) for hour in range(24)]
