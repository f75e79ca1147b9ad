"""Boards as everybody may see them, on pages and on the screens of halls alike."""

from dataclasses import dataclass

from quizapp.contests.rules.hiding import Hidden, exact_in_division
from quizapp.contests.service import ContestCard
from quizapp.standings.service import boards
from quizapp.standings.service.boards import Board
from quizapp.standings.service.freezing import Seen
from quizapp.units import service as units

DIVIDED = {boards.PEOPLE, boards.OF_DIVISION}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A board by its name, of a round (0: the whole contest), ordered by one of ORDERS.

    `unit_id` is that of the unit in the name, if there is one and it is known already.
    """

    board: str
    number: int
    units_as: str = "then"
    order: str = "people"
    unit_id: int | None = None


def get_public_board(seen: Seen, wanted: Wanted) -> Board:
    """Return what of a board may be told to everybody (invariant 4, and the rules' reveals)."""
    contest, number = seen.contest, wanted.number
    kind, _, of = wanted.board.partition("/")
    board = _stored(seen, wanted)
    if kind == boards.PEOPLE:
        return _people_shown(seen, board, is_divided=bool(of))
    if Hidden.COUNTS in contest.hides(number, seen.at):
        return boards.in_tiers(board)
    board = board if contest.shows_means(number, seen.at) else boards.without_means(board)
    return boards.ordered(board, wanted.order)


def place_of_division(contest: ContestCard, name: str) -> int | None:
    """Return the place of the division with this name, None when there is none."""
    names = [one.name for one in contest.rounds[-1].rules.divisions]
    return names.index(name) + 1 if name in names else None


def milli_as_number(milli: int) -> int | float:
    """Return points that are stored in thousandths as a number, whole where it is whole."""
    return milli / 1000 if milli % 1000 else milli // 1000


def _stored(seen: Seen, wanted: Wanted) -> Board:
    """Return the board as it was made; of a division's units, out of all that the owner has."""
    contest, name = seen.contest, wanted.board
    kind, _, of = name.partition("/")
    is_of_division = kind == boards.OF_DIVISION
    if is_of_division:
        name = f"units/{units.get_unit_by_id(contest.owner_unit_id).code}"
    board = boards.find_board(
        seen.scopes[wanted.number],
        name,
        units_as=wanted.units_as,
        is_closed=contest.is_final(wanted.number),
        now=seen.at,
        unit_id=wanted.unit_id,
    )
    if not is_of_division:
        return board
    place = place_of_division(contest, of) or 0
    return boards.of_division(board, contest.rounds[-1].rules, place)


def _people_shown(seen: Seen, board: Board, *, is_divided: bool) -> Board:
    """Return what of a board of people may be seen by all."""
    contest = seen.contest
    if not contest.shows_points(board.round_number, seen.at):
        return boards.withheld(board)
    if is_divided and contest.hides(board.round_number, seen.at):
        return boards.shortened(board, exact_in_division(len(contest.rounds[-1].rules.divisions)))
    return board
