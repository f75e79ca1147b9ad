"""How many members the units granted have."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.audit.words import actor_words
from quizapp.contests.admin.routes import ACTIONABLE, bp
from quizapp.contests.forms import HeadCountForm
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.service import counting as desk
from quizapp.people.service.counting import TypedCount
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.again import shown_again
from quizapp.web.language import words_of


def _again(refusal: Refusal) -> ResponseReturnValue:
    """Show the head counts with what was typed, and what was wrong."""
    return _counts_page(HeadCountForm(), refused=words_of(refusal))


@bp.get("/admin/head-counts")
@organisers_only
def head_counts() -> ResponseReturnValue:
    """Show how many members the units granted and their children have, and enter more."""
    return _counts_page(HeadCountForm(formdata=None))


@bp.post("/admin/head-counts")
@shown_again(_again, statuses=ACTIONABLE)
@writes
@organisers_only
def enter_head_count() -> ResponseReturnValue:
    form = HeadCountForm()
    form.check()
    desk.enter_count(current_organiser(), _typed(form), at=clock.now())
    return redirect(url_for("contests_admin.head_counts"), 303)


@bp.post("/admin/head-counts/lock")
@shown_again(_again, statuses=ACTIONABLE)
@writes
@organisers_only
def lock_head_count() -> ResponseReturnValue:
    form = HeadCountForm()
    form.check()
    desk.lock_count(current_organiser(), _typed(form), at=clock.now())
    return redirect(url_for("contests_admin.head_counts"), 303)


def _typed(form: HeadCountForm) -> TypedCount:
    return TypedCount(
        unit=form.unit.data or "",
        members=form.members.data or "",
        counted_on=form.counted_on.data or "",
        source=form.source.data or "",
    )


def _counts_page(form: HeadCountForm, *, refused: str | None = None) -> str:
    lines = desk.get_counts(current_organiser(), at=clock.now())
    return render_template(
        "contests/head_counts.html", form=form, lines=lines, refused=refused, who=actor_words
    )
