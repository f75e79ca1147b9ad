"""What counts and who stands before whom, as bytes that sort. Pure.

Every key is a fixed-width big-endian number; smaller is better, so a descending key is stored as
its complement. Keys stand one after the other in the order the rules name them:

| key                | unit                                     | bytes | missing  |
|--------------------|------------------------------------------|-------|----------|
| score desc         | thousandths of a point + 2^39, complement | 5     | never    |
| prediction_error   | |prediction - truth|                      | 5     | all 0xFF |
| duration asc       | whole steps of the rule's resolution, down | 4   | never    |
| submitted_at asc   | milliseconds since 1970-01-01 UTC         | 6     | never    |
| started_at asc     | milliseconds since 1970-01-01 UTC         | 6     | never    |
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# Which attempt counts, by the rules' word for it. Never from the prediction: who may try twice
# would otherwise guess twice.
COUNT_KEYS: Mapping[str, tuple[str, ...]] = {
    "best": ("score desc", "duration asc", "submitted_at asc"),
    "best_then_earliest": ("score desc", "submitted_at asc"),
    "first": ("submitted_at asc",),
    "last": ("submitted_at desc",),
}


class DoesNotFit(ValueError):
    """A value is outside what its key can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one final attempt brings to the standings. Points are thousandths."""

    points_milli: int
    all_right: bool
    duration_ms: int
    started_at: datetime
    submitted_at: datetime
    prediction: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """A person's sum over the rounds of a contest."""

    attempt_id: int
    attempts: int
    points_milli: int
    all_right: int
    duration_ms: int
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one person adds to a unit."""

    unit_id: int
    attempts: int
    points_milli: int
    all_right: int


@dataclass(kw_only=True, slots=True)
class Count:
    """A change of a unit's counts; adds up in place."""

    people: int = 0
    attempts: int = 0
    points_milli: int = 0
    all_right: int = 0

    def add(self, share: Share, sign: int) -> None:
        self.people += sign
        self.attempts += sign * share.attempts
        self.points_milli += sign * share.points_milli
        self.all_right += sign * share.all_right

    def is_nothing(self) -> bool:
        return not (self.people or self.attempts or self.points_milli or self.all_right)


def count_key(counts: str, result: Result, *, resolution_ms: int) -> bytes:
    """Return the key by which one person's attempts are compared; the smallest counts."""
    return _encode(COUNT_KEYS[counts], result, resolution_ms, truth=None)


def rank_key(
    ranking: Sequence[str], result: Result, *, resolution_ms: int, truth: int | None = None
) -> bytes:
    """Return the key by which people are ordered.

    `truth` is the predicted number once the round is closed; until then the prediction is left
    out, so that the board gives nothing away.
    """
    keys = [key for key in ranking if truth is not None or not key.startswith("prediction_error")]
    return _encode(keys, result, resolution_ms, truth=truth)


def total_of(rounds: Iterable[Total]) -> Total:
    """Return the sum over rounds; the latest counted attempt stands for all."""
    rows = sorted(rounds, key=lambda row: (row.submitted_at, row.attempt_id))
    return Total(
        attempt_id=rows[-1].attempt_id,
        attempts=sum(row.attempts for row in rows),
        points_milli=sum(row.points_milli for row in rows),
        all_right=min(row.all_right for row in rows),
        duration_ms=sum(row.duration_ms for row in rows),
        submitted_at=rows[-1].submitted_at,
    )


def total_key(total: Total, *, resolution_ms: int) -> bytes:
    """Return the key of the whole contest: most points, then shortest, then earliest done."""
    result = Result(
        points_milli=total.points_milli,
        all_right=bool(total.all_right),
        duration_ms=total.duration_ms,
        started_at=total.submitted_at,
        submitted_at=total.submitted_at,
        prediction=None,
    )
    return _encode(COUNT_KEYS["best"], result, resolution_ms, truth=None)


def competition_ranks(keys: Sequence[object]) -> list[int]:
    """Return the ranks of keys that are already in order: equal keys share, the next skips."""
    ranks: list[int] = []
    for index, key in enumerate(keys):
        is_tied = index > 0 and key == keys[index - 1]
        ranks.append(ranks[-1] if is_tied else index + 1)
    return ranks


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


def _encode(keys: Sequence[str], result: Result, resolution_ms: int, *, truth: int | None) -> bytes:
    return b"".join(_part(key, result, resolution_ms, truth) for key in keys)


def _part(key: str, result: Result, resolution_ms: int, truth: int | None) -> bytes:
    name, _, direction = key.partition(" ")
    value, width = _number(name, result, resolution_ms, truth)
    if not 0 <= value < 1 << (8 * width):
        raise DoesNotFit(f"{key}: {value} does not fit in {width} bytes")
    if direction == "desc":
        value = (1 << (8 * width)) - 1 - value
    return value.to_bytes(width, "big")


def _number(name: str, result: Result, resolution_ms: int, truth: int | None) -> tuple[int, int]:
    """Return the key's value as a whole number and its width in bytes."""
    match name:
        case "score":
            return result.points_milli + (1 << 39), 5
        case "duration":
            return result.duration_ms // resolution_ms, 4
        case "submitted_at":
            return (result.submitted_at - EPOCH) // MILLISECOND, 6
        case "started_at":
            return (result.started_at - EPOCH) // MILLISECOND, 6
        case "prediction_error":
            is_missing = result.prediction is None or truth is None
            return (1 << 40) - 1 if is_missing else abs(result.prediction - truth), 5  # type: ignore[operator] # neither is missing
        case _:
            raise ValueError(f"no ranking key {name!r}")
