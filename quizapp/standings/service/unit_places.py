"""Where a person's unit stands among its like, and how many people it lacks to rise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from quizapp.contests.rules.hiding import Hidden, Span, exactly, tier
from quizapp.db import run
from quizapp.standings.rules import KINDS
from quizapp.standings.service import FrozenScope, Scope
from quizapp.standings.service.counts import bound_scope, counted_as_bound, counts_of_kind
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.units.service import UnitCard


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPlace:
    """A unit's place on the board of this name, by people who took part.

    `span` is the first and last rank it may be, equal where it is told exactly. Then `people` is
    how many it has and `lacks` (people, rank) how many more would share the next rank above it;
    None for the first.
    """

    unit: UnitCard
    board: str
    span: Span
    people: int | None
    lacks: tuple[int, int] | None


def find_unit_places(
    scope: Scope, unit_id: int, *, hides: frozenset[Hidden], on: date
) -> Sequence[UnitPlace]:
    """Return the places of a unit and of the province or sector above it, as on their boards.

    A unit that nobody has taken part for yet has none.
    """
    line = units.get_ancestor_ids(unit_id)
    cards = units.get_cards(line, on=on)
    ranked = [cards[one] for one in line if one == unit_id or _board(cards[one]) in KINDS]
    found = (_place(scope, card, cards, hides=hides) for card in reversed(ranked))
    return [place for place in found if place is not None]


def _place(
    scope: Scope, card: UnitCard, cards: Mapping[int, UnitCard], *, hides: frozenset[Hidden]
) -> UnitPlace | None:
    board = _board(card)
    if board not in KINDS:
        if card.parent_id is None:
            return None
        board = f"units/{cards[card.parent_id].code}"
    is_frozen = isinstance(scope, FrozenScope)
    (found,) = run(
        _above(is_frozen=is_frozen, board=_board(card)),
        unit_id=card.id,
        parent_id=card.parent_id,
        **bound_scope(scope),
    )
    if not found.people:
        return None
    is_hidden = Hidden.COUNTS in hides
    lacks = None
    if found.fewest is not None and not is_hidden:
        lacks = found.fewest - found.people, 1 + found.above_fewest
    return UnitPlace(
        unit=card,
        board=board,
        span=tier(1 + found.above) if is_hidden else exactly(1 + found.above),
        people=None if is_hidden else found.people,
        lacks=lacks,
    )


def _board(card: UnitCard) -> str | None:
    """Return the board of the whole country on which units of this kind stand."""
    return next((board for board, kinds in KINDS.items() if card.kind in kinds), None)


@cache
def _above(*, is_frozen: bool, board: str | None) -> Select[*tuple[Any, ...]]:
    """Select a unit's people, how many units of its board have more, and the fewest of these.

    The board: units of the kinds that stand on one of KINDS, or (None) those of the same parent.
    """
    table, scope = counts_of_kind(is_frozen=is_frozen), counted_as_bound(is_frozen=is_frozen)
    like = (
        Unit.parent_id == bindparam("parent_id")
        if board is None
        else or_(*(Unit.kind == kind for kind in KINDS[board]))
    )
    own = (
        select(table.people).where(*scope, table.unit_id == bindparam("unit_id")).scalar_subquery()
    )
    some = select(Unit.id).where(like)  # (of a join, SQLite would read all counts)
    more = (
        select(table.people).where(*scope, table.unit_id.in_(some), table.people > own).cte("more")
    )
    fewest = select(func.min(more.c.people)).scalar_subquery()
    number = select(func.count()).select_from(more)
    return select(
        own.label("people"),
        number.scalar_subquery().label("above"),
        fewest.label("fewest"),
        number.where(more.c.people > fewest).scalar_subquery().label("above_fewest"),
    )
