"""Numbers of a contest that everybody may see."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.results.service.statistics import get_statistics
from quizapp.web.headers import keep_publicly

bp = Blueprint("results", __name__, template_folder="templates")


@bp.get("/c/<slug>/statistics")
def statistics(slug: str) -> ResponseReturnValue:
    """Show how many took part, what they reached and when, as far as it may be told."""
    contest, now = contests.get_contest(slug), clock.now()
    number = request.args.get("round", type=int)
    newest = contest.newest_begun(now) or contest.rounds[0]
    one = contests.get_round(contest, number) if number else newest
    told = get_statistics(contest, one, at=now)
    page = render_template("results/statistics.html", contest=contest, told=told, round=one)
    return keep_publicly(make_response(page))
