"""The boards of units and their rows: those of provinces and sectors, and of the units below one.

What is read depends on what is asked for: every row of a board, since it is published whole, and
beside it only, as now, what ended units have.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from quizapp.contests.models import Round
from quizapp.contests.service import get_rules
from quizapp.db import db, run
from quizapp.standings.models import NO_UNIT, WHOLE_CONTEST
from quizapp.standings.rules import (
    KINDS,
    UNITS_AS,
    Count,
    competition_ranks,
    mean_centi,
    pass_centi,
)
from quizapp.standings.service import FrozenScope, Scope
from quizapp.standings.service.counts import (
    bound_scope,
    counted_as_bound,
    counted_in,
    counts_of,
    counts_of_kind,
)
from quizapp.standings.service.rollup import COUNTED, ancestors_of
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.units.rules.head_counts import participation
from quizapp.units.service import MOST_BOUND, UnitCard, head_counts
from quizapp.vietnamese import day_in_vietnam

Rows = Sequence[Mapping[str, object]]
Name = tuple[str, str]  # board, units as
Counts = dict[int, Count]  # of each unit that has any people
Columns = Callable[[int, Count], Mapping[str, object]]  # unit, its counts → what else is shown


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rounds:
    """What the rounds of a scope say of its boards: first and last day, and who passes."""

    first: date
    last: date
    has_pass_mark: bool


def unit_boards(scope: Scope, *, on: date) -> dict[Name, Rows]:
    """Return the boards of provinces and of sectors that have rows, as then and as now."""
    kinds = {kind for some in KINDS.values() for kind in some}
    then = _read(_of_units(scope, _ids(Unit.kind.in_(kinds))))
    found = _Found(scope, on, then, views=UNITS_AS)
    made: dict[Name, Rows] = {}
    for units_as in UNITS_AS:
        for board, of in KINDS.items():
            rows = found.rows(units_as, [c.id for c in found.cards.values() if c.kind in of])
            if rows:
                made[board, units_as] = rows
    return made


def board_of_children(scope: Scope, unit_id: int, *, units_as: str, on: date) -> Rows:
    """Return the board of the units right below one, read from the counts: it is stored nowhere.

    There are thousands of these boards, each a few dozen rows that the same index gives: to write
    them all anew as results come would cost the worker a hundred times what reading them does.
    """
    is_frozen = isinstance(scope, FrozenScope)
    then = _counts(run(_of_children(is_frozen=is_frozen), parent_id=unit_id, **bound_scope(scope)))
    if units_as == "then":
        return _rows_of_children(scope, on, then, unit_id)
    found = _Found(scope, on, then, views=(units_as,))
    return found.rows(units_as, [c.id for c in found.cards.values() if c.parent_id == unit_id])


def _rows_of_children(scope: Scope, on: date, counts: Counts, unit_id: int) -> Rows:
    """Return the rows, as then, of all units below one: what most ask for, in few statements."""
    cards = {card.id: card for card in units.get_cards_below(unit_id, on=on)}
    rounds = _rounds(scope)
    locked = head_counts.get_locked_counts_below(unit_id, by=rounds.last)
    return _rows(counts.keys(), counts, cards, _columns(rounds, {}, locked))


def get_counts(scope: Scope) -> Counts:
    """Return what is counted of every unit of a scope that has people, NO_UNIT among them."""
    return _read(_of_scope(scope))


def rows_from(scope: Scope, counts: Counts, unit_ids: Iterable[int], *, on: date) -> Rows:
    """Return the rows, as then, of a board of these units, from counts of another moment."""
    return _Found(scope, on, counts, views=("then",)).rows("then", unit_ids)


class _Found:
    """What boards of one scope and day rest on, read at once: counts, units, other columns.

    Of units as now, that have moved from elsewhere, more is known than is asked for.
    """

    def __init__(self, scope: Scope, on: date, then: Counts, *, views: Collection[str]) -> None:
        rounds = _rounds(scope)
        self._counts, behind = {"then": then}, {"then": dict[int, Sequence[int]]()}
        if "now" in views:
            present = units.get_present_ids(on=on)
            self._counts["now"] = _moved(then, _moves(scope, present))
            behind["now"] = dict(head_counts.get_predecessors(present, on=rounds.first))
        ids = {one for counts in self._counts.values() for one in counts} - {NO_UNIT}
        self.cards = units.get_cards(ids, on=on)
        parts = {one for each in behind["now"].values() for one in each} if "now" in views else ids
        locked = head_counts.get_locked_counts(parts | ids, by=rounds.last)
        self._columns = {name: _columns(rounds, behind[name], locked) for name in behind}

    def rows(self, units_as: str, ids: Iterable[int]) -> Rows:
        """Return the rows of a board of these units, of those that have people."""
        counts = self._counts[units_as]
        there = [one for one in ids if one in counts]
        return _rows(there, counts, self.cards, self._columns[units_as])


def _rows(
    unit_ids: Iterable[int], counts: Counts, cards: Mapping[int, UnitCard], columns: Columns
) -> Rows:
    """Return the rows of a unit board: most people first, equal numbers share a rank."""
    ordered = sorted(
        (cards[one] for one in unit_ids),
        key=lambda card: (-counts[card.id].people, card.sort_key, card.id),
    )
    ranks = competition_ranks([counts[card.id].people for card in ordered])
    return [
        {
            "rank": rank,
            "unit": {"code": card.code, "name": card.name, "name_en": card.name_en},
            "people": counts[card.id].people,
            "attempts": counts[card.id].attempts,
            "mean_centi": mean_centi(counts[card.id]),
            **columns(card.id, counts[card.id]),
        }
        for rank, card in zip(ranks, ordered, strict=True)
    ]


def _rate(people: int, members: Sequence[int | None]) -> Mapping[str, object]:
    """Return the columns of participation; none where a head count is missing."""
    found = participation(people, members)
    if found is None:
        return {}
    columns: dict[str, object] = {"members": found.members, "rate_centi": found.rate}
    return columns | ({"has_problem": True} if found.has_problem else {})


def _columns(
    rounds: _Rounds, behind: Mapping[int, Sequence[int]], locked: Mapping[int, int]
) -> Columns:
    """Return what gives the columns that some boards have.

    `behind`: as now, a unit has the members of every body that it stands for and that was there
    when the round (the contest: its first) opened; as then nothing.
    """

    def columns(unit_id: int, count: Count) -> Mapping[str, object]:
        members = [locked.get(one) for one in behind.get(unit_id, [unit_id])]
        rate = _rate(count.people, members)
        if not rounds.has_pass_mark:
            return rate
        return {"passed": count.passed, "pass_centi": pass_centi(count), **rate}

    return columns


def _rounds(scope: Scope) -> _Rounds:
    whole = scope.round_number == WHOLE_CONTEST
    rows = [
        row
        for row in run(_all_rounds(), contest_id=scope.contest_id)
        if whole or row.number == scope.round_number
    ]
    return _Rounds(
        first=day_in_vietnam(min(row.opens_at for row in rows)),
        last=day_in_vietnam(max(row.closes_at for row in rows)),
        has_pass_mark=all(get_rules(row.rule_set_id).pass_milli is not None for row in rows),
    )


@cache
def _all_rounds() -> Select[*tuple[Any, ...]]:
    columns = Round.number, Round.opens_at, Round.closes_at, Round.rule_set_id
    return select(*columns).where(Round.contest_id == bindparam("contest_id"))


def _ids(*where: ColumnElement[bool]) -> Select[int]:
    # As a sub-select: of a join, SQLite would take the counts first, all of them.
    return select(Unit.id).where(*where)


def _of_scope(scope: Scope) -> Select[*tuple[Any, ...]]:
    table = counts_of(scope)
    counted = (getattr(table, name) for name in COUNTED)
    return select(table.unit_id, *counted).where(*counted_in(scope), table.people > 0)


def _of_units(scope: Scope, ids: Select[int] | Sequence[int]) -> Select[*tuple[Any, ...]]:
    return _of_scope(scope).where(counts_of(scope).unit_id.in_(ids))


@cache
def _of_children(*, is_frozen: bool) -> Select[*tuple[Any, ...]]:
    table = counts_of_kind(is_frozen=is_frozen)
    counted = (getattr(table, name) for name in COUNTED)
    below = select(Unit.id).where(Unit.parent_id == bindparam("parent_id"))
    return select(table.unit_id, *counted).where(
        *counted_as_bound(is_frozen=is_frozen), table.people > 0, table.unit_id.in_(below)
    )


def _read(query: Select[*tuple[Any, ...]]) -> Counts:
    return _counts(db.session.execute(query))


def _counts(rows: Iterable[Any]) -> Counts:
    return {row.unit_id: Count(**{name: getattr(row, name) for name in COUNTED}) for row in rows}


def _moves(scope: Scope, present: Mapping[int, int]) -> Counts:
    """Return what units have more (negative: less) as now than as then.

    An ended unit's own numbers, its total less its children's, go into the line of what stands for
    it now, which may have another parent.
    """
    heirs = {one: heir for one, heir in present.items() if heir != one}
    ended = _read_some(scope, heirs.keys())
    own = {unit_id: replace(count) for unit_id, count in ended.items()}
    children = db.session.scalars(select(Unit.id).where(Unit.parent_id.in_(ended)))
    for unit_id, count in _read_some(scope, set(children)).items():
        own[ancestors_of(unit_id)[-2]].add_count(count, -1)
    moves: Counts = {}
    for unit_id, count in own.items():
        for line, sign in ((ancestors_of(unit_id), -1), (ancestors_of(heirs[unit_id]), 1)):
            for above in line:
                moves.setdefault(above, Count()).add_count(count, sign)
    return {unit_id: count for unit_id, count in moves.items() if not count.is_nothing()}


def _read_some(scope: Scope, ids: Collection[int]) -> Counts:
    some, found = sorted(ids), Counts()
    for start in range(0, len(some), MOST_BOUND):
        these = some[start : start + MOST_BOUND]
        found |= _read(_of_units(scope, these))
    return found


def _moved(counts: Counts, moves: Counts) -> Counts:
    """Return the counts as now, of every unit that has people left."""
    now = dict(counts)  # (What was not read is wrong here; no board of it is asked for.)
    for unit_id, move in moves.items():
        now[unit_id] = replace(counts.get(unit_id, Count()))
        now[unit_id].add_count(move, 1)
    return {unit_id: count for unit_id, count in now.items() if count.people}
