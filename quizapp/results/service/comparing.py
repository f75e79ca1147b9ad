"""What the worker keeps, compared with the recount: tallies, counts of units, shown boards."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Row, func, select

from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.results.rules import Worth
from quizapp.standings.models import NO_UNIT, Snapshot, Tally, UnitCount
from quizapp.standings.service import Scope, boards
from quizapp.standings.service.snapshots import TOP
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam

Share = tuple[int, int, int, int]  # unit, attempts, points in thousandths, all right
Counts = dict[tuple[int, int], list[int]]  # (round number, unit) → people and the sums of shares
NOBODY = [0, 0, 0, 0]


def kept_problems(
    contest: ContestCard, by_round: Mapping[int, Mapping[int, Worth]], waiting: AbstractSet[int]
) -> tuple[int, list[str]]:
    """Compare tallies and counts with the recount; return (how many counts there are, problems).

    Of people who wait for the worker the tally is taken as it is, so that the counts can still be
    compared to the last one.
    """
    problems: list[str] = []
    shares: dict[int, dict[int, Share]] = {}
    for number, worths in by_round.items():
        kept = _tallies(contest.id, number)
        expected = _shares(worths.values()) | {one: kept[one] for one in waiting if one in kept}
        for person in waiting - kept.keys():
            expected.pop(person, None)
        problems += _tally_problems(number, kept, expected)
        shares[number] = expected
    counts = _added_up(shares, {})
    return len(counts), problems + _count_problems(contest.id, counts)


def board_problems(
    contest: ContestCard, number: int, worths: Mapping[int, Worth], ranks: Mapping[int, int]
) -> list[str]:
    """Compare the newest snapshot of each board of a round with the recount, row by row."""
    scope = boards.scopes_of(contest)[number]
    shown = _newest(scope)
    problems = [
        f"round {number}, board {row.board} ({row.units_as}): its digest is of other rows"
        for row in shown
        if hashlib.sha256(f"{row.generation}\n{row.body}".encode()).hexdigest() != row.digest
    ]
    shares = {number: _shares(worths.values())}
    for row in shown:
        body = json.loads(row.body)
        if row.board == "people":
            found = _people_differ(body, worths, ranks)
        else:
            found = _units_differ(row, body, shares)
        if found:
            problems.append(
                f"round {number}, board {row.board} ({row.units_as}): {len(body)} rows that differ"
            )
    if worths and not any(row.board == "people" for row in shown):
        problems.append(f"round {number}, board people: not there")
    return problems


def _newest(scope: Scope) -> Sequence[Row[*tuple[Any, ...]]]:
    newest = (
        select(func.max(Snapshot.id))
        .where(Snapshot.contest_id == scope.contest_id)
        .where(Snapshot.round_number == scope.round_number)
        .group_by(Snapshot.board, Snapshot.units_as)
    )
    columns = Snapshot.board, Snapshot.units_as, Snapshot.generation, Snapshot.as_of
    return db.session.execute(
        select(*columns, Snapshot.digest, Snapshot.body)
        .where(Snapshot.id.in_(newest))
        .order_by(Snapshot.board, Snapshot.units_as)
    ).all()


def _people_differ(
    body: Sequence[Mapping[str, int]], worths: Mapping[int, Worth], ranks: Mapping[int, int]
) -> bool:
    first = sorted(ranks.items(), key=lambda pair: pair[1])[:TOP]
    wanted = sorted(
        (rank, worths[person].points_milli, worths[person].duration_ms) for person, rank in first
    )
    shown = sorted((row["rank"], row["points_milli"], row["duration_ms"]) for row in body)
    # Of people tied at the last place of the board any may be on it.
    last = wanted[-1][0] if len(wanted) == TOP else None
    return [row for row in shown if row[0] != last] != [row for row in wanted if row[0] != last]


def _units_differ(
    row: Row[*tuple[Any, ...]],
    body: Sequence[Mapping[str, Any]],
    shares: Mapping[int, Mapping[int, Share]],
) -> bool:
    on = day_in_vietnam(row.as_of)
    heirs = units.get_present_ids(on=on) if row.units_as == "now" else {}
    counts = _added_up(shares, heirs)
    numbers = {unit: total for (_, unit), total in counts.items() if unit != NO_UNIT}
    cards = units.get_cards(numbers, on=on)
    on_board = _is_on(row.board)
    mine = [unit for unit in numbers if on_board(cards[unit])]
    people = sorted((numbers[unit][0] for unit in mine), reverse=True)
    wanted = [
        (people.index(numbers[unit][0]) + 1, cards[unit].code, *numbers[unit][:2]) for unit in mine
    ]
    shown = [(one["rank"], one["unit"]["code"], one["people"], one["attempts"]) for one in body]
    return sorted(shown) != sorted(wanted)


def _is_on(board: str) -> Callable[[UnitCard], bool]:
    """Return what tells whether a unit is a row of a board."""
    if board in boards.KINDS:
        return lambda card: card.kind in boards.KINDS[board]
    parent = units.find_unit(board.removeprefix("units/"))
    return lambda card: parent is not None and card.parent_id == parent.id


def _shares(worths: Iterable[Worth]) -> dict[int, Share]:
    return {
        worth.person_id: (worth.unit_id, worth.attempts, worth.points_milli, worth.all_right)
        for worth in worths
    }


def _tallies(contest_id: int, number: int) -> dict[int, Share]:
    columns = Tally.unit_id, Tally.attempts, Tally.points_milli, Tally.all_right
    mine = Tally.contest_id == contest_id, Tally.round_number == number
    rows = db.session.execute(select(Tally.person_id, *columns).where(*mine))
    return {row[0]: tuple(row[1:]) for row in rows}  # type: ignore[misc] # the four columns of a share


def _tally_problems(
    number: int, stored: Mapping[int, Share], expected: Mapping[int, Share]
) -> list[str]:
    return [
        f"round {number}, person {person}: tallied {stored.get(person)},"
        f" recounted {expected.get(person)}"
        for person in sorted(stored.keys() | expected.keys())
        if stored.get(person) != expected.get(person)
    ]


def _added_up(shares: Mapping[int, Mapping[int, Share]], heirs: Mapping[int, int]) -> Counts:
    """Return what each unit has, with all below it; `heirs`: unit → what stands for it now."""
    lines: dict[int, Sequence[int]] = {}
    counts: Counts = {}
    for number, by_person in shares.items():
        for unit, *values in by_person.values():
            if unit not in lines:
                lines[unit] = _line_up(heirs.get(unit, unit))
            for above in lines[unit]:
                total = counts.setdefault((number, above), [0, 0, 0, 0])
                for index, value in enumerate((1, *values)):
                    total[index] += value
    return counts


def _count_problems(contest_id: int, expected: Counts) -> list[str]:
    rows = db.session.scalars(select(UnitCount).where(UnitCount.contest_id == contest_id))
    stored = {
        (row.round_number, row.unit_id): [row.people, row.attempts, row.points_milli, row.all_right]
        for row in rows
    }
    return [
        f"round {key[0]}, unit {key[1]}: counts are {stored.get(key, NOBODY)},"
        f" recounted {expected.get(key, NOBODY)}"
        for key in sorted(stored.keys() | expected.keys())
        if stored.get(key, NOBODY) != expected.get(key, NOBODY)
    ]


def _line_up(unit_id: int) -> Sequence[int]:
    """Return the unit and those above it, by walking from parent to parent."""
    if unit_id == NO_UNIT:
        return (NO_UNIT,)
    line: list[int] = []
    at: int | None = unit_id
    while at is not None:
        line.append(at)
        at = units.get_unit_by_id(at).parent_id
    return line
