"""Changing the rules and hours of an approved contest: looked at first, done with a reason."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import words
from quizapp.contests.admin.drafts import knob_groups
from quizapp.contests.admin.routes import bp
from quizapp.contests.errors import ReasonMissing
from quizapp.contests.rules import asking
from quizapp.contests.rules.drafts import step_of, typed_rounds
from quizapp.contests.service import changing
from quizapp.contests.service.changing import Change
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import words_of


@bp.get("/admin/c/<slug>/rules")
@organisers_only
def rules(slug: str) -> ResponseReturnValue:
    """Show the rules and hours as they are, to be changed."""
    contest = changing.get_run_contest(current_organiser(), slug)
    return _page(slug, changing.typed_contest(contest))


@bp.post("/admin/c/<slug>/rules")
@writes
@organisers_only
def change_rules(slug: str) -> ResponseReturnValue:
    """Show what would change; do it when that was looked at and a reason is given."""
    ButtonForm().check()
    organiser, now = current_organiser(), clock.now()
    contest = changing.get_run_contest(organiser, slug)
    changing.lock_contest(contest.id)
    typed = {name: text for name, text in request.form.items() if step_of(name)}
    change = None
    try:
        change = changing.plan_change(contest, typed, at=now)
        if request.form.get("looked") != change.digest or "do" not in request.form:
            return _page(slug, typed, change=change)
        reason = request.form.get("reason", "")
        changing.change_contest(organiser, contest, change, reason=reason, at=now)
    except ReasonMissing as refusal:
        return _page(slug, typed, change=change, unreasoned=words_of(refusal)), refusal.status
    except Refusal as refusal:
        return _page(slug, typed, refused=words_of(refusal).splitlines()), refusal.status
    return redirect(url_for("contests.show", slug=contest.slug), 303)


def _page(
    slug: str,
    typed: Mapping[str, str],
    *,
    change: Change | None = None,
    refused: list[str] | None = None,
    unreasoned: str = "",
) -> str:
    contest = changing.get_run_contest(current_organiser(), slug)
    return render_template(
        "contests/change.html",
        contest=contest,
        typed=typed,
        rounds=typed_rounds(typed),
        change=change,
        refused=refused or [],
        unreasoned=unreasoned,
        reason=request.form.get("reason", ""),
        groups=knob_groups(every=True),
        problems={},
        form=ButtonForm(formdata=None),
        asking=asking,
        words=words,
    )
