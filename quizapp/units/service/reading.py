"""Looking units up: by code, by id, by place in the tree."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from quizapp.db import FEW, among_few, db, few, kept_for_good, run
from quizapp.units.errors import UnknownUnit
from quizapp.units.models import Unit, UnitName
from quizapp.units.rules.chains import ends_of
from quizapp.units.rules.rows import normal_code
from quizapp.units.service.values import UnitCard, UnitMarks

MOST_BOUND = 5_000
"""So many ids stand in a statement, which takes only so many bound values."""
MOST_PARTS = 8


def in_parts(column: InstrumentedAttribute[int], ids: Collection[int]) -> list[ColumnElement[bool]]:
    """Return conditions that together hold for all these ids, each for some.

    Of very many ids it is one that always holds: reading everything is faster then.
    """
    if len(ids) > MOST_BOUND * MOST_PARTS:
        return [true()]
    some = sorted(ids)
    return [
        column.in_(some[start : start + MOST_BOUND]) for start in range(0, len(some), MOST_BOUND)
    ]


def find_unit(code: str, *, on: date | None = None) -> UnitCard | None:
    """Return the unit that any of its codes names, in capitals or not; None when there is none.

    Without a day: under its last name, and ended if it has a last day at all.
    """
    rows = run(_by_code(), code=normal_code(code))
    return next(iter(_cards_of(rows, on)), None)


def get_unit_by_id(unit_id: int, *, on: date | None = None) -> UnitCard:
    """Return the unit with this id; `on` as for `find_unit`. Raises UnknownUnit."""
    for card in _cards(_named().where(Unit.id == unit_id), on):
        return card
    raise UnknownUnit


def get_ids(codes: Collection[str]) -> Mapping[str, int]:
    """Return the unit that each code names; a code of no unit is left out. One statement."""
    wanted = {normal_code(code): code for code in codes}
    rows = select(UnitName.code, UnitName.unit_id)
    if len(wanted) <= MOST_BOUND:
        rows = rows.where(UnitName.code.in_(wanted))
    found = db.session.execute(rows)
    return {wanted[row.code]: row.unit_id for row in found if row.code in wanted}


def get_marks(unit_ids: Collection[int]) -> Mapping[int, UnitMarks]:
    """Return of these units what never changes: every code and the kind. One statement."""
    wanted = set(unit_ids)
    rows = select(Unit.id, Unit.kind, UnitName.code).join(UnitName, UnitName.unit_id == Unit.id)
    if len(wanted) <= MOST_BOUND:
        rows = rows.where(Unit.id.in_(wanted))
    codes: dict[int, set[str]] = {}
    kinds: dict[int, str] = {}
    for row in db.session.execute(rows):
        if row.id in wanted:
            codes.setdefault(row.id, set()).add(row.code)
            kinds[row.id] = row.kind
    return {
        unit_id: UnitMarks(codes=frozenset(codes[unit_id]), kind=kind)
        for unit_id, kind in kinds.items()
    }


def find_root(*, on: date | None = None) -> UnitCard | None:
    """Return the confederation, the latest if there were several; None in an empty catalogue."""
    roots = _cards(_named().where(Unit.parent_id.is_(None)), on)
    return max(roots, key=lambda card: card.id, default=None)


def get_cards(ids: Collection[int], *, on: date) -> Mapping[int, UnitCard]:
    """Return the units with these ids, by id, as they were called on a day; in few statements.

    An id that no unit has is left out.
    """
    wanted = set(ids)
    if 0 < len(wanted) <= FEW:
        return {card.id: card for card in _cards_of(run(_few(), **few(list(wanted))), on)}
    return {
        card.id: card
        for part in in_parts(Unit.id, wanted)
        for card in _cards(_named().where(part), on)
        if card.id in wanted
    }


def get_cards_below(parent_id: int, *, on: date) -> Sequence[UnitCard]:
    """Return all units right below one, whenever they were there, as they were called on a day."""
    return _cards_of(run(_children(), parent_id=parent_id), on)


def get_bodies(*, on: date) -> Sequence[UnitCard]:
    """Return the bodies directly under the confederation on a day, in Vietnamese order.

    The order goes by what tells them apart: `tỉnh An Giang` stands before `Thành phố Cần Thơ`.
    """
    root = aliased(Unit)
    roots = select(root.id).where(root.parent_id.is_(None))
    return _standing(Unit.parent_id.in_(roots), on)


def get_children(code: str, *, on: date) -> Sequence[UnitCard]:
    """Return the units directly under one on a day, in Vietnamese order. Raises UnknownUnit."""
    parent = find_unit(code)
    if parent is None:
        raise UnknownUnit
    return _standing(Unit.parent_id == parent.id, on)


def get_ancestor_ids(unit_id: int) -> tuple[int, ...]:
    """Return the ids from the root down to the unit itself. Raises UnknownUnit."""
    return get_lines([unit_id])[unit_id]


def get_lines(unit_ids: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    """Return for each of these units the ids from the root down to itself. Raises UnknownUnit.

    A unit's parent never changes: a process reads each line once, what it lacks in few statements.
    (Only `units load` writes units, in a process of its own: none is seen that is undone later.)
    """
    known = kept_for_good("lines of units")
    missing = {unit_id for unit_id in unit_ids if unit_id not in known}
    for part in in_parts(Unit.id, missing):
        for row in db.session.execute(select(Unit.id, Unit.path).where(part)):
            if row.id in missing:
                known[row.id] = tuple(map(int, row.path.rstrip(".").split(".")))
    try:
        return {unit_id: known[unit_id] for unit_id in unit_ids}
    except KeyError as error:
        raise UnknownUnit from error


def is_within(unit_id: int, ancestor_id: int) -> bool:
    """Say whether a unit is `ancestor_id` itself or stands below it. Raises UnknownUnit."""
    return ancestor_id in get_ancestor_ids(unit_id)


def inside(ancestor_id: int) -> ColumnElement[bool]:
    """Return the condition on `Unit` for standing at or below a unit; a range of an index.

    For statements of other features that join `Unit`. Raises UnknownUnit.
    """
    path = _path(ancestor_id)
    return and_(Unit.path >= path, Unit.path < path[:-1] + "/")  # "/" is the sign after "."


def get_present_ids(*, on: date | None = None) -> Mapping[int, int]:
    """Return for every unit that ended before `on` the one that stands for it by now.

    Successors are followed to the last that began; without a successor a unit stands for itself.
    Without a day: every unit that has a last day, followed to the end.
    """
    ended = Unit.valid_to.is_not(None) if on is None else Unit.valid_to < on
    rows = db.session.execute(select(Unit.id, Unit.successor_id).where(ended)).all()
    ends = ends_of({row.id: row.successor_id for row in rows if row.successor_id is not None})
    return {row.id: ends.get(row.id, row.id) for row in rows}


def valid_on(on: date) -> ColumnElement[bool]:
    """Return the condition for a unit that is there on a day."""
    return and_(Unit.valid_from <= on, or_(Unit.valid_to.is_(None), Unit.valid_to >= on))


def _standing(where: ColumnElement[bool], on: date) -> list[UnitCard]:
    cards = select(Unit.id).where(where, valid_on(on))
    rows = db.session.execute(
        _named()
        .where(Unit.id.in_(cards), UnitName.valid_from <= on)
        .where(or_(UnitName.valid_to.is_(None), UnitName.valid_to >= on))
        .order_by(None)
        .order_by(UnitName.sort_key, Unit.id)
    )
    return [_card(row, on) for row in rows]


def _named() -> Select[*tuple[Any, ...]]:
    """Select units with each of their names, oldest name first."""
    columns = (Unit.id, Unit.code, Unit.kind, Unit.parent_id, Unit.valid_to)
    names = (UnitName.name, UnitName.name_en, UnitName.sort_key)
    return (
        select(*columns, *names, UnitName.valid_from.label("named_from"))
        .join(UnitName, UnitName.unit_id == Unit.id)
        .order_by(Unit.id, UnitName.valid_from)
    )


@cache
def _by_code() -> Select[*tuple[Any, ...]]:
    by_code = select(UnitName.unit_id).where(UnitName.code == bindparam("code"))
    return _named().where(Unit.id == by_code.scalar_subquery())


@cache
def _few() -> Select[*tuple[Any, ...]]:
    return _named().where(among_few(Unit.id))


@cache
def _children() -> Select[*tuple[Any, ...]]:
    return _named().where(Unit.parent_id == bindparam("parent_id"))


def _cards(statement: Select[*tuple[Any, ...]], on: date | None) -> list[UnitCard]:
    return _cards_of(db.session.execute(statement), on)


def _cards_of(rows: Iterable[Any], on: date | None) -> list[UnitCard]:
    """Return a card of each unit, whose names are `rows` one after the other."""
    return [_card(_as_of(group, on), on) for _, group in groupby(rows, key=lambda row: row.id)]


def _as_of(names: Iterable[Any], on: date | None) -> Any:
    """Return the last of the rows whose name had begun by a day, the first if none had."""
    first, *later = names
    begun = [row for row in later if on is None or row.named_from <= on]
    return begun[-1] if begun else first


def _card(row: Any, on: date | None) -> UnitCard:
    return UnitCard(
        id=row.id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=row.kind,
        parent_id=row.parent_id,
        has_ended=row.valid_to is not None and (on is None or row.valid_to < on),
        sort_key=row.sort_key,
    )


def _path(unit_id: int) -> str:
    path = db.session.scalar(select(Unit.path).where(Unit.id == unit_id))
    if path is None:
        raise UnknownUnit
    return path
