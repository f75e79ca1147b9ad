"""How many took part in a round and what they reached, from what is counted already.

No page goes through attempts or people: a bar of the histogram is the difference of two ranks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from quizapp.contests.service import RoundCard
from quizapp.db import db
from quizapp.standings.models import NO_UNIT
from quizapp.standings.rules import Result, rank_key
from quizapp.standings.service import Scope, find_better, scope_of_round
from quizapp.standings.service.counts import counted_in, counts_of
from quizapp.units.models import Unit

MOST_BARS = 10
BY_POINTS = "score desc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """People and final attempts of a scope."""

    people: int
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """How many people reached from `low` up to below `high` points, both in thousandths.

    `high` is None in the last bar, of those who reached all.
    """

    low: int
    high: int | None
    people: int


def get_totals(scope: Scope) -> Totals:
    """Return how many people have a final attempt in a scope, and how many of those there are."""
    table = counts_of(scope)
    roots = select(Unit.id).where(Unit.parent_id.is_(None))
    row = db.session.execute(
        select(func.sum(table.people), func.sum(table.attempts))
        .where(*counted_in(scope))
        .where((table.unit_id == NO_UNIT) | table.unit_id.in_(roots))
    ).one()
    return Totals(people=int(row[0] or 0), attempts=int(row[1] or 0))  # PostgreSQL sums decimals


def find_histogram(one: RoundCard) -> Sequence[Bar] | None:
    """Return how many people reached how many points, lowest first.

    Nothing where people are not ordered by points first: there no rank tells them apart. None while
    too many results wait for the worker.
    """
    if one.rules.ranking[0] != BY_POINTS:
        return []
    edges = edges_of(one.rules.questions * one.rules.right_milli)
    scope = scope_of_round(one)
    reached = []
    for key in (AFTER_ALL, *map(_just_below, edges[1:])):
        better = find_better(scope, key)
        if better is None:
            return None
        reached.append(better)
    # Each is of its own moment: whoever is taken out between two of them is missing in the first.
    return [
        Bar(low=low, high=high, people=max(these - better, 0))
        for low, high, these, better in zip(
            edges, [*edges[1:], None], reached, [*reached[1:], 0], strict=True
        )
    ]


def edges_of(most_milli: int) -> list[int]:
    """Return where bars begin: 0, whole points in between, and all points, which stand alone."""
    step = max(1000, -(-most_milli // (MOST_BARS * 1000)) * 1000)
    return [*range(0, most_milli, step), most_milli]


AFTER_ALL = b"\xff" * 64  # after every key


def _just_below(milli: int) -> bytes:
    """Return the key of whoever misses these points by a thousandth, before whom all others are."""
    nobody = datetime(2026, 1, 1, tzinfo=UTC)
    missed = Result(
        points_milli=milli - 1,
        all_right=False,
        duration_ms=0,
        started_at=nobody,
        submitted_at=nobody,
        prediction=None,
    )
    return rank_key((BY_POINTS,), missed, resolution_ms=1000)
