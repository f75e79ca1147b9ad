from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.standings.errors import NoSuchBoard
from quizapp.standings.rules import KINDS, ORDERS, UNITS_AS
from quizapp.standings.service import boards
from quizapp.standings.service.boards import Board
from quizapp.standings.service.freezing import as_seen
from quizapp.standings.service.public import (
    DIVIDED,
    Wanted,
    get_public_board,
    milli_as_number,
    place_of_division,
)
from quizapp.units import service as units
from quizapp.web.headers import keep_publicly

MOST_AT_A_GLANCE = 10  # rows: a longer board is searched
bp = Blueprint("standings", __name__, template_folder="templates")


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
    order = _asked_order(contest, number, kind)
    wanted = Wanted(
        board=name,
        number=number,
        units_as=units_as,
        order=order,
        unit_id=unit.id if unit else None,
    )
    seen = as_seen(contest, clock.now())
    shown = get_public_board(seen, wanted)
    if is_json:
        return keep_publicly(_as_json(shown))
    query = request.args.get("q", "").strip()[:100]
    found = boards.found(shown, query) if query else shown
    page = render_template(
        "standings/board.html",
        contest=seen.contest,
        board=name,
        division=place_of_division(contest, of) if kind in DIVIDED else None,
        shown=found,
        query=query,
        is_searchable=len(shown.rows) > MOST_AT_A_GLANCE,
        units_as=units_as,
        order=order,
        now=seen.at,
        round=contests.get_round(contest, number) if number else None,
        unit=unit,
    )
    return keep_publicly(make_response(page))


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
    return kind in DIVIDED and place_of_division(contest, of) is not None


def _as_json(shown: Board) -> Response:
    body: dict[str, Any] = {
        "as_of": shown.as_of.isoformat() if shown.as_of else None,
        "stale": shown.is_stale,
        "round": shown.round_number or None,
        "final": shown.is_final,
        "frozen_at": shown.frozen_at.isoformat() if shown.frozen_at else None,
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
        shown["points"] = milli_as_number(shown.pop("points_milli"))
    for stored, name in RATES:
        if stored in shown:
            shown[name] = shown.pop(stored) / 100
    return shown
