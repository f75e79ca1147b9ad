"""Organisers sign in, by a password and perhaps a code, out, and choose a password."""

from collections.abc import Callable
from functools import wraps

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people import service
from quizapp.people.admin.blueprint import blueprint, browser, source
from quizapp.people.errors import BadEntry, Busy, TooManyTries, WrongCode
from quizapp.people.forms import ButtonForm, CodeForm, OrganiserForm, SetPasswordForm, SignInForm
from quizapp.people.rules.organisers import page_after_sign_in
from quizapp.people.service import NewPassword, Opened, PasswordCheck
from quizapp.people.sign_in import half_here, start_half_here, start_here, stop_here


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
            check = service.check_sign_in(phone, password, source=source(), at=clock.now())
            return view(check)
        except Refusal as refusal:
            form.mark(refusal)
            return _sign_in_page(form), refusal.status, refusal.headers

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
            return _set_password_page(form, token), refusal.status, refusal.headers

    return wrapper


def _code_shown_again(
    view: Callable[[], ResponseReturnValue],
) -> Callable[[], ResponseReturnValue]:
    """Ask for the code again when it was wrong, or too many were."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except (WrongCode, TooManyTries) as refusal:
            form = CodeForm(formdata=None)
            form.mark(refusal)
            return _code_page(form), refusal.status, refusal.headers

    return wrapper


@blueprint.get("/signin")
def sign_in() -> ResponseReturnValue:
    return _sign_in_page(SignInForm())


@blueprint.post("/signin")
@_compares_password
@writes
def sign_in_by_password(check: PasswordCheck) -> ResponseReturnValue:
    opened = service.sign_in(check, source=source(), user_agent=browser(), at=clock.now())
    return _let_in(opened)


@blueprint.get("/signin/code")
def second_step() -> ResponseReturnValue:
    """Ask for the code, after the password."""
    service.check_half(half_here(), at=clock.now())
    return _code_page(CodeForm(formdata=None))


@blueprint.post("/signin/code")
@_code_shown_again
@writes
def sign_in_by_code() -> ResponseReturnValue:
    form = CodeForm()
    form.check()
    token = service.finish_sign_in(
        half_here(), form.code.data or "", source=source(), user_agent=browser(), at=clock.now()
    )
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
    return _let_in(service.set_password(new, user_agent=browser(), at=clock.now()))


def _let_in(opened: Opened) -> ResponseReturnValue:
    """Go on to the page that was asked for, over the page of the code where one is asked for."""
    asked = request.args.get("next", "")
    if opened.is_half:
        start_half_here(opened.token)
        return redirect(url_for("people_admin.second_step", next=asked or None), 303)
    start_here(opened.token)
    return redirect(page_after_sign_in(asked) if asked else url_for("contests_admin.home"), 303)


def _code_page(form: OrganiserForm) -> str:
    return render_template("people/code.html", form=form)


def _sign_in_page(form: OrganiserForm) -> str:
    return render_template("people/sign_in.html", form=form)


def _set_password_page(form: OrganiserForm, token: str) -> str:
    name = service.get_link_owner(token, at=clock.now())
    return render_template("people/set_password.html", form=form, name=name)
