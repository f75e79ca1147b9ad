"""The page of a running paper."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from flask import Response, current_app, render_template
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from quizapp.attempts.pieces import questions_html
from quizapp.attempts.service import Paper
from quizapp.attempts.words import offer_words, script_words
from quizapp.web.formats import milliseconds, second
from quizapp.web.guards import form_token
from quizapp.web.language import language
from quizapp.web.skeleton import mark, skeleton

VARYING = (
    "answered",
    "now_ms",
    "deadline_ms",
    "deadline_text",
    "token",
    "known",
)


def paper_page(found: Paper, *, now: datetime) -> Response:
    """Return the page; all but the person's own values is kept from one request to the next."""
    kept = skeleton(lambda: _rendered_with_marks(found), name=_name(found))
    return kept.response(
        _values(found, now=now)
        | {
            "id": found.public_id,
            "op": found.last_op,
            "prediction": "" if found.prediction is None else found.prediction,
            "questions": questions_html(found.lines, typed={}),
        }
    )


def paper_page_again(found: Paper, *, now: datetime, typed: Mapping[str, str], problem: str) -> str:
    """Return the page with the fields of a form that could not be taken, and why."""
    questions = questions_html(found.lines, typed=typed)
    return _rendered(found, _values(found, now=now), questions, typed=typed, problem=problem)


def known_answers(found: Paper) -> Markup:
    """Return {position: letters saved} as JSON; the prediction is last, where it is asked for."""
    known: dict[int, str | int | None] = {line.position: line.chosen for line in found.lines}
    if found.prediction_of:
        known[len(known) + 1] = found.prediction
    return htmlsafe_json_dumps(known, dumps=current_app.json.dumps)


def _name(found: Paper) -> tuple[object, ...]:
    """Return all that the page shows and no mark stands for."""
    titles = (found.slug, found.contest_title, found.round_number, found.round_title)
    return (
        "paper",
        language(),
        found.colour,
        *titles,
        len(found.lines),
        found.prediction_of,
        found.is_paused,
    )


def _rendered_with_marks(found: Paper) -> str:
    marked = replace(
        found,
        public_id=mark("id"),
        last_op=cast("int", mark("op")),
        prediction=cast("int", mark("prediction")),
    )
    return _rendered(marked, {name: mark(name) for name in VARYING}, mark("questions"))


def _values(found: Paper, *, now: datetime) -> dict[str, Any]:
    """Return the values of VARYING."""
    return {
        "answered": sum(line.chosen is not None for line in found.lines),
        "now_ms": milliseconds(now),
        "deadline_ms": milliseconds(found.deadline_at),
        "deadline_text": second(found.deadline_at),
        "token": form_token("submit", found.public_id),
        "known": known_answers(found),
    }


def _rendered(
    found: Paper,
    values: Mapping[str, Any],
    questions: str,
    *,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> str:
    return render_template(
        "attempts/paper.html",
        paper=found,
        questions=questions,
        typed=typed or {},
        problem=problem,
        words=script_words(),
        offer_words=offer_words(),
        **values,
    )
