"""What the worker keeps, compared with the recount: tallies, counts of units, shown boards."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Row, func, select

from quizapp import clock
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.results.rules import Worth
from quizapp.results.service.unit_boards import SUMMED, Recounted, Share, Tree, shown_rows
from quizapp.standings.models import Snapshot, Tally, UnitCount
from quizapp.standings.rules import UNITS_AS
from quizapp.standings.service import Scope, boards
from quizapp.standings.service.snapshots import TOP
from quizapp.vietnamese import day_in_vietnam

Counts = dict[tuple[int, int], list[int]]  # (round number, unit) → people and the sums of shares
Newest = Row[*tuple[Any, ...]]
NOBODY = [0] * (1 + len(SUMMED))


def kept_problems(
    contest: ContestCard,
    by_round: Mapping[int, Mapping[int, Worth]],
    waiting: AbstractSet[int],
    tree: Tree,
) -> tuple[int, list[str]]:
    """Compare tallies and counts with the recount; return (how many counts there are, problems).

    Of people who wait for the worker the tally is taken as it is, so that the counts can still be
    compared to the last one.
    """
    problems: list[str] = []
    counts: Counts = {}
    for number, worths in by_round.items():
        kept = _tallies(contest.id, number)
        expected = _shares(worths.values()) | {one: kept[one] for one in waiting if one in kept}
        for person in waiting - kept.keys():
            expected.pop(person, None)
        problems += _tally_problems(number, kept, expected)
        for unit, total in tree.added_up(expected.values(), {}).items():
            counts[number, unit] = total
    return len(counts), problems + _count_problems(contest.id, counts)


def board_problems(
    contest: ContestCard,
    number: int,
    worths: Mapping[int, Worth],
    ranks: tuple[Mapping[int, int], Mapping[int, int]],
    tree: Tree,
) -> list[str]:
    """Compare each board of a round, stored or read from counts, with the recount, row by row.

    `ranks`: person → rank among all, and among those of the same division.
    """
    among_all, in_divisions = ranks
    names = [f"{boards.PEOPLE}/{one.name}" for one in contest.rounds[-1].rules.divisions]
    shown = _newest(boards.scopes_of(contest)[number])
    problems = [
        f"round {number}, board {row.board} ({row.units_as}): its digest is of other rows"
        for row in shown
        if hashlib.sha256(f"{row.generation}\n{row.body}".encode()).hexdigest() != row.digest
    ]
    has_pass_mark = contest.has_pass_mark(number)
    recounted = Recounted(tree, _shares(worths.values()).values(), has_pass_mark=has_pass_mark)
    for row in shown:
        body = json.loads(row.body)
        if row.board == "people":
            found = _people_differ(body, worths, among_all)
        elif row.board in names:
            place = names.index(row.board) + 1
            mine = {p: rank for p, rank in in_divisions.items() if worths[p].division == place}
            found = _people_differ(body, worths, mine)
        else:
            wanted = recounted.boards(row.units_as, on=day_in_vietnam(row.as_of))
            found = shown_rows(body) != wanted.get(row.board, [])
        if found:
            problems.append(
                f"round {number}, board {row.board} ({row.units_as}): {len(body)} rows that differ"
            )
    of_people = {boards.PEOPLE} if among_all else set()
    of_people |= {names[worths[person].division - 1] for person in in_divisions}  # type: ignore[operator] # who has a rank there has a division
    there = {row.board for row in shown}
    problems += [f"round {number}, board {one}: not there" for one in sorted(of_people - there)]
    problems += _below_problems(boards.scopes_of(contest)[number], recounted)
    return problems + _missing(number, shown, recounted)


def _below_problems(scope: Scope, recounted: Recounted) -> list[str]:
    """Compare what pages show below each unit, which is stored nowhere, with the recount."""
    on = day_in_vietnam(clock.now())
    return [
        f"round {scope.round_number}, board {board} ({units_as}): {len(wanted)} rows that differ"
        for units_as in UNITS_AS
        for board, wanted in sorted(recounted.boards(units_as, on=on).items())
        if board.startswith(boards.OF_UNIT)
        and shown_rows(boards.find_body(scope, board, units_as=units_as, on=on)) != wanted
    ]


def _missing(number: int, shown: Sequence[Newest], recounted: Recounted) -> list[str]:
    """Return a line for each board of units that should have rows and was never made."""
    if not shown:
        return []
    on = day_in_vietnam(max(row.as_of for row in shown))
    there = {(row.board, row.units_as) for row in shown}
    return [
        f"round {number}, board {board} ({units_as}): not there"
        for units_as in UNITS_AS
        for board in sorted(recounted.boards(units_as, on=on))
        if (board, units_as) not in there and not board.startswith(boards.OF_UNIT)
    ]


def _newest(scope: Scope) -> Sequence[Newest]:
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


def _shares(worths: Iterable[Worth]) -> dict[int, Share]:
    return {
        worth.person_id: (worth.unit_id, *(getattr(worth, name) for name in SUMMED))
        for worth in worths
    }


def _tallies(contest_id: int, number: int) -> dict[int, Share]:
    columns = [getattr(Tally, name) for name in ("unit_id", *SUMMED)]
    mine = Tally.contest_id == contest_id, Tally.round_number == number
    rows = db.session.execute(select(Tally.person_id, *columns).where(*mine))
    return {row[0]: tuple(row[1:]) for row in rows}


def _tally_problems(
    number: int, stored: Mapping[int, Share], expected: Mapping[int, Share]
) -> list[str]:
    return [
        f"round {number}, person {person}: tallied {stored.get(person)},"
        f" recounted {expected.get(person)}"
        for person in sorted(stored.keys() | expected.keys())
        if stored.get(person) != expected.get(person)
    ]


def _count_problems(contest_id: int, expected: Counts) -> list[str]:
    rows = db.session.scalars(select(UnitCount).where(UnitCount.contest_id == contest_id))
    stored = {
        (row.round_number, row.unit_id): [row.people, *(getattr(row, name) for name in SUMMED)]
        for row in rows
    }
    return [
        f"round {key[0]}, unit {key[1]}: counts are {stored.get(key, NOBODY)},"
        f" recounted {expected.get(key, NOBODY)}"
        for key in sorted(stored.keys() | expected.keys())
        if stored.get(key, NOBODY) != expected.get(key, NOBODY)
    ]
