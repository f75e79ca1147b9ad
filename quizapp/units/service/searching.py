"""Finding a unit by what a person types.

What one search reads is bounded, whatever the catalogue holds: for each word typed, up to
MOST_TERMS entries of an index to see which word is the rarest; the units of that word, at most
MOST_TERMS; of those that hold every word, the MOST_FINDS best by a rough order, which are then
put in their true order. A search by words that more units share than MOST_TERMS sees some of
them: one more word brings the others.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all

from quizapp.db import db
from quizapp.units.errors import NoUnitLike, NoUnitWritten, UnclearUnit
from quizapp.units.models import Unit, UnitName, UnitTerm
from quizapp.units.rules.naming import Find, Query, query_of, rank_finds
from quizapp.units.service.reading import find_unit, get_cards
from quizapp.units.service.values import UnitCard
from quizapp.vietnamese import one_line

MOST_TERMS = 2_000
MOST_FINDS = 100
MOST_SUCCESSIONS = 5
LAST_SIGN = "\U0010ffff"
SIMILAR = 5


def search_units(text: str, *, on: date, limit: int = 20) -> Sequence[UnitCard]:
    """Return units that are there on a day and whose name holds every word typed, best first.

    Words are found by their beginning, without marks, in either tone placement, by initials and
    by usual short forms. A unit that has ended gives the one that stands for it, after the others:
    who types the name of a merged province means the body that took it over.
    """
    query = query_of(text)
    if not query.words:
        return []
    # The ids travel: left inside one statement, PostgreSQL believes LIKE to be rare, starts from
    # a scan of all names instead, and takes seconds.
    unit_ids = db.session.scalars(_postings(_rarest(query.words))).all()
    rows = db.session.execute(_candidates(query, set(unit_ids), on)).all()
    ranked = rank_finds(query, [_find(row) for row in rows])
    ended = {row.id: row.successor_id for row in rows if row.has_ended}
    direct = [id_ for id_ in ranked if id_ not in ended]
    heirs = _stand_ins([ended[id_] for id_ in ranked if id_ in ended], on) if ended else []
    best = list(dict.fromkeys((*direct, *heirs)))[:limit]
    cards = get_cards(best, on=on)
    return [cards[id_] for id_ in best]


def find_unit_named(text: str, *, on: date, reaches: Callable[[int], bool]) -> UnitCard:
    """Return the one unit that a code or words name, of those whose id `reaches` holds for.

    A whole name is that unit's, even where longer names hold the same words. Raises UnclearUnit
    or its kinds NoUnitLike, NoUnitWritten.
    """
    typed = one_line(text)
    if not typed:
        raise NoUnitWritten(typed=typed)
    by_code = find_unit(typed, on=on)
    if by_code is not None and reaches(by_code.id):
        return by_code
    found = [card for card in search_units(typed, on=on, limit=MOST_FINDS) if reaches(card.id)]
    named = [card for card in found if card.name.casefold() == typed.casefold()] or found
    if len(named) == 1:
        return named[0]
    if not found:
        raise NoUnitLike(typed=typed)
    raise UnclearUnit(typed=typed, choices=[(card.code, card.name) for card in found[:SIMILAR]])


def _find(row: Any) -> Find:
    return Find(
        unit_id=row.id,
        name=row.name,
        search_key=row.search_key,
        sort_key=row.sort_key,
        depth=row.depth,
    )


def _begins(word: str) -> ColumnElement[bool]:
    return and_(UnitTerm.term >= word, UnitTerm.term < word + LAST_SIGN)


def _postings(word: str) -> Select[int]:
    """Select the units of a word in the order of the index, so that the limit ends the reading."""
    return (
        select(UnitTerm.unit_id)
        .where(_begins(word))
        .order_by(UnitTerm.term, UnitTerm.unit_id)
        .limit(MOST_TERMS)
    )


def _rarest(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    counts = [
        select(
            literal(place).label("place"),
            select(func.count()).select_from(_postings(word).subquery()).scalar_subquery(),
        )
        for place, word in enumerate(words)
    ]
    found = {row.place: row[1] for row in db.session.execute(union_all(*counts))}
    return min(words, key=lambda word: (found[words.index(word)], -len(word)))


def _candidates(query: Query, unit_ids: Collection[int], on: date) -> Select[*tuple[Any, ...]]:
    """Select the names, up to a day, that hold every word; roughly the best first."""
    phrase = UnitName.search_key.like(f"% {' '.join(query.own)}%")
    dots = func.length(Unit.path) - func.length(func.replace(Unit.path, ".", ""))
    has_ended = func.coalesce(Unit.valid_to < on, False)
    return (
        select(
            Unit.id,
            Unit.successor_id,
            has_ended.label("has_ended"),
            UnitName.name,
            UnitName.search_key,
            UnitName.sort_key,
            dots.label("depth"),
        )
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(UnitName.unit_id.in_(unit_ids))
        .where(UnitName.valid_from <= on)
        .where(*(_holds(word) for word in query.words))
        .order_by(
            case((phrase, 0), else_=1), dots, func.length(UnitName.search_key), UnitName.unit_id
        )
        .limit(MOST_FINDS)
    )


def _holds(word: str) -> ColumnElement[bool]:
    """Hold for a name with a word or an abbreviation that begins so.

    Words are letters and digits only (`search_words`), so none carries a sign of LIKE.
    """
    pattern = f"% {word}%"
    return or_(UnitName.search_key.like(pattern), UnitName.initials.like(pattern))


def _stand_ins(ids: Sequence[int | None], on: date) -> list[int]:
    """Follow successors from `ids` to units that are there on a day, in the same order."""
    places = [id_ for id_ in ids if id_ is not None]
    for _ in range(MOST_SUCCESSIONS):
        rows = db.session.execute(
            select(Unit.id, Unit.valid_from, Unit.valid_to, Unit.successor_id).where(
                Unit.id.in_(places)
            )
        )
        found = {row.id: row for row in rows}
        ended = {id_ for id_, row in found.items() if row.valid_to and row.valid_to < on}
        places = [found[id_].successor_id if id_ in ended else id_ for id_ in places]
        places = [id_ for id_ in places if id_ is not None]
        if not ended:
            return [id_ for id_ in places if found[id_].valid_from <= on]
    return []
