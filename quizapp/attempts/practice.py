"""Practice papers for everybody: nobody is asked who they are, and nothing is kept."""

import re
from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.errors import BadAnswers
from quizapp.attempts.pieces import questions_html
from quizapp.attempts.service.practising import (
    PAPERS,
    get_practice_paper,
    get_practice_size,
    mark_practice,
)
from quizapp.contests import service as contests
from quizapp.contests.errors import PracticeBusy
from quizapp.db import kept_for_good
from quizapp.web.guards import check_form_token, form_token
from quizapp.web.headers import keep_publicly
from quizapp.web.pace import Pace

bp = Blueprint("practice", __name__, template_folder="templates")
OFFERED = 20  # papers that are listed; the next one is offered after each
# Of one process: marking one takes 5 to 10 ms, and what practice may take is never much of it.
PER_SECOND, BURST, WAIT = 20, 60, 5
FIELD = re.compile(r"q([1-9]\d{0,2})")


@bp.get("/c/<slug>/practice")
def ready(slug: str) -> ResponseReturnValue:
    """Say what practising is, and offer papers."""
    contest, now = contests.get_contest(slug), clock.now()
    page = render_template(
        "attempts/practice.html",
        contest=contest,
        size=get_practice_size(contest, at=now),
        papers=range(1, OFFERED + 1),
    )
    return keep_publicly(make_response(page))


@bp.get("/c/<slug>/practice/<int:number>")
def paper(slug: str, number: int) -> ResponseReturnValue:
    """Show a practice paper; that of a number is the same for everybody."""
    contest, now = contests.get_contest(slug), clock.now()
    _take_turn(now)
    page = render_template(
        "attempts/practice_paper.html",
        contest=contest,
        number=number,
        questions=questions_html(get_practice_paper(contest, number, at=now), typed={}),
        token=form_token("practice", contest.slug, str(number)),
    )
    return keep_publicly(make_response(page))


@bp.post("/c/<slug>/practice/<int:number>")
def mark(slug: str, number: int) -> ResponseReturnValue:
    """Show what was right, with article and explanation; what was answered is dropped here."""
    contest, now = contests.get_contest(slug), clock.now()
    check_form_token("practice", contest.slug, str(number))
    _take_turn(now)
    done = mark_practice(contest, number, _letters(), at=now)
    return render_template(
        "attempts/practice_result.html",
        contest=contest,
        number=number,
        done=done,
        following=number % PAPERS + 1,
    )


def _letters() -> Mapping[int, str]:
    """Return position → letters of the form's `q1`, `q2`… Raises BadAnswers."""
    found = {}
    for name, letters in request.form.lists():
        field = FIELD.fullmatch(name)
        if field is None:
            continue
        if not all(re.fullmatch("[A-H]?", letter) for letter in letters):
            raise BadAnswers(problem=name)
        found[int(field[1])] = "".join(sorted(set(letters)))
    return found


def _take_turn(now: datetime) -> None:
    shelf = kept_for_good("practice_pace")
    pace = shelf.setdefault("pace", Pace(per_second=PER_SECOND, burst=BURST))
    if not pace.take(now):
        raise PracticeBusy(wait=WAIT)
