"""Opening a rehearsal for many people, of a contest or of one that is still a draft."""

from collections.abc import Callable
from functools import wraps

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service
from quizapp.contests.admin.routes import ACTIONABLE, bp
from quizapp.contests.forms import RehearseForm
from quizapp.contests.service import Rehearsed
from quizapp.contests.words import bank_words
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.again import shown_again

USUAL_HOURS = "2"


def _of_contest(slug: str) -> Rehearsed:
    return service.get_rehearsed(current_organiser(), slug)


def _of_draft(public_id: str) -> Rehearsed:
    return service.get_rehearsed_draft(current_organiser(), public_id, at=clock.now())


def _again(find: Callable[..., Rehearsed]) -> Callable[..., ResponseReturnValue]:
    """Return what shows the form with what was typed, of what `find` finds."""

    def show(refusal: Refusal, **parts: str) -> ResponseReturnValue:
        form = RehearseForm()
        form.mark(refusal)
        return _page(form, find(**parts))

    return show


def _looked_at_first(
    view: Callable[[Rehearsed], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Look at the draft above `@writes`: nobody waits while a large bank is looked through."""

    @wraps(view)
    def wrapper(public_id: str) -> ResponseReturnValue:
        return view(_of_draft(public_id))

    return wrapper


def _compare(rehearsed: Rehearsed) -> None:
    bank = request.form.get("bank", "")
    service.compare_for_rehearsal(current_organiser(), rehearsed, bank, at=clock.now())


def _compare_for_contest(slug: str) -> None:
    _compare(_of_contest(slug))


@bp.get("/admin/c/<slug>/rehearse")
@organisers_only
def rehearse_contest(slug: str) -> ResponseReturnValue:
    """Say what a rehearsal is, and ask how long it is open and whose questions it asks."""
    return _page(_empty_form(), _of_contest(slug))


@bp.get("/admin/drafts/<public_id>/rehearse")
@organisers_only
def rehearse_draft(public_id: str) -> ResponseReturnValue:
    """Say what a rehearsal is, and ask how long it is open and whose questions it asks."""
    return _page(_empty_form(), _of_draft(public_id))


@bp.post("/admin/c/<slug>/rehearse")
@shown_again(_again(_of_contest), statuses=ACTIONABLE - {404})
@service.compares_first(_compare_for_contest)
@writes
@organisers_only
def begin_for_contest(slug: str) -> ResponseReturnValue:
    """Open a rehearsal at once."""
    return _begin(_of_contest(slug))


@bp.post("/admin/drafts/<public_id>/rehearse")
@shown_again(_again(_of_draft), statuses=ACTIONABLE - {404})
@_looked_at_first
@service.compares_first(_compare)
@writes
@organisers_only
def begin_for_draft(rehearsed: Rehearsed) -> ResponseReturnValue:
    """Open a rehearsal at once."""
    service.check_unchanged(current_organiser(), rehearsed)
    return _begin(rehearsed)


def _begin(rehearsed: Rehearsed) -> ResponseReturnValue:
    form = RehearseForm()
    form.check()
    contest = service.begin_rehearsal(
        current_organiser(),
        rehearsed,
        hours=form.hours.data or "",
        bank=form.bank.data or "",
        at=clock.now(),
    )
    return redirect(url_for("contests_admin.home", _anchor=f"c-{contest.slug}"), 303)


def _empty_form() -> RehearseForm:
    return RehearseForm(formdata=None, hours=USUAL_HOURS)


def _page(form: RehearseForm, rehearsed: Rehearsed) -> str:
    found = service.get_banks_to_rehearse(current_organiser(), rehearsed)
    form.bank.choices = [
        (one.code, bank_words(one.title, number=one.newest.number, asked=one.newest.question_count))
        for one in found
    ]
    return render_template(
        "contests/rehearse.html",
        form=form,
        title=rehearsed.new.title,
        own=rehearsed.new.bank,
        up=_up(),
    )


def _up() -> str:
    """Return the page that the form was opened from."""
    parts = request.view_args or {}
    if "slug" in parts:
        return url_for("contests_admin.home", _anchor=f"c-{parts['slug']}")
    return url_for("contests_admin.draft", public_id=parts["public_id"], step="check")
