"""Organisers answer what people ask about their data, within what they were granted."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.errors import BadEntry
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.privacy import service
from quizapp.privacy.errors import BadWish
from quizapp.privacy.forms import AnswerForm
from quizapp.privacy.service import Wish
from quizapp.web.again import shown_again
from quizapp.web.language import translated, words_of

bp = Blueprint("privacy_admin", __name__, template_folder="templates")


def _again(refusal: Refusal, slug: str, public_id: str) -> ResponseReturnValue:
    """Show the requests with what was typed when an answer cannot be taken."""
    return _page(slug, refused=_words(refusal), about=public_id)


@bp.get("/admin/c/<slug>/privacy")
@organisers_only
def requests(slug: str) -> ResponseReturnValue:
    return _page(slug)


@bp.post("/admin/c/<slug>/privacy/<public_id>")
@shown_again(_again)
@writes
@organisers_only
def answer(slug: str, public_id: str) -> ResponseReturnValue:
    """Do what was asked, or refuse it with a reason that the person reads."""
    form = AnswerForm()
    form.check()
    wish = Wish(organiser=current_organiser(), slug=slug, public_id=public_id)
    reason, now = form.reason.data or "", clock.now()
    if "refuse" in request.form:
        service.refuse(wish, reason, at=now)
    else:
        service.accept(wish, form.unit.data or "", reason, at=now)
    return redirect(url_for("privacy_admin.requests", slug=slug, done=1), 303)


def _page(slug: str, *, refused: str | None = None, about: str = "") -> str:
    return render_template(
        "privacy/requests.html",
        file=service.get_request_file(current_organiser(), slug, at=clock.now()),
        form=AnswerForm(formdata=None),
        typed={name: request.form.get(name, "") for name in ("unit", "reason")},
        about=about,
        refused=refused,
        is_done="done" in request.args,
    )


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, BadWish):
        return translated(str(refusal.facts["problem"]))
    if isinstance(refusal, BadEntry):
        return " ".join(translated(words) for _, words in refusal.problems)
    return words_of(refusal)
