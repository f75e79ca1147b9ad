"""The page of an attempt that is over."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from quizapp.attempts.service.outcome import Outcome
from quizapp.web.formats import duration, moment, number, points
from quizapp.web.language import language
from quizapp.web.skeleton import mark, skeleton


def result_page(found: Outcome) -> ResponseReturnValue:
    """Return the page; while no answers are shown, only its figures differ between people."""
    values = _values(found)
    if found.lines or found.late:
        return _rendered(found, values)
    marks = {name: mark(name) for name in values}
    kept = skeleton(lambda: _rendered(found, marks), name=_name(found))
    return kept.response(values)


def _name(found: Outcome) -> tuple[object, ...]:
    """Return all that the page shows and no mark stands for, and which parts it has."""
    titles = (found.slug, found.contest_title, found.round_number)
    parts = (found.state, found.may_go_on, found.reveals_answers)
    figures = (found.points_milli, found.right_count, found.prediction)
    has = tuple(figure is not None for figure in figures)
    return ("result", language(), found.colour, *titles, *parts, *has)


def _values(found: Outcome) -> dict[str, str]:
    """Return the figures as people read them; a figure that is not shown is empty."""
    return {
        "id": found.public_id,
        "points": "" if found.points_milli is None else points(found.points_milli),
        "right": f"{found.right_count}/{found.asked}",
        "took": duration(found.duration_ms),
        "answered": f"{found.answered}/{found.asked}",
        "prediction": "" if found.prediction is None else number(found.prediction),
        "received": moment(found.submitted_at),
        "turn": f"{found.number}/{found.number_limit}",
        "receipt": found.receipt,
        "code": found.code,
    }


def _rendered(found: Outcome, figures: Mapping[str, Any]) -> str:
    return render_template("attempts/result.html", outcome=found, figures=figures)
