"""Who is signed in as an organiser: for the admin pages of every feature."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, Request, Response, current_app, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from quizapp import clock
from quizapp.config import Settings
from quizapp.people import service
from quizapp.people.errors import HalfSpent, NotSignedIn, SecondStepNeeded
from quizapp.people.roles import Role
from quizapp.people.service import OrganiserCard
from quizapp.web.guards import SAFE

P = ParamSpec("P")
HALF = "half"
ACCOUNT = "/admin/account"  # where the second step is set up
# A contestant's papers and rounds know the phone by its own cookie, never by a session.
WITHOUT = re.compile(r"/a/|/c/[^/]+/rounds/")


class OrganiserSessions(SecureCookieSessionInterface):
    """The framework's sessions, for browsers that have one and pages that ask for it.

    To find out that there is none it makes a signer first: a twelfth of what a save costs. Phones
    have one too, from the form they joined by.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if WITHOUT.match(request.path) or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed or session.modified:
            super().save_session(app, session, response)


class SignedIn(UserMixin):
    """An organiser in one session: what the cookie names is the session, not the person."""

    def __init__(self, token: str, organiser: OrganiserCard) -> None:
        self.token = token
        self.organiser = organiser

    def get_id(self) -> str:
        return self.token


def init_sign_in(app: Flask) -> None:
    """Let `current_organiser` find who is signed in; pages that never ask touch no session.

    Not by LoginManager.init_app: it adds a hook after every request that opens the session, for
    a "remember me" cookie we do not have, and public pages would no longer be equal for all.
    """
    manager = LoginManager()
    # "basic" and "strong" bind the session to an address, and phones change theirs.
    manager.session_protection = None
    manager.user_loader(_find_signed_in)
    app.session_interface = OrganiserSessions()
    app.login_manager = manager  # type: ignore[attr-defined] # Flask-Login looks for it there


def start_here(token: str) -> None:
    """Make this browser the one of the session; whatever its cookie held before is dropped."""
    signed_in = _find_signed_in(token)
    if signed_in is None:
        raise NotSignedIn
    session.clear()
    login_user(signed_in)


def start_half_here(token: str) -> None:
    """Keep half of a session in this browser until the code is given: it signs nobody in."""
    session.clear()
    session[HALF] = token


def half_here() -> str:
    """Return the token of the half that this browser holds. Raises HalfSpent."""
    token = session.get(HALF)
    if token is None:
        raise HalfSpent
    return str(token)


def stop_here() -> str | None:
    """Make this browser nobody's; return the token of the session it had."""
    token = session.get("_user_id")
    logout_user()
    session.clear()
    return token


def current_organiser() -> OrganiserCard:
    """Return who is signed in. Raises NotSignedIn."""
    if not current_user.is_authenticated:
        raise NotSignedIn
    organiser: OrganiserCard = current_user.organiser
    return organiser


def is_signed_browser() -> bool:
    """Say whether the browser's cookie names a session, ended or not; the database is not asked."""
    return "_user_id" in session


def current_token() -> str:
    """Return the token of this browser's session. Raises NotSignedIn."""
    if not current_user.is_authenticated:
        raise NotSignedIn
    return str(current_user.token)


def count_upload() -> None:
    """Count a file that this session brings, in the caller's transaction. Raises TooManyUploads."""
    service.count_upload(current_token(), at=clock.now())


def organisers_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only signed-in organisers in; readers are sent to sign in, writers are refused.

    Put it below `@writes`: it reads who is there.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            if request.method not in SAFE:
                raise NotSignedIn
            return redirect(url_for("people_admin.sign_in", next=request.full_path.rstrip("?")))
        if _must_have_second_step():
            if request.method not in SAFE:
                raise SecondStepNeeded
            return redirect(url_for("people_admin.account"))
        if request.method not in SAFE:
            service.note_seen(current_token(), at=clock.now())
        return view(*args, **kwargs)

    wrapper.is_for_organisers = True  # type: ignore[attr-defined] # read by the test of all routes
    return wrapper


def _must_have_second_step() -> bool:
    """Tell whether this installation keeps owners out until they have a second step."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.owner_totp or request.path.startswith(ACCOUNT):
        return False
    organiser = current_organiser()
    is_owner = any(grant.role is Role.OWNER for grant in organiser.grants)
    return is_owner and not organiser.has_second_step


def _find_signed_in(token: str) -> SignedIn | None:
    organiser = service.find_signed_in(token, at=clock.now())
    return SignedIn(token, organiser) if organiser else None
