"""An independent recount: from stored bytes to places, sharing no code with what it checks. Pure.

Formats are read here anew, by the description in the data's own documentation: a paper is a version
byte, then per question its number (2 bytes), its count of options and their canonical indexes;
answers are a version byte, then one bitmask per question.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from math import floor


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
    prediction: int | None
    public_id: bytes
    receipt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What the recount needs of the rules; points are thousandths."""

    right_milli: int
    wrong_milli: int
    blank_milli: int
    pass_milli: int | None
    counts: str
    ranking: Sequence[str]
    whole_ranking: Sequence[str]
    whole_rounds: int | None
    resolution_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """A person's result: the attempt that counts, and what all of them bring.

    `error` and `place` are what only the close knows: how far the prediction was from the truth,
    and the place decided by hand. None: there is none.
    """

    person_id: int
    unit_id: int
    attempt_id: int
    attempts: int
    points_milli: int
    all_right: int
    passed: int
    duration_ms: int
    started_at: datetime
    submitted_at: datetime
    perfect: int
    prediction: int | None
    division: int | None = None
    error: int | None = None
    place: int | None = None


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


def receipt(key: bytes, sheet: Sheet) -> str:
    """Return the receipt anew: 60 bits of HMAC-SHA-256 over the attempt's id, answers and end."""
    ended = sheet.submitted_at.astimezone(UTC).isoformat().encode()
    mac = hmac.digest(key, b"\0".join((sheet.public_id, sheet.answers, ended)), "sha256")
    bits = int.from_bytes(mac[:8], "big") >> 4
    letters = "".join(RECEIPT_LETTERS[bits >> 5 * place & 31] for place in reversed(range(12)))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


RECEIPT_LETTERS = "".join(c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in "ILOU")


def truth(target: str, worths: Mapping[int, Worth], attempts: int) -> int:
    """Return what was to be predicted, from the recount."""
    winners = sum(worth.all_right for worth in worths.values())
    percent = floor(Fraction(100 * winners, len(worths) or 1) + Fraction(1, 2))
    return {
        "unique_all_correct": winners,
        "unique_participants": len(worths),
        "attempts": attempts,
        "percent_all_correct": percent,
    }[target]


def judged(
    worths: Mapping[int, Worth], the_truth: int | None, places_by_hand: Mapping[int, int]
) -> dict[int, Worth]:
    """Return person → what counts, with what only the close knows; None: errors stay as given."""

    def error(worth: Worth) -> int | None:
        if the_truth is None:
            return worth.error
        return None if worth.prediction is None else abs(worth.prediction - the_truth)

    return {
        person: replace(worth, error=error(worth), place=places_by_hand.get(person))
        for person, worth in worths.items()
    }


def order_digest(worths: Mapping[int, Worth], given: Mapping[int, int]) -> str:
    """Return SHA-256 over a line for each person in the order of their ranks, then ids."""
    lines = [
        f"{given[person]} {person} {worths[person].attempt_id}"
        f" {worths[person].points_milli} {worths[person].duration_ms}\n"
        for person in sorted(worths, key=lambda person: (given[person], person))
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Division:
    """Whom one of the boards A, B, C… takes: units (by id), kinds of units, or the rest."""

    units: frozenset[int]
    kinds: frozenset[str]
    is_rest: bool


def division(line: Sequence[tuple[int, str]], divisions: Sequence[Division]) -> int | None:
    """Return the place (from 1) of a unit's division; `line`: (id, kind) from the unit upwards."""
    every = [
        (step, place, unit, kind, one)
        for step, (unit, kind) in enumerate(line)
        for place, one in enumerate(divisions, start=1)
    ]
    named = [found[:2] for found in every if found[2] in found[4].units]
    of_kind = [found[:2] for found in every if found[3] in found[4].kinds]
    rest = [(0, place) for place, one in enumerate(divisions, start=1) if one.is_rest]
    return next((min(found)[1] for found in (named, of_kind, rest) if found), None)


def whole(by_round: Iterable[Mapping[int, Worth]], terms: Terms) -> dict[int, Worth]:
    """Return person → the sum over the rounds that count; the latest gives unit and moment."""
    mine: dict[int, list[Worth]] = {}
    for worths in by_round:
        for person, worth in worths.items():
            mine.setdefault(person, []).append(worth)
    return {person: _sum(rows, terms) for person, rows in mine.items()}


def _sum(every: Sequence[Worth], terms: Terms) -> Worth:
    rows = list(every)
    while terms.whole_rounds is not None and len(rows) > terms.whole_rounds:
        rows.remove(max(rows, key=lambda row: _leaves_first(row, terms)))
    latest = max(rows, key=lambda row: (row.submitted_at, row.attempt_id))
    errors = [row.error for row in rows]
    return replace(
        latest,
        attempts=sum(row.attempts for row in every),
        points_milli=sum(row.points_milli for row in rows),
        all_right=int(all(row.all_right for row in rows)),
        passed=int(all(row.passed for row in rows)),
        duration_ms=sum(row.duration_ms for row in rows),
        started_at=min(row.started_at for row in rows),
        perfect=sum(row.perfect for row in rows),
        error=None if None in errors else sum(error for error in errors if error is not None),
    )


def _leaves_first(row: Worth, terms: Terms) -> tuple[object, ...]:
    """Return by what the weakest of a person's rounds is the greatest."""
    steps = row.duration_ms // terms.resolution_ms
    return -row.points_milli, steps, row.submitted_at, row.attempt_id


def ranks(
    worths: Iterable[Worth], ranking: Sequence[str], *, resolution_ms: int, is_closed: bool
) -> dict[int, int]:
    """Return person → rank: one more than the number of people with a better order."""

    def order(worth: Worth) -> tuple[object, ...]:
        every = _values(worth, resolution_ms)
        return tuple(every[key] for key in ranking if is_closed or key not in LATE)

    rows = sorted(worths, key=order)
    given: dict[int, int] = {}
    previous: Worth | None = None
    for position, worth in enumerate(rows, start=1):
        is_tied = previous is not None and order(previous) == order(worth)
        given[worth.person_id] = given[previous.person_id] if is_tied and previous else position
        previous = worth
    return given


def ranks_in_divisions(
    worths: Iterable[Worth], ranking: Sequence[str], *, resolution_ms: int, is_closed: bool
) -> dict[int, int]:
    """Return person → rank among the people of the same division, of those who have one."""
    members: dict[int, list[Worth]] = {}
    for worth in worths:
        if worth.division is not None:
            members.setdefault(worth.division, []).append(worth)
    given: dict[int, int] = {}
    for mine in members.values():
        given |= ranks(mine, ranking, resolution_ms=resolution_ms, is_closed=is_closed)
    return given


LATE = ("prediction_error asc", "manual")


def _values(worth: Worth, resolution_ms: int) -> dict[str, object]:
    """Return what each key of a ranking compares, smaller is better; nothing comes last."""
    began = _milliseconds(worth.started_at)
    return {
        "score desc": -worth.points_milli,
        "total desc": -worth.points_milli,
        "duration asc": worth.duration_ms // resolution_ms,
        "submitted_at asc": _milliseconds(worth.submitted_at),
        "started_at asc": began,
        "login_at asc": began,
        "perfect_sittings desc": -worth.perfect,
        "prediction_error asc": (worth.error is None, worth.error or 0),
        "manual": (worth.place is None, worth.place or 0),
    }


def worth_of(sheets: Sequence[Sheet], terms: Terms) -> Worth:
    """Return what one person's final attempts of a round bring, compared value by value."""
    chosen = min(sheets, key=lambda sheet: (_choice(sheet, terms), sheet.number))
    perfect = [sheet for sheet in sheets if sheet.right_count == len(sheet.answers) - 1]
    worth = Worth(
        person_id=chosen.person_id,
        unit_id=chosen.unit_id,
        attempt_id=chosen.attempt_id,
        attempts=max(sheet.number for sheet in sheets),
        points_milli=chosen.points_milli,
        all_right=int(chosen in perfect),
        passed=_passes(chosen.points_milli, terms),
        duration_ms=chosen.duration_ms,
        started_at=chosen.started_at,
        submitted_at=chosen.submitted_at,
        perfect=len(perfect) if _weighs_all(terms) else 0,
        prediction=chosen.prediction,
    )
    if terms.counts != "mean":
        return worth
    mean = floor(Fraction(sum(sheet.points_milli for sheet in sheets), len(sheets)))
    return replace(
        worth,
        points_milli=mean,
        passed=_passes(mean, terms),
        duration_ms=floor(Fraction(sum(sheet.duration_ms for sheet in sheets), len(sheets))),
        all_right=int(len(perfect) == len(sheets)),
    )


def _passes(points_milli: int, terms: Terms) -> int:
    return int(terms.pass_milli is not None and terms.pass_milli <= points_milli)


def _weighs_all(terms: Terms) -> bool:
    return terms.counts == "mean" or any(key.startswith("perfect") for key in terms.ranking)


def _choice(sheet: Sheet, terms: Terms) -> tuple[object, ...]:
    steps = sheet.duration_ms // terms.resolution_ms
    at = _milliseconds(sheet.submitted_at)
    return {
        "best": (-sheet.points_milli, steps, at),
        "best_then_earliest": (-sheet.points_milli, at),
        "first": (at,),
        "last": (-at,),
        "mean": (-at,),
        "only": (at,),
    }[terms.counts]


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000 - 0.4995)
