"""What counts and who stands before whom, as bytes that sort. Pure.

The keys, their units, rounding, widths and what is missing: `contests/rules/keys.py`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from quizapp.contests.rules.keys import KEYS, ZERO_POINTS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# Which attempt counts, by the rules' word for it. Never from the prediction: who may try twice
# would otherwise guess twice. Of a mean, the latest attempt gives what has no mean.
COUNT_KEYS: Mapping[str, tuple[str, ...]] = {
    "best": ("score desc", "duration asc", "submitted_at asc"),
    "best_then_earliest": ("score desc", "submitted_at asc"),
    "first": ("submitted_at asc",),
    "last": ("submitted_at desc",),
    "mean": ("submitted_at desc",),
    "only": ("submitted_at asc",),
}


class DoesNotFit(ValueError):
    """A value is outside what its key can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one final attempt, or all of a person's together, bring to the standings.

    Points are thousandths; `perfect` is how many of a person's attempts have everything right,
    counted where the rules ask for it.
    """

    points_milli: int
    all_right: bool
    duration_ms: int
    started_at: datetime
    submitted_at: datetime
    prediction: int | None
    perfect: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """A person's sum over the rounds of a contest."""

    attempt_id: int
    attempts: int
    perfect: int
    points_milli: int
    all_right: int
    passed: int
    duration_ms: int
    started_at: datetime
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one person adds to a unit, and where they stand: among all, and in their division."""

    unit_id: int
    attempts: int
    points_milli: int
    all_right: int
    passed: int
    division: int | None = None
    rank_key: bytes | None = None


@dataclass(kw_only=True, slots=True)
class Count:
    """A change of a unit's counts; adds up in place."""

    people: int = 0
    attempts: int = 0
    points_milli: int = 0
    all_right: int = 0
    passed: int = 0

    def add(self, share: Share, sign: int) -> None:
        self.people += sign
        self.attempts += sign * share.attempts
        self.points_milli += sign * share.points_milli
        self.all_right += sign * share.all_right
        self.passed += sign * share.passed

    def add_count(self, other: "Count", sign: int) -> None:
        self.people += sign * other.people
        self.attempts += sign * other.attempts
        self.points_milli += sign * other.points_milli
        self.all_right += sign * other.all_right
        self.passed += sign * other.passed

    def is_nothing(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


def count_key(counts: str, result: Result, *, resolution_ms: int) -> bytes:
    """Return the key by which one person's attempts are compared; the smallest counts."""
    return _encode(COUNT_KEYS[counts], result, resolution_ms)


def rank_key(ranking: Sequence[str], result: Result | Total, *, resolution_ms: int) -> bytes:
    """Return the key by which people are ordered until the close.

    What only the close knows is left out, so that the board gives nothing away.
    """
    return _encode([key for key in ranking if not KEYS[key].is_late], result, resolution_ms)


def weighed(counts: str, results: Sequence[Result], *, resolution_ms: int) -> tuple[int, Result]:
    """Return (which of one person's attempts counts, its result with a part of all of them).

    All of them give the number of perfect ones and, where the rules say so, the mean of points and
    time: to the thousandth of a point and the millisecond, rounded down.
    """
    keys = [count_key(counts, result, resolution_ms=resolution_ms) for result in results]
    index = keys.index(min(keys))
    perfect = sum(result.all_right for result in results)
    counted = replace(results[index], perfect=perfect)
    if counts != "mean":
        return index, counted
    return index, replace(
        counted,
        points_milli=sum(result.points_milli for result in results) // len(results),
        duration_ms=sum(result.duration_ms for result in results) // len(results),
        all_right=perfect == len(results),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Where the close puts its keys into a key without them: (offset, name) in order of offset."""

    places: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, ranking: Sequence[str]) -> "Cut":
        """Return where the late keys of a ranking belong."""
        at, places = 0, []
        for name in ranking:
            if KEYS[name].is_late:
                places.append((at, name))
            else:
                at += KEYS[name].width
        return cls(places=tuple(places))

    def pieces(self, key: bytes) -> list[bytes]:
        """Return the parts of a key around the places: one more than there are places."""
        ends = [at for at, _ in self.places]
        return [key[a:b] for a, b in zip([0, *ends], [*ends, len(key)], strict=True)]

    def filled(self, key: bytes, values: Sequence[int | None]) -> bytes:
        """Return the key with a number in each of its places; None is whoever has no value."""
        pieces = self.pieces(key)
        parts = [pieces[0]]
        for (_, name), value, piece in zip(self.places, values, pieces[1:], strict=True):
            parts += [_number_in(name, KEYS[name].missing if value is None else value), piece]
        return b"".join(parts)

    def emptied(self, key: bytes) -> bytes:
        """Return a key of the close without what only the close knew: as it was before."""
        parts, start, late = [], 0, 0
        for at, name in self.places:
            parts.append(key[start : at + late])
            late += KEYS[name].width
            start = at + late
        return b"".join([*parts, key[start:]])


class OrderDigest:
    """SHA-256 of an order of people, taken in one line after the other.

    A line is `rank person attempt thousandths-of-points milliseconds` and a line feed, people of
    equal rank in order of their ids.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, rank: int, person_id: int, attempt_id: int, values: tuple[int, int]) -> None:
        """Take in the next person; `values` are points in thousandths and milliseconds."""
        self._hash.update(b"%d %d %d %d %d\n" % (rank, person_id, attempt_id, *values))

    def hex(self) -> str:
        return self._hash.hexdigest()


class Divisions:
    """Competition ranks within each division, of people who come best first."""

    def __init__(self) -> None:
        self._people: dict[int, int] = {}
        self._last: dict[int, tuple[bytes, int]] = {}  # key and rank of who came last

    def rank(self, division: int | None, key: bytes) -> int | None:
        """Return the rank of who comes next, None outside of all divisions."""
        if division is None:
            return None
        self._people[division] = self._people.get(division, 0) + 1
        before, rank = self._last.get(division, (None, 0))
        rank = rank if key == before else self._people[division]
        self._last[division] = key, rank
        return rank


def truth_of(target: str, *, people: int, attempts: int, all_right: int) -> int:
    """Return the number that was to be predicted; a percentage in whole percent, half up."""
    match target:
        case "unique_all_correct":
            return all_right
        case "unique_participants":
            return people
        case "attempts":
            return attempts
        case "percent_all_correct":
            return (200 * all_right + people) // (2 * people) if people else 0
        case _:
            raise ValueError(f"nobody counts {target!r}")


def ties_at_borders(ranks: Sequence[int], prizes: Sequence[int]) -> list[tuple[int, int]]:
    """Return (rank, how many share it) of each tie that a border between prizes runs through.

    `ranks` are in order; `prizes` is how many first, second… prizes there are.
    """
    borders = {sum(prizes[:n]) for n in range(1, len(prizes) + 1)}
    cut = {ranks[at - 1] for at in borders if 0 < at < len(ranks) and ranks[at - 1] == ranks[at]}
    return [(rank, ranks.count(rank)) for rank in sorted(cut)]


def prediction_error(prediction: int | None, truth: int) -> int | None:
    """Return how far a prediction is from the truth; None when there is none."""
    return None if prediction is None else abs(prediction - truth)


def total_of(
    rounds: Iterable[Total], *, best_of: int | None = None, resolution_ms: int = 1
) -> Total:
    """Return the sum over rounds, or over a person's best ones; the latest of them stands for all.

    Better is a round with more points, then in less time, then earlier: never by the prediction.
    Attempts of the other rounds are counted too: they were made.
    """
    every = list(rounds)
    best = sorted(
        every,
        key=lambda row: (
            -row.points_milli,
            row.duration_ms // resolution_ms,
            row.submitted_at,
            row.attempt_id,
        ),
    )
    rows = sorted(best[:best_of], key=lambda row: (row.submitted_at, row.attempt_id))
    return Total(
        attempt_id=rows[-1].attempt_id,
        attempts=sum(row.attempts for row in every),
        perfect=sum(row.perfect for row in rows),
        points_milli=sum(row.points_milli for row in rows),
        all_right=min(row.all_right for row in rows),
        passed=min(row.passed for row in rows),
        duration_ms=sum(row.duration_ms for row in rows),
        started_at=min(row.started_at for row in rows),
        submitted_at=rows[-1].submitted_at,
    )


def competition_ranks(keys: Sequence[object]) -> list[int]:
    """Return the ranks of keys that are already in order: equal keys share, the next skips."""
    ranks: list[int] = []
    for index, key in enumerate(keys):
        is_tied = index > 0 and key == keys[index - 1]
        ranks.append(ranks[-1] if is_tied else index + 1)
    return ranks


def mean_centi(count: Count) -> int:
    """Return the mean points of a unit's people in hundredths, rounded half up."""
    return (2 * count.points_milli + 10 * count.people) // (20 * count.people)


def pass_centi(count: Count) -> int:
    """Return the share of a unit's people who passed, in hundredths of a percent, half up."""
    return (20_000 * count.passed + count.people) // (2 * count.people)


UNITS_AS = ("then", "now")
KINDS = {"provinces": ("province",), "sectors": ("sector", "corporation")}  # board → its units'
ORDERS = {"people": "people", "rate": "rate_centi", "mean": "mean_centi", "pass": "pass_centi"}


def ordered_by(order: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a unit board ranked by one of ORDERS, largest first; equal share a rank.

    Rows without the value come last, without a rank. Among equals the order stays as it was.
    """
    name = ORDERS[order]
    known = sorted((row for row in rows if name in row), key=lambda row: -row[name])
    ranks = competition_ranks([row[name] for row in known])
    ranked = [dict(row) | {"rank": rank} for rank, row in zip(ranks, known, strict=True)]
    return ranked + [dict(row) | {"rank": None} for row in rows if name not in row]


def changes(
    moves: Iterable[tuple[Share | None, Share | None]],
    ancestors: Callable[[int], Iterable[int]],
) -> dict[int, Count]:
    """Return what each unit gains or loses when people's shares go from old to new.

    `ancestors` gives a unit's line up to the root, itself included.
    """
    by_unit: dict[int, Count] = {}
    for old, new in moves:
        for share, sign in ((old, -1), (new, 1)):
            if share is not None:
                for unit_id in ancestors(share.unit_id):
                    by_unit.setdefault(unit_id, Count()).add(share, sign)
    return {unit_id: count for unit_id, count in by_unit.items() if not count.is_nothing()}


ALL = 0  # the division that stands for everybody
Block = tuple[int, bytes]  # division, rank key


def blocks_of(share: Share | None) -> list[Block]:
    """Return where a person is counted: among all, and in their division."""
    if share is None or share.rank_key is None:
        return []
    own = [] if share.division is None else [(share.division, share.rank_key)]
    return [(ALL, share.rank_key), *own]


def rank_changes(moves: Iterable[tuple[Share | None, Share | None]]) -> dict[Block, int]:
    """Return how many people more (negative: fewer) stand at each key when shares change."""
    changed: dict[Block, int] = {}
    for old, new in moves:
        for share, sign in ((old, -1), (new, 1)):
            for block in blocks_of(share):
                changed[block] = changed.get(block, 0) + sign
    return {block: change for block, change in changed.items() if change}


def _encode(names: Sequence[str], result: Result | Total, resolution_ms: int) -> bytes:
    return b"".join(_number_in(name, _number(name, result, resolution_ms)) for name in names)


def _number_in(name: str, value: int) -> bytes:
    """Return a number in the width of its key, as its complement where more is better."""
    kind, _, direction = name.partition(" ")
    width = KEYS[name].width if name in KEYS else KEYS[f"{kind} asc"].width
    if not 0 <= value < 1 << (8 * width):
        raise DoesNotFit(f"{name}: {value} does not fit in {width} bytes")
    if direction == "desc":
        value = (1 << (8 * width)) - 1 - value
    return value.to_bytes(width, "big")


def _number(name: str, result: Result | Total, resolution_ms: int) -> int:
    """Return the key's value as a whole number."""
    match name.partition(" ")[0]:
        case "score" | "total":
            return result.points_milli + ZERO_POINTS
        case "duration":
            return result.duration_ms // resolution_ms
        case "submitted_at":
            return (result.submitted_at - EPOCH) // MILLISECOND
        case "started_at" | "login_at":
            return (result.started_at - EPOCH) // MILLISECOND
        case "perfect_sittings":
            return result.perfect
        case _:
            raise ValueError(f"no ranking key {name!r} before the close")
