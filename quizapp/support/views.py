"""“Cần giúp?”: a question from any page, and its answer on the same one."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.support import service
from quizapp.support.errors import AskedTooOften, BadWords
from quizapp.support.forms import HelpForm
from quizapp.support.service import Asker
from quizapp.web.contestant import Contestant, keep_phone, read_contestant
from quizapp.web.guards import PageTooOld, check_form_token, form_token
from quizapp.web.language import translated, words_of

bp = Blueprint("support", __name__, template_folder="templates")


@bp.get("/help")
def need_help() -> ResponseReturnValue:
    phone = read_contestant()
    form = HelpForm(
        formdata=None,
        contest=_contest_meant(phone),
        code=request.args.get("code", ""),
    )
    return _page(form, phone, is_sent="sent" in request.args)


@bp.post("/help")
def ask() -> ResponseReturnValue:
    phone, form = read_contestant(), HelpForm()
    if not form.validate():
        return _page(form, phone, refused=words_of(PageTooOld())), PageTooOld.status
    try:
        return _ask(form, phone)
    except (BadWords, AskedTooOften) as refusal:
        return _page(form, phone, refused=_words(refusal)), refusal.status


@writes
def _ask(form: HelpForm, phone: Contestant) -> ResponseReturnValue:
    contest = contests.get_contest(form.contest.data or "")
    service.ask(
        contest.id, _asker(phone), form.words.data or "", code=form.code.data, at=clock.now()
    )
    answer = redirect(url_for("support.need_help", contest=contest.slug, sent=1), 303)
    return keep_phone(make_response(answer), phone)


ask.is_writing = True  # type: ignore[attr-defined] # through _ask


@bp.post("/help/<ticket>/close")
@writes
def close_own(ticket: str) -> ResponseReturnValue:
    """Let who asked say that it is settled."""
    check_form_token("settled", ticket)
    service.close_own(_asker(read_contestant()), ticket)
    return redirect(url_for("support.need_help"), 303)


def _page(
    form: HelpForm, phone: Contestant, *, refused: str | None = None, is_sent: bool = False
) -> str:
    known = contests.get_contests()
    meant = form.contest.data
    offered = (one for one in known if one.is_listed or one.slug == meant)
    form.contest.choices = [(one.slug, one.title) for one in offered]
    tickets = service.get_tickets_of(_asker(phone))
    return render_template(
        "support/help.html",
        form=form,
        tickets=tickets,
        contest=next((one for one in known if one.slug == meant), None),
        titles={one.id: one.title for one in known},
        tokens={one.public_id: form_token("settled", one.public_id) for one in tickets},
        refused=refused,
        is_sent=is_sent,
    )


def _contest_meant(phone: Contestant) -> str:
    """Return the contest the page came from, else the one joined last on this phone."""
    asked = request.args.get("contest", "")
    if asked or not phone.people:
        return asked
    newest = list(phone.people)[-1]
    return next((one.slug for one in contests.get_contests() if one.id == newest), "")


def _asker(phone: Contestant) -> Asker:
    return Asker(holder=phone.holder, people=phone.people)


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, BadWords):
        return translated(str(refusal.facts["problem"]))
    return words_of(refusal)
