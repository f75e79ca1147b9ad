"""The keys that order people: what each is measured in, and how it stands in bytes. Pure.

A key is a fixed-width big-endian number, smaller is better: a descending one is stored as its
complement. Keys stand one after the other in the order in which the rules name them, so that
comparing bytes compares people.

| key                   | unit and rounding                             | bytes | missing    |
|-----------------------|-----------------------------------------------|-------|------------|
| score desc            | thousandths of a point + 2^39, complement     | 5     | never      |
| total desc            | as score: the sum over the rounds that count  | 5     | never      |
| prediction_error asc  | |prediction - truth|, whole                   | 5     | all 0xFF   |
| duration asc          | whole steps of the rule's resolution, down    | 4     | never      |
| submitted_at asc      | milliseconds since 1970-01-01 UTC, down       | 6     | never      |
| started_at asc        | milliseconds since 1970-01-01 UTC, down       | 6     | never      |
| login_at asc          | the same moment: who signs in begins a paper  | 6     | never      |
| perfect_sittings desc | attempts with everything right, complement    | 2     | never      |
| manual                | the place decided by hand among equals        | 4     | all 0xFF   |

The prediction's error and the place by hand are known when a round is closed; before, they take
no bytes at all, so that a board gives nothing away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ZERO_POINTS = 1 << 39  # what is added to thousandths, so that points below nothing fit


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyForm:
    """How a key stands in bytes; `is_late` when only the close knows it."""

    width: int
    is_late: bool = False

    @property
    def missing(self) -> int:
        """Return the number of somebody who has no value: after everybody who has one."""
        return (1 << 8 * self.width) - 1


KEYS: Mapping[str, KeyForm] = {
    "score desc": KeyForm(width=5),
    "total desc": KeyForm(width=5),
    "prediction_error asc": KeyForm(width=5, is_late=True),
    "duration asc": KeyForm(width=4),
    "submitted_at asc": KeyForm(width=6),
    "started_at asc": KeyForm(width=6),
    "login_at asc": KeyForm(width=6),
    "perfect_sittings desc": KeyForm(width=2),
    "manual": KeyForm(width=4, is_late=True),
}
OF_ROUND = tuple(name for name in KEYS if name != "total desc")
OF_CONTEST = tuple(name for name in KEYS if name != "score desc")
MAX_ROUNDS = 60
LONGEST_EXTRA_MS = 43_200_000  # half a day of extra time in each round, as a bound for the width


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How far values may go under some rules: points in thousandths, time in milliseconds."""

    questions: int
    points_each_milli: Sequence[int]
    minutes: int
    resolution_ms: int
    attempts_max: int


def too_wide(names: Sequence[str], extent: Extent) -> list[str]:
    """Return the keys whose width cannot hold what these rules may bring over all rounds."""
    points = MAX_ROUNDS * extent.questions * max(abs(each) for each in extent.points_each_milli)
    taken = MAX_ROUNDS * (extent.minutes * 60_000 + LONGEST_EXTRA_MS) // extent.resolution_ms
    bounds = {
        "score desc": ZERO_POINTS - 1 - points,
        "total desc": ZERO_POINTS - 1 - points,
        "duration asc": (1 << 32) - 1 - taken,
        "perfect_sittings desc": (1 << 16) - 1 - extent.attempts_max,
    }
    return [name for name in names if bounds.get(name, 0) < 0]


def whole_contest_ranking(ranking: Sequence[str]) -> tuple[str, ...]:
    """Return the order of the whole contest that follows from the rounds' order."""
    return tuple("total desc" if name == "score desc" else name for name in ranking)
