"""Counts of units and of ranks brought in line with what of each person is tallied."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import func, select

from quizapp.contests.service import ContestCard
from quizapp.db import db, transaction
from quizapp.results.service import bulk
from quizapp.standings.models import Tally, UnitCount
from quizapp.standings.rules import Count
from quizapp.standings.service import ranks
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import COUNTED, ancestors_of, lock_mark

Place = tuple[int, int]  # round number, unit
Done = TypeVar("Done")


def differences(contest_id: int) -> list[dict[str, int]]:
    """Return what is missing in each count (negative: too much), as rows that may be added.

    Counts and tallies are moved together, so that a difference stays true while others count.
    """
    bulk.see_one_moment()
    missing = _tallied(contest_id)
    for row in db.session.scalars(select(UnitCount).where(UnitCount.contest_id == contest_id)):
        kept = Count(**{name: getattr(row, name) for name in COUNTED})
        missing.setdefault((row.round_number, row.unit_id), Count()).add_count(kept, -1)
    db.session.rollback()
    return [
        {"contest_id": contest_id, "round_number": number, "unit_id": unit_id}
        | {name: getattr(count, name) for name in COUNTED}
        for (number, unit_id), count in sorted(missing.items())
        if not count.is_nothing()
    ]


def _tallied(contest_id: int) -> dict[Place, Count]:
    total: dict[Place, Count] = {}
    sums: list[Any] = [func.sum(getattr(Tally, name)) for name in COUNTED if name != "people"]
    rows = db.session.execute(
        select(Tally.round_number, Tally.unit_id, func.count(), *sums)
        .where(Tally.contest_id == contest_id)
        .group_by(Tally.round_number, Tally.unit_id)
    )
    for number, unit_id, *values in rows:
        own = Count(**dict(zip(COUNTED, map(int, values), strict=True)))
        for above in ancestors_of(unit_id):
            total.setdefault((number, above), Count()).add_count(own, 1)
    return total


def mend_ranks(contest: ContestCard, check: Callable[[], None]) -> None:
    """Count people by rank key again, block by block, each while nobody else counts.

    Opens its own transactions; `check` is called in each and raises when another run took over.
    """
    divisions = range(len(contest.rounds[-1].rules.divisions) + 1)
    lists = [(contest.id, number, one) for number in scopes_of(contest) for one in divisions]
    _counting_alone(check, lambda: ranks.begin(lists))
    after = _counting_alone(check, lambda: ranks.recount(contest.id, None))
    while after is not None:
        after = _counting_alone(check, lambda: ranks.recount(contest.id, after))  # noqa: B023 - called at once
    while _counting_alone(check, lambda: ranks.split_large({contest.id})):
        pass


def _counting_alone(check: Callable[[], None], work: Callable[[], Done]) -> Done:
    with transaction():
        lock_mark()
        check()
        return work()
