"""The tree of union bodies: what other features may ask of it."""

from quizapp.units.rules.rows import CatalogueRow
from quizapp.units.service.checking import check_tree
from quizapp.units.service.loading import load_rows, read_files
from quizapp.units.service.matching import get_matcher, newest_unit
from quizapp.units.service.reading import (
    MOST_BOUND,
    find_root,
    find_unit,
    get_ancestor_ids,
    get_bodies,
    get_cards,
    get_cards_below,
    get_children,
    get_ids,
    get_lines,
    get_marks,
    get_present_ids,
    get_unit_by_id,
    inside,
    is_within,
    valid_on,
)
from quizapp.units.service.searching import find_unit_named, search_units
from quizapp.units.service.values import CheckReport, LoadReport, UnitCard, UnitMarks

__all__ = [
    "MOST_BOUND",
    "CatalogueRow",
    "CheckReport",
    "LoadReport",
    "UnitCard",
    "UnitMarks",
    "add_unit",
    "check_tree",
    "find_root",
    "find_unit",
    "find_unit_named",
    "get_ancestor_ids",
    "get_bodies",
    "get_cards",
    "get_cards_below",
    "get_children",
    "get_ids",
    "get_lines",
    "get_marks",
    "get_matcher",
    "get_present_ids",
    "get_unit_by_id",
    "inside",
    "is_within",
    "load_rows",
    "newest_unit",
    "read_files",
    "search_units",
    "valid_on",
]


def add_unit(row: CatalogueRow) -> UnitCard:
    """Write one body (or what has changed about it) and return it. Raises BadCatalogue."""
    load_rows([row])
    card = find_unit(row.code)
    if card is None:
        raise LookupError(row.code)
    return card
