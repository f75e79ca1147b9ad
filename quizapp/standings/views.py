from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard
from quizapp.standings import service
from quizapp.standings.errors import NoSuchBoard
from quizapp.standings.rules import ORDERS
from quizapp.standings.service import boards
from quizapp.standings.service.boards import Board
from quizapp.units import service as units
from quizapp.web.headers import keep_publicly
from quizapp.web.health import report

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
    if units_as not in boards.UNITS_AS or not _is_board(name):
        raise NoSuchBoard
    now = clock.now()
    scope = boards.scopes_of(contest)[number]
    is_closed = contest.is_final(number)
    shown = boards.find_board(scope, name, units_as=units_as, is_closed=is_closed, now=now)
    order = _asked_order(contest, number, name)
    if name == "people":
        shown = shown if contest.shows_points(number, now) else boards.withheld(shown)
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
        shown=shown,
        units_as=units_as,
        order=order,
        now=now,
        round=contests.get_round(contest, number) if number else None,
        unit=units.find_unit(name.removeprefix("units/")) if name.startswith("units/") else None,
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


def _asked_order(contest: ContestCard, number: int, name: str) -> str:
    """Return what a unit board is ordered by. Raises NoSuchBoard."""
    order = request.args.get("order", "people")
    if order not in ORDERS or (name == "people" and order != "people"):
        raise NoSuchBoard
    if order == "pass" and not contest.has_pass_mark(number):
        raise NoSuchBoard
    return order


def _is_board(name: str) -> bool:
    if name.startswith("units/"):
        return units.find_unit(name.removeprefix("units/")) is not None
    return name == "people" or name in boards.KINDS


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
