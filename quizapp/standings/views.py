from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.contests.rules.hiding import Hidden, exact_in_division
from quizapp.contests.service import ContestCard
from quizapp.standings import service
from quizapp.standings.errors import NoSuchBoard
from quizapp.standings.rules import KINDS, ORDERS, UNITS_AS
from quizapp.standings.service import boards
from quizapp.standings.service.boards import Board
from quizapp.units import service as units
from quizapp.web.headers import keep_publicly
from quizapp.web.health import report

DIVIDED = {boards.PEOPLE, boards.OF_DIVISION}
bp = Blueprint("standings", __name__, template_folder="templates")
bp.record(lambda state: report(state.app, "worker_age_s", service.worker_age_s))


@bp.get("/c/<slug>/boards/<path:board>")
def board(slug: str, board: str) -> ResponseReturnValue:
    """Show a board, the same bytes for everybody; `.json` at the end gives it as JSON."""
    name, _, ending = board.rpartition(".")
    is_json = ending == "json"
    name = name if is_json else board
    contest = contests.get_contest(slug)
    number = _asked_round(contest)
    units_as = request.args.get("units", "then")
    kind, _, of = name.partition("/")
    unit = units.find_unit(of) if kind == "units" else None
    if units_as not in UNITS_AS or not (unit or _is_board(contest, name)):
        raise NoSuchBoard
    now = clock.now()
    shown = _stored(contest, name, number=number, units_as=units_as, now=now)
    order = _asked_order(contest, number, kind)
    if kind == boards.PEOPLE:
        shown = _people_shown(contest, shown, is_divided=bool(of), now=now)
    elif Hidden.COUNTS in contest.hides(number, now):
        shown = boards.in_tiers(shown)
    else:
        shown = shown if contest.shows_means(number, now) else boards.without_means(shown)
        shown = boards.ordered(shown, order)
    if is_json:
        return keep_publicly(_as_json(shown))
    page = render_template(
        "standings/board.html",
        contest=contest,
        board=name,
        division=_division(contest, of) if kind in DIVIDED else None,
        shown=shown,
        units_as=units_as,
        order=order,
        now=now,
        round=contests.get_round(contest, number) if number else None,
        unit=unit,
    )
    return keep_publicly(make_response(page))


def _stored(contest: ContestCard, name: str, *, number: int, units_as: str, now: datetime) -> Board:
    """Return the board as it was made; of a division's units, out of all that the owner has."""
    kind, _, of = name.partition("/")
    is_of_division = kind == boards.OF_DIVISION
    if is_of_division:
        name = f"units/{units.get_unit_by_id(contest.owner_unit_id).code}"
    scope, is_closed = boards.scopes_of(contest)[number], contest.is_final(number)
    board = boards.find_board(scope, name, units_as=units_as, is_closed=is_closed, now=now)
    if not is_of_division:
        return board
    return boards.of_division(board, contest.rounds[-1].rules, _division(contest, of) or 0)


def _people_shown(contest: ContestCard, board: Board, *, is_divided: bool, now: datetime) -> Board:
    """Return what of a board of people may be seen by all."""
    if not contest.shows_points(board.round_number, now):
        return boards.withheld(board)
    if is_divided and contest.hides(board.round_number, now):
        return boards.shortened(board, exact_in_division(len(contest.rounds[-1].rules.divisions)))
    return board


def _division(contest: ContestCard, name: str) -> int | None:
    """Return the place of the division with this name, None when there is none."""
    names = [one.name for one in contest.rounds[-1].rules.divisions]
    return names.index(name) + 1 if name in names else None


def _asked_round(contest: ContestCard) -> int:
    """Return the round asked for, 0 for the whole contest. Raises NoSuchRound."""
    text = request.args.get("round", "")
    if not text:
        return 0 if contest.ranks_whole or len(contest.rounds) > 1 else 1
    if not text.isdecimal() or len(text) > 4:
        raise NoSuchBoard
    return contests.get_round(contest, int(text)).number


def _asked_order(contest: ContestCard, number: int, kind: str) -> str:
    """Return what a unit board is ordered by. Raises NoSuchBoard."""
    order = request.args.get("order", "people")
    if order not in ORDERS or (kind == boards.PEOPLE and order != "people"):
        raise NoSuchBoard
    if order == "pass" and not contest.has_pass_mark(number):
        raise NoSuchBoard
    return order


def _is_board(contest: ContestCard, name: str) -> bool:
    """Tell whether there is such a board, beside those of the units below one."""
    kind, slash, of = name.partition("/")
    if not slash:
        return kind == boards.PEOPLE or kind in KINDS
    return kind in DIVIDED and _division(contest, of) is not None


def _as_json(shown: Board) -> Response:
    body: dict[str, Any] = {
        "as_of": shown.as_of.isoformat() if shown.as_of else None,
        "stale": shown.is_stale,
        "round": shown.round_number or None,
        "final": shown.is_final,
        "rows": [_row(row) for row in shown.rows],
        "next": None,
    }
    return jsonify(body)


RATES = (
    ("rate_centi", "rate_percent"),
    ("mean_centi", "mean_points"),
    ("pass_centi", "pass_percent"),
)


def _row(row: Any) -> dict[str, Any]:
    """Return the row with points as a number, thousandths at the most."""
    shown = dict(row)
    if "points_milli" in shown:
        milli = shown.pop("points_milli")
        shown["points"] = milli / 1000 if milli % 1000 else milli // 1000
    for stored, name in RATES:
        if stored in shown:
            shown[name] = shown.pop(stored) / 100
    return shown
