"""Questions out of force in a contest: left out or asked all the same, until their round opens."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests.admin.routes import ACTIONABLE, bp
from quizapp.contests.rules.in_force import mark_of
from quizapp.contests.service import ruling
from quizapp.contests.service.changing import get_run_contest
from quizapp.contests.service.ruling import Wanted
from quizapp.db import writes
from quizapp.errors import NotFound, Refusal
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import words_of

ASKED = {"ask": True, "leave": False}


@bp.get("/admin/c/<slug>/out-of-force")
@organisers_only
def old_questions(slug: str) -> ResponseReturnValue:
    """Show the questions that are not in force on each day of a round, and what was decided."""
    return _page(slug, {})


@bp.post("/admin/c/<slug>/out-of-force")
@writes
@organisers_only
def rule_on_questions(slug: str) -> ResponseReturnValue:
    """Keep what was decided; a button takes the newest decision on one question back."""
    ButtonForm().check()
    organiser, now = current_organiser(), clock.now()
    try:
        if "undo" in request.form:
            number, code = _named(request.form["undo"])
            ruling.undo(organiser, slug, number, code, at=now)
        else:
            ruling.rule(organiser, slug, _wanted(request.form), at=now)
    except Refusal as refusal:
        if refusal.status not in ACTIONABLE - {404}:
            raise
        return _page(slug, request.form, words_of(refusal).splitlines()), refusal.status
    return redirect(url_for("contests_admin.old_questions", slug=slug), 303)


def _wanted(typed: Mapping[str, str]) -> list[Wanted]:
    """Return what was chosen of each question; those without a choice are not among them."""
    wanted = []
    for name, chosen in typed.items():
        kind, _, rest = name.partition(":")
        if kind == "do" and chosen in ASKED:
            number, code = _named(rest)
            wanted.append(
                Wanted(
                    round_number=number,
                    code=code,
                    is_asked=ASKED[chosen],
                    reason=typed.get(f"reason:{rest}", ""),
                    seen=typed.get(f"seen:{rest}", ""),
                )
            )
    return wanted


def _named(text: str) -> tuple[int, str]:
    number, _, code = text.partition(":")
    if not number.isdecimal() or len(number) > 4:
        raise NotFound
    return int(number), code


def _page(slug: str, typed: Mapping[str, str], refused: list[str] | None = None) -> str:
    contest = get_run_contest(current_organiser(), slug)
    return render_template(
        "contests/old_questions.html",
        contest=contest,
        rounds=ruling.get_rulings(contest, at=clock.now()),
        typed=typed,
        refused=refused or [],
        mark_of=mark_of,
        form=ButtonForm(formdata=None),
    )
