"""Where a person's unit stands among its like, and how many people it lacks to rise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from quizapp.contests.rules.hiding import Hidden, Span, exactly, tier
from quizapp.db import db
from quizapp.standings.rules import KINDS
from quizapp.standings.service import Scope
from quizapp.standings.service.counts import counted_in, counts_of
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
    like = _like(card)
    table = counts_of(scope)
    own = select(table.people).where(*counted_in(scope), table.unit_id == card.id)
    mine = db.session.scalar(own)
    if not mine:
        return None
    above, fewest = _above(scope, like, mine)
    is_hidden = Hidden.COUNTS in hides
    lacks = None
    if fewest is not None and not is_hidden:
        lacks = fewest - mine, 1 + _above(scope, like, fewest)[0]
    return UnitPlace(
        unit=card,
        board=board,
        span=tier(1 + above) if is_hidden else exactly(1 + above),
        people=None if is_hidden else mine,
        lacks=lacks,
    )


def _board(card: UnitCard) -> str | None:
    """Return the board of the whole country on which units of this kind stand."""
    return next((board for board, kinds in KINDS.items() if card.kind in kinds), None)


def _like(card: UnitCard) -> ColumnElement[bool]:
    """Return the condition that a unit stands on the same board."""
    board = _board(card)
    if board is None:
        return Unit.parent_id == card.parent_id
    return Unit.kind.in_(KINDS[board])


def _above(scope: Scope, like: ColumnElement[bool], people: int) -> tuple[int, int | None]:
    """Return how many units of a board have more people, and the fewest that one of them has."""
    some = select(Unit.id).where(like)  # (of a join, SQLite would read all counts)
    table = counts_of(scope)
    row = db.session.execute(
        select(func.count(), func.min(table.people)).where(
            *counted_in(scope), table.unit_id.in_(some), table.people > people
        )
    ).one()
    return row[0], row[1]
