"""Numbers of a contest that everybody may see."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.contests.views import round_of_interest
from quizapp.results.service.statistics import get_statistics
from quizapp.web.headers import keep_publicly

bp = Blueprint("results", __name__, template_folder="templates")


@bp.get("/c/<slug>/statistics")
def statistics(slug: str) -> ResponseReturnValue:
    """Show how many took part, what they reached and when, as far as it may be told."""
    contest = contests.get_contest(slug)
    number = request.args.get("round", type=int)
    one = contests.get_round(contest, number) if number else round_of_interest(contest)
    told = get_statistics(contest, one, at=clock.now())
    page = render_template("results/statistics.html", contest=contest, told=told, round=one)
    return keep_publicly(make_response(page))
