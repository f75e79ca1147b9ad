"""Organisers answer the questions of the people within reach."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.support import service
from quizapp.support.errors import BadWords
from quizapp.support.forms import AnswerForm
from quizapp.support.service import TicketState
from quizapp.support.words import phrases
from quizapp.web.language import translated
from quizapp.web.parts import asks_for_part, render_part

bp = Blueprint("support_admin", __name__, template_folder="templates")


View = Callable[[str, str], ResponseReturnValue]


def shown_again(view: View) -> View:
    """Show the questions with what was typed when an answer cannot be taken."""

    @wraps(view)
    def wrapper(slug: str, ticket: str) -> ResponseReturnValue:
        try:
            return view(slug, ticket)
        except BadWords as refusal:
            problem = translated(str(refusal.facts["problem"]))
            return _page(slug, refused=problem, about=ticket), refusal.status

    return wrapper


@bp.get("/admin/c/<slug>/tickets")
@organisers_only
def tickets(slug: str) -> ResponseReturnValue:
    return _page(slug)


@bp.post("/admin/c/<slug>/tickets/<ticket>")
@shown_again
@writes
@organisers_only
def answer(slug: str, ticket: str) -> ResponseReturnValue:
    """Send what was written, else the ready answer chosen; or close without one."""
    form = AnswerForm()
    form.check()
    organiser, now = current_organiser(), clock.now()
    if "close" in request.form:
        service.close(organiser, slug, ticket, at=now)
    else:
        service.answer(organiser, slug, ticket, _words(form), now)
    if asks_for_part():
        return _page(slug, about=ticket)
    return redirect(url_for("support_admin.tickets", slug=slug, done=1), 303)


def _words(form: AnswerForm) -> str:
    written = (form.words.data or "").strip()
    chosen = form.phrase.data or ""
    if written or not chosen.isdecimal() or int(chosen) >= len(phrases()):
        return written
    return phrases()[int(chosen)]


def _page(slug: str, *, refused: str | None = None, about: str = "") -> str:
    """Render the page, or the question `about` alone when the page asks for that."""
    shown = request.args.get("show", "")
    state = TicketState(shown) if shown in set(TicketState) else TicketState.OPEN
    only = about if asks_for_part() else ""
    form = AnswerForm(formdata=None)
    form.phrase.choices = [("", "–"), *((str(n), words) for n, words in enumerate(phrases()))]
    file = service.get_ticket_file(current_organiser(), slug, state, only=only)
    values = {
        "file": file,
        "state": state,
        "form": form,
        "typed": request.form.get("words", "") if refused else "",
        "about": about,
        "refused": refused,
        "is_done": "done" in request.args,
    }
    if not only:
        return render_template("support/tickets.html", **values)
    (ticket,) = file.tickets
    return render_part("support/_ticket.html", "support/_ticket_tabs.html", one=ticket, **values)
