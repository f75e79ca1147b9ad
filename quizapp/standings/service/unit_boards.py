"""The boards of units: which ones show a change, and their rows.

What is read depends on what is asked for: every row of a board, since it is published whole, and
beside it only what ended units have.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from quizapp.contests.models import Round
from quizapp.contests.service import get_rules
from quizapp.db import db
from quizapp.standings.models import NO_UNIT, WHOLE_CONTEST, UnitCount
from quizapp.standings.rules import Count, competition_ranks, mean_centi, pass_centi
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import KINDS
from quizapp.standings.service.rollup import COUNTED, ancestors_of
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.units.rules.head_counts import participation
from quizapp.units.service import MOST_BOUND, UnitCard, head_counts
from quizapp.vietnamese import day_in_vietnam

Rows = Sequence[Mapping[str, object]]
Name = tuple[str, str]  # board, units as
Counts = dict[int, Count]  # of each unit that has any people
Families = dict[str, set[int]]  # board → the units that are its rows
Columns = Callable[[int, Count], Mapping[str, object]]  # unit, its counts → what else is shown


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rounds:
    """What the rounds of a scope say of its boards: first and last day, and who passes."""

    first: date
    last: date
    has_pass_mark: bool


def unit_boards(scope: Scope, touched: Collection[int] | None, *, on: date) -> dict[Name, Rows]:
    """Return the boards on which one of these units, or what stands for it now, is a row.

    A board that nobody is left on is among them, without rows. None: every board that has rows.
    """
    present = units.get_present_ids(on=on)
    parents = None if touched is None else _parents(touched, present)
    if parents is not None and not parents:
        return {}
    moves = _moves(scope, present)
    then = _counts(scope, parents)
    now = _moved(then, moves)
    cards = units.get_cards(_shown(then, now, parents), on=on)
    there = {board: set[int]() for board in _names(parents or (), cards)}
    families = {
        "then": there | _families(then, cards, parents),
        "now": there | _families(now, cards, parents),
    }
    rounds = _rounds(scope)
    behind = head_counts.get_predecessors(present, on=rounds.first)
    columns = _columns(rounds, behind, cards.keys())
    others = moves.keys() | behind.keys()  # that have other numbers, or other members, as now
    made: dict[Name, Rows] = {}
    for board, ids in families["then"].items():
        made[board, "then"] = _rows(ids, then, cards, columns["then"])
    for board, ids in families["now"].items():
        is_as_then = ids == families["then"].get(board) and ids.isdisjoint(others)
        made[board, "now"] = (
            made[board, "then"] if is_as_then else _rows(ids, now, cards, columns["now"])
        )
    return made


def _parents(touched: Collection[int], present: Mapping[int, int]) -> set[int]:
    """Return the units whose boards may show one of these, or what stands for it now."""
    known = set(touched) - {NO_UNIT}
    known |= {above for one in known for above in ancestors_of(present.get(one, one))}
    return {line[-2] for line in units.get_lines(known).values() if len(line) > 1}


def _shown(*counted: Collection[int] | None) -> set[int]:
    """Return all these units and those directly above them, whose boards they are on."""
    ids = {one for some in counted for one in some or ()} - {NO_UNIT}
    return ids | {line[-2] for line in units.get_lines(ids).values() if len(line) > 1}


def _names(parents: Iterable[int], cards: Mapping[int, UnitCard]) -> list[str]:
    return [*KINDS, *(f"units/{cards[one].code}" for one in parents if one in cards)]


def _families(counts: Counts, cards: Mapping[int, UnitCard], parents: set[int] | None) -> Families:
    """Return the boards of provinces, of sectors, and of the children of each of the parents."""
    families: dict[str, set[int]] = {}
    for card in (cards[one] for one in counts if one in cards):
        for board, kinds in KINDS.items():
            if card.kind in kinds:
                families.setdefault(board, set()).add(card.id)
        above = card.parent_id
        if above is not None and above in cards and (parents is None or above in parents):
            families.setdefault(f"units/{cards[above].code}", set()).add(card.id)
    return families


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
    rounds: _Rounds, behind: Mapping[int, Sequence[int]], unit_ids: Collection[int]
) -> dict[str, Columns]:
    """Return what gives the columns that some boards have, for units as then and as now.

    As now, a unit has the members of every body that it stands for and that was there when the
    round (the contest: its first) opened.
    """
    parts = {one for unit_id in unit_ids for one in behind.get(unit_id, ())}
    locked = head_counts.get_locked_counts(parts.union(unit_ids), by=rounds.last)

    def as_then(unit_id: int, count: Count) -> Mapping[str, object]:
        return {**passed(count), **_rate(count.people, [locked.get(unit_id)])}

    def as_now(unit_id: int, count: Count) -> Mapping[str, object]:
        members = [locked.get(one) for one in behind.get(unit_id, [unit_id])]
        return {**passed(count), **_rate(count.people, members)}

    def passed(count: Count) -> dict[str, object]:
        if not rounds.has_pass_mark:
            return {}
        return {"passed": count.passed, "pass_centi": pass_centi(count)}

    return {"then": as_then, "now": as_now}


def _rounds(scope: Scope) -> _Rounds:
    columns = Round.opens_at, Round.closes_at, Round.rule_set_id
    query = select(*columns).where(Round.contest_id == scope.contest_id)
    if scope.round_number != WHOLE_CONTEST:
        query = query.where(Round.number == scope.round_number)
    rows = db.session.execute(query).all()
    return _Rounds(
        first=day_in_vietnam(min(row.opens_at for row in rows)),
        last=day_in_vietnam(max(row.closes_at for row in rows)),
        has_pass_mark=all(get_rules(row.rule_set_id).pass_milli is not None for row in rows),
    )


def _counts(scope: Scope, parents: set[int] | None) -> Counts:
    """Return the counts of the children of these units, and of provinces and sectors; None: all."""
    mine = _of_scope(scope)
    if parents is None or len(parents) > MOST_BOUND:
        return _read(mine)
    kinds = {kind for some in KINDS.values() for kind in some}
    # As sub-selects: of a join, SQLite would take the counts first, all of them.
    found = (Unit.parent_id.in_(parents), Unit.kind.in_(kinds))
    some = [_read(mine.where(UnitCount.unit_id.in_(select(Unit.id).where(one)))) for one in found]
    return some[0] | some[1]


def _of_scope(scope: Scope) -> Select[*tuple[Any, ...]]:
    counted = (getattr(UnitCount, name) for name in COUNTED)
    return (
        select(UnitCount.unit_id, *counted)
        .where(UnitCount.contest_id == scope.contest_id)
        .where(UnitCount.round_number == scope.round_number)
        .where(UnitCount.people > 0)
    )


def _read(query: Select[*tuple[Any, ...]]) -> Counts:
    rows = db.session.execute(query)
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
        found |= _read(_of_scope(scope).where(UnitCount.unit_id.in_(these)))
    return found


def _moved(counts: Counts, moves: Counts) -> Counts:
    """Return the counts as now, of every unit that has people left."""
    now = dict(counts)  # (What was not read is wrong here; no board of it is asked for.)
    for unit_id, move in moves.items():
        now[unit_id] = replace(counts.get(unit_id, Count()))
        now[unit_id].add_count(move, 1)
    return {unit_id: count for unit_id, count in now.items() if count.people}
