"""An independent recount: from stored bytes to places, sharing no code with what it checks. Pure.

Formats are read here anew, by the description in the data's own documentation: a paper is a version
byte, then per question its number (2 bytes), its count of options and their canonical indexes;
answers are a version byte, then one bitmask per question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A final attempt as it is stored."""

    attempt_id: int
    person_id: int
    unit_id: int
    number: int
    paper: bytes
    answers: bytes
    started_at: datetime
    deadline_at: datetime
    submitted_at: datetime
    right_count: int
    points_milli: int
    duration_ms: int
    paused_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What the recount needs of the rules; points are thousandths."""

    right_milli: int
    wrong_milli: int
    blank_milli: int
    counts: str
    ranking: Sequence[str]
    resolution_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """A person's result: the attempt that counts and what orders people (smaller is better)."""

    person_id: int
    unit_id: int
    attempt_id: int
    attempts: int
    points_milli: int
    all_right: int
    duration_ms: int
    submitted_at: datetime
    order: tuple[object, ...]


def remark(sheet: Sheet, right: Mapping[int, int], terms: Terms) -> tuple[int, int]:
    """Return (right answers, points in thousandths) of a sheet; `right` is number → bitmask."""
    numbers, at = [], 1
    while at < len(sheet.paper):
        numbers.append(int.from_bytes(sheet.paper[at : at + 2], "big"))
        at += 3 + sheet.paper[at + 2]
    marks = list(sheet.answers[1:])
    if len(marks) != len(numbers):
        return -1, -1
    each = {
        "right": Fraction(terms.right_milli),
        "wrong": Fraction(terms.wrong_milli),
        "blank": Fraction(terms.blank_milli),
    }
    verdicts = [
        "blank" if mark == 0 else "right" if mark == right.get(number) else "wrong"
        for number, mark in zip(numbers, marks, strict=True)
    ]
    return verdicts.count("right"), int(sum(each[verdict] for verdict in verdicts))


def sheet_problems(sheet: Sheet, right: Mapping[int, int], terms: Terms) -> list[str]:
    """Return a line for each stored value of the attempt that its answers and times do not give."""
    right_count, points = remark(sheet, right, terms)
    ended = min(sheet.submitted_at, sheet.deadline_at)
    taken = int((ended - sheet.started_at).total_seconds() * 1000 + 0.0005) - sheet.paused_ms
    taken = max(taken, 0)
    found = {
        "right_count": (sheet.right_count, right_count),
        "points_milli": (sheet.points_milli, points),
        "duration_ms": (sheet.duration_ms, taken),
    }
    return [
        f"attempt {sheet.attempt_id}: {name} is {stored}, recounted {recounted}"
        for name, (stored, recounted) in found.items()
        if stored != recounted
    ]


def places(sheets: Iterable[Sheet], terms: Terms) -> dict[int, Worth]:
    """Return person → what counts, by comparing attempts value by value (no keys of bytes)."""
    by_person: dict[int, list[Sheet]] = {}
    for sheet in sheets:
        by_person.setdefault(sheet.person_id, []).append(sheet)
    return {person: _worth(mine, terms) for person, mine in by_person.items()}


def whole(by_round: Iterable[Mapping[int, Worth]], resolution_ms: int) -> dict[int, Worth]:
    """Return person → the sum over rounds; the latest counted attempt gives unit and moment."""
    mine: dict[int, list[Worth]] = {}
    for worths in by_round:
        for person, worth in worths.items():
            mine.setdefault(person, []).append(worth)
    return {person: _sum(rows, resolution_ms) for person, rows in mine.items()}


def _sum(rows: Sequence[Worth], resolution_ms: int) -> Worth:
    latest = max(rows, key=lambda row: (row.submitted_at, row.attempt_id))
    points = sum(row.points_milli for row in rows)
    taken = sum(row.duration_ms for row in rows)
    return Worth(
        person_id=latest.person_id,
        unit_id=latest.unit_id,
        attempt_id=latest.attempt_id,
        attempts=sum(row.attempts for row in rows),
        points_milli=points,
        all_right=int(all(row.all_right for row in rows)),
        duration_ms=taken,
        submitted_at=latest.submitted_at,
        order=(-points, taken // resolution_ms, _milliseconds(latest.submitted_at)),
    )


def ranks(worths: Iterable[Worth]) -> dict[int, int]:
    """Return person → rank: one more than the number of people with a better order."""
    rows = sorted(worths, key=lambda worth: worth.order)
    given: dict[int, int] = {}
    previous: Worth | None = None
    for position, worth in enumerate(rows, start=1):
        is_tied = previous is not None and previous.order == worth.order
        given[worth.person_id] = given[previous.person_id] if is_tied and previous else position
        previous = worth
    return given


def _worth(sheets: Sequence[Sheet], terms: Terms) -> Worth:
    chosen = min(sheets, key=lambda sheet: (_choice(sheet, terms), sheet.number))
    paper_length = len(chosen.answers) - 1
    return Worth(
        person_id=chosen.person_id,
        unit_id=chosen.unit_id,
        attempt_id=chosen.attempt_id,
        attempts=max(sheet.number for sheet in sheets),
        points_milli=chosen.points_milli,
        all_right=int(chosen.right_count == paper_length),
        duration_ms=chosen.duration_ms,
        submitted_at=chosen.submitted_at,
        order=tuple(
            _value(key, chosen, terms)
            for key in terms.ranking
            if not key.startswith("prediction_error")
        ),
    )


def _choice(sheet: Sheet, terms: Terms) -> tuple[object, ...]:
    steps = sheet.duration_ms // terms.resolution_ms
    at = _milliseconds(sheet.submitted_at)
    return {
        "best": (-sheet.points_milli, steps, at),
        "best_then_earliest": (-sheet.points_milli, at),
        "first": (at,),
        "last": (-at,),
    }[terms.counts]


def _value(key: str, sheet: Sheet, terms: Terms) -> int:
    return {
        "score desc": -sheet.points_milli,
        "duration asc": sheet.duration_ms // terms.resolution_ms,
        "submitted_at asc": _milliseconds(sheet.submitted_at),
        "started_at asc": _milliseconds(sheet.started_at),
    }[key]


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000 - 0.4995)
