"""Organisers sign in and out, choose a password, and look after their sessions."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people import service
from quizapp.people.errors import BadEntry, Busy
from quizapp.people.forms import ButtonForm, OrganiserForm, SetPasswordForm, SignInForm
from quizapp.people.rules.organisers import page_after_sign_in
from quizapp.people.service import NewPassword, PasswordCheck
from quizapp.people.sign_in import (
    current_organiser,
    current_token,
    organisers_only,
    start_here,
    stop_here,
)

blueprint = Blueprint("people_admin", __name__, template_folder="templates")


def _compares_password(
    view: Callable[[PasswordCheck], ResponseReturnValue],
) -> Callable[[], ResponseReturnValue]:
    """Compare the password typed, then let `view` act on the outcome; a refusal shows the form.

    It stands above `@writes` on purpose: hashing must not hold the write lock, and a counted
    failure is committed before the form is shown again. The reading is over when `view` begins.
    """

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        form = SignInForm()
        if not form.check():
            return _sign_in_page(form), 422
        phone, password = form.phone.data, form.password.data
        try:
            check = service.check_sign_in(phone, password, source=_source(), at=clock.now())
            return view(check)
        except Refusal as refusal:
            form.mark(refusal)
            return _sign_in_page(form), refusal.status

    return wrapper


def _prepares_password(
    view: Callable[[NewPassword], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Check and hash the password chosen, above `@writes` for the same reasons."""

    @wraps(view)
    def wrapper(token: str) -> ResponseReturnValue:
        form = SetPasswordForm()
        if not form.check():
            return _set_password_page(form, token), 422
        try:
            new = service.prepare_password(token, form.password.data, at=clock.now())
            return view(new)
        except (BadEntry, Busy) as refusal:
            form.mark(refusal)
            return _set_password_page(form, token), refusal.status

    return wrapper


@blueprint.get("/signin")
def sign_in() -> ResponseReturnValue:
    return _sign_in_page(SignInForm())


@blueprint.post("/signin")
@_compares_password
@writes
def sign_in_by_password(check: PasswordCheck) -> ResponseReturnValue:
    token = service.sign_in(check, source=_source(), user_agent=_browser(), at=clock.now())
    start_here(token)
    return redirect(page_after_sign_in(request.args.get("next", "")), 303)


@blueprint.post("/signout")
@writes
def sign_out() -> ResponseReturnValue:
    ButtonForm().check()
    token = stop_here()
    if token is not None:
        service.end_session(token, at=clock.now())
    return redirect(url_for("people_admin.sign_in"), 303)


@blueprint.get("/setup/<token>")
def set_up(token: str) -> ResponseReturnValue:
    return _set_password_page(SetPasswordForm(), token)


@blueprint.post("/setup/<token>")
@_prepares_password
@writes
def set_up_by_link(new: NewPassword) -> ResponseReturnValue:
    start_here(service.set_password(new, user_agent=_browser(), at=clock.now()))
    return redirect(url_for("contests_admin.home"), 303)


@blueprint.get("/admin/account")
@organisers_only
def account() -> ResponseReturnValue:
    organiser, token = current_organiser(), current_token()
    sessions = service.get_sessions(organiser.id, token=token, at=clock.now())
    form = ButtonForm()
    return render_template("people/account.html", organiser=organiser, sessions=sessions, form=form)


@blueprint.post("/admin/account/end-sessions")
@writes
@organisers_only
def end_sessions() -> ResponseReturnValue:
    ButtonForm().check()
    service.end_all_sessions(current_organiser().id, at=clock.now())
    stop_here()
    return redirect(url_for("people_admin.sign_in"), 303)


def _sign_in_page(form: OrganiserForm) -> str:
    return render_template("people/sign_in.html", form=form)


def _set_password_page(form: OrganiserForm, token: str) -> str:
    name = service.get_link_owner(token, at=clock.now())
    return render_template("people/set_password.html", form=form, name=name)


def _source() -> str:
    """Return the internet address that asks, as the proxies in front of us tell it."""
    return request.remote_addr or "local"


def _browser() -> str:
    return request.user_agent.string
