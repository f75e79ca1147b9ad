"""What units had counted at a moment that is past, whenever it is asked.

It is what is counted now, less what came after the moment: of people who handed in later, and of
those of whom something still waits to be counted, their share is computed again from what they had
handed in by then. So a worker that was away, or is behind, changes no number. What organisers have
corrected since (an attempt made void, another unit) is in it: it is what counts of that time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from quizapp.attempts.models import Attempt
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.results.service.shadow import rows_of
from quizapp.results.service.sheets import FINAL
from quizapp.standings.models import Tally
from quizapp.standings.rules import Count, Share, changes
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import ancestors_of
from quizapp.standings.service.unit_boards import Counts, get_counts
from quizapp.standings.service.waiting import get_people_waiting
from quizapp.units import service as units

ATTEMPTS_AT_ONCE = 20_000
PEOPLE_AT_ONCE = 500
COUNTED = ("unit_id", "attempts", "points_milli", "all_right", "passed")
Shares = Mapping[int, Mapping[int, Share]]  # round number → person → what they bring


def get_counts_at(
    contest: ContestCard, numbers: Collection[int], at: datetime
) -> dict[int, Counts]:
    """Return round number (0: the contest) → unit → what it had of all handed in up to `at`.

    What was handed in at that very moment is in it. Call it within `one_moment`. `at` lies so far
    back that nothing of then is still being written, and papers that ended by then have expired.
    """
    counts = {number: get_counts(scopes_of(contest)[number]) for number in numbers}
    changed = sorted(_people_after(contest, at) | get_people_waiting(_round_ids(contest)))
    for ids in _parts(changed, PEOPLE_AT_ONCE):
        now, then = _tallied(contest.id, numbers, ids), _handed_in(contest, ids, at)
        for number in numbers:
            _move(counts[number], now.get(number, {}), then.get(number, {}))
    return counts


def _move(counts: Counts, now: Mapping[int, Share], then: Mapping[int, Share]) -> None:
    """Put what people brought then in place of what they bring now."""
    shares = [(now.get(person), then.get(person)) for person in now.keys() | then.keys()]
    units.get_lines({each.unit_id for pair in shares for each in pair if each and each.unit_id})
    for unit_id, change in changes(shares, ancestors_of).items():
        counts[unit_id] = replace(counts.get(unit_id, Count()))
        counts[unit_id].add_count(change, 1)
        if not counts[unit_id].people:
            del counts[unit_id]


def _people_after(contest: ContestCard, at: datetime) -> set[int]:
    """Return who handed in after a moment: one walk through the attempts, in order of ids.

    An index of moments would cost every submit something, for what is asked once a day.
    """
    last = db.session.scalar(select(func.max(Attempt.id))) or 0
    later = select(Attempt.person_id).where(
        Attempt.round_id.in_(_round_ids(contest)),
        Attempt.state.in_(FINAL),
        Attempt.submitted_at > at,
    )
    found: set[int] = set()
    for first in range(1, last + 1, ATTEMPTS_AT_ONCE):
        part = Attempt.id.between(first, first + ATTEMPTS_AT_ONCE - 1)
        found.update(db.session.scalars(later.where(part)))
    return found


def _tallied(contest_id: int, numbers: Collection[int], ids: Sequence[int]) -> Shares:
    found: dict[int, dict[int, Share]] = {}
    for row in db.session.execute(
        select(Tally.round_number, Tally.person_id, *(getattr(Tally, name) for name in COUNTED))
        .where(Tally.contest_id == contest_id)
        .where(Tally.round_number.in_(numbers))
        .where(Tally.person_id.in_(ids))
    ):
        share = Share(**{name: getattr(row, name) for name in COUNTED})
        found.setdefault(row.round_number, {})[row.person_id] = share
    return found


def _handed_in(contest: ContestCard, ids: Sequence[int], at: datetime) -> Shares:
    found: dict[int, dict[int, Share]] = {}
    for row in rows_of(contest, ids, contest.generation, until=at):
        share = Share(**{name: row[name] for name in COUNTED})
        found.setdefault(row["round_number"], {})[row["person_id"]] = share
    return found


def _round_ids(contest: ContestCard) -> list[int]:
    return [one.id for one in contest.rounds]


def _parts(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
