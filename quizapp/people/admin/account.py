"""An organiser's own account: sessions, rights, the second step of signing in."""

from collections.abc import Callable
from functools import wraps

import segno
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people import service
from quizapp.people.admin.blueprint import blueprint, source
from quizapp.people.errors import NoSecondStep, TooManyTries, WrongCode
from quizapp.people.forms import ButtonForm, CodeForm
from quizapp.people.sign_in import current_organiser, current_token, organisers_only, stop_here
from quizapp.people.words import PERMISSION_WORDS, ROLE_WORDS
from quizapp.web.language import words_of

View = Callable[[], ResponseReturnValue]


def _account_shown_again(view: View) -> View:
    """Show the account with why a code was not taken."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except (WrongCode, TooManyTries, NoSecondStep) as refusal:
            return _account_page(refusal=refusal), refusal.status

    return wrapper


def _secret_shown_again(view: View) -> View:
    """Show the QR code again when the code that confirms it was wrong."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except (WrongCode, TooManyTries) as refusal:
            return _secret_page(refusal=refusal), refusal.status

    return wrapper


@blueprint.get("/admin/account")
@organisers_only
def account() -> ResponseReturnValue:
    return _account_page()


@blueprint.get("/admin/account/rights")
@organisers_only
def my_rights() -> ResponseReturnValue:
    """Say what one may do, and in which units."""
    rights = service.get_rights(current_organiser(), at=clock.now())
    return render_template(
        "people/rights.html", rights=rights, roles=ROLE_WORDS, permissions=PERMISSION_WORDS
    )


@blueprint.post("/admin/account/end-sessions")
@writes
@organisers_only
def end_sessions() -> ResponseReturnValue:
    ButtonForm().check()
    service.end_all_sessions(current_organiser().id, at=clock.now())
    stop_here()
    return redirect(url_for("people_admin.sign_in"), 303)


@blueprint.post("/admin/account/sessions/<ref>/end")
@writes
@organisers_only
def end_one_session(ref: str) -> ResponseReturnValue:
    ButtonForm().check()
    service.end_other_session(current_organiser().id, ref, at=clock.now())
    return redirect(url_for("people_admin.account"), 303)


@blueprint.post("/admin/account/second-step")
@writes
@organisers_only
def begin_second_step() -> ResponseReturnValue:
    ButtonForm().check()
    service.begin_second_step(current_organiser().id, at=clock.now())
    return redirect(url_for("people_admin.new_secret"), 303)


@blueprint.get("/admin/account/second-step")
@organisers_only
def new_secret() -> ResponseReturnValue:
    """Show the QR code for the device, and ask for the first code."""
    return _secret_page()


@blueprint.post("/admin/account/second-step/confirm")
@_secret_shown_again
@writes
@organisers_only
def confirm_second_step() -> ResponseReturnValue:
    code, mine = _code(), current_organiser().id
    codes = service.confirm_second_step(mine, code, source=source(), at=clock.now())
    return render_template("people/recovery.html", codes=codes)


@blueprint.post("/admin/account/second-step/recovery")
@_account_shown_again
@writes
@organisers_only
def renew_recovery_codes() -> ResponseReturnValue:
    code, mine = _code(), current_organiser().id
    codes = service.renew_recovery_codes(mine, code, source=source(), at=clock.now())
    return render_template("people/recovery.html", codes=codes)


@blueprint.post("/admin/account/second-step/off")
@_account_shown_again
@writes
@organisers_only
def turn_off_second_step() -> ResponseReturnValue:
    code, mine = _code(), current_organiser().id
    service.turn_off_second_step(mine, code, source=source(), at=clock.now())
    return redirect(url_for("people_admin.account"), 303)


def _code() -> str:
    form = CodeForm()
    form.check()
    return form.code.data or ""


def _account_page(*, refusal: Refusal | None = None) -> str:
    organiser, off = current_organiser(), CodeForm(formdata=None)
    off.code.id = "off-code"  # two such fields on one page
    return render_template(
        "people/account.html",
        organiser=organiser,
        sessions=service.get_sessions(organiser.id, token=current_token(), at=clock.now()),
        second=service.get_second_step(organiser.id),
        form=ButtonForm(formdata=None),
        code=CodeForm(formdata=None),
        off=off,
        refused=words_of(refusal) if refusal else None,
    )


def _secret_page(*, refusal: Refusal | None = None) -> str:
    secret = service.get_new_secret(current_organiser().id)
    return render_template(
        "people/second_step.html",
        letters=secret.letters,
        qr=_qr(secret.uri),
        form=CodeForm(formdata=None),
        refused=words_of(refusal) if refusal else None,
    )


def _qr(text: str) -> Markup:
    """Return a QR code as an element of the page; its colours are attributes, not styles."""
    code = segno.make(text, error="l", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - drawn by the library from modules, not from the text
