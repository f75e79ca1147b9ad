"""Organisers look at a person or an attempt and decide about it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.forms import (
    FreeForm,
    GiveBackForm,
    MergeForm,
    NameForm,
    NumberForm,
    PinForm,
    StateForm,
    TimeForm,
    TypedForm,
    UnitForm,
)
from quizapp.attempts.service import desk
from quizapp.attempts.service.desk import Asked
from quizapp.attempts.service.typed_units import PAGE, SeenGroup
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.errors import BadEntry
from quizapp.people.forms import OrganiserForm
from quizapp.people.service import Decision, ResetCode
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import translated, words_of

bp = Blueprint("attempts_admin", __name__, template_folder="templates")
View = Callable[[str, str], ResponseReturnValue]
FORMS = {
    "unit": UnitForm,
    "state": StateForm,
    "merge": MergeForm,
    "pin": PinForm,
    "name": NameForm,
    "free-number": FreeForm,
    "number": NumberForm,
    "time": TimeForm,
    "give-back": GiveBackForm,
}
ACTIONABLE = {409, 422}


def shown_again(view: View) -> View:
    """Show the page with what was typed when the organiser can put right what was refused."""

    @wraps(view)
    def wrapper(slug: str, public_id: str) -> ResponseReturnValue:
        try:
            return view(slug, public_id)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            show = _attempt_page if "/attempts/" in request.path else person_page
            return show(slug, public_id, refusal=refusal), refusal.status

    return wrapper


def typed_shown_again(view: Callable[[str], ResponseReturnValue]) -> Callable[[str], Any]:
    """Show the groups as they are now when what was decided about one was refused."""

    @wraps(view)
    def wrapper(slug: str) -> ResponseReturnValue:
        try:
            return view(slug)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            return _typed_page(slug, refusal=refusal), refusal.status

    return wrapper


@bp.get("/admin/c/<slug>/people/<public_id>")
@organisers_only
def person(slug: str, public_id: str) -> ResponseReturnValue:
    return person_page(slug, public_id)


@bp.post("/admin/c/<slug>/people/<public_id>/unit")
@shown_again
@writes
@organisers_only
def correct_person(slug: str, public_id: str) -> ResponseReturnValue:
    unit, reason = typed_in(UnitForm(), "unit", "reason")
    desk.correct_person(asked(slug, public_id), typed=unit, reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/people/<public_id>/void")
@shown_again
@writes
@organisers_only
def void_person(slug: str, public_id: str) -> ResponseReturnValue:
    (reason,) = typed_in(StateForm(), "reason")
    desk.void_person(asked(slug, public_id), reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/people/<public_id>/restore")
@shown_again
@writes
@organisers_only
def restore_person(slug: str, public_id: str) -> ResponseReturnValue:
    (reason,) = typed_in(StateForm(), "reason")
    desk.restore_person(asked(slug, public_id), reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/people/<public_id>/merge")
@shown_again
@writes
@organisers_only
def merge_person(slug: str, public_id: str) -> ResponseReturnValue:
    phone, reason = typed_in(MergeForm(), "phone", "reason")
    desk.merge_person(asked(slug, public_id), phone=phone, reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.get("/admin/c/<slug>/attempts/<public_id>")
@organisers_only
def attempt(slug: str, public_id: str) -> ResponseReturnValue:
    return _attempt_page(slug, public_id)


@bp.post("/admin/c/<slug>/attempts/<public_id>/unit")
@shown_again
@writes
@organisers_only
def correct_attempt(slug: str, public_id: str) -> ResponseReturnValue:
    unit, reason = typed_in(UnitForm(), "unit", "reason")
    desk.correct_attempt(asked(slug, public_id), typed=unit, reason=reason, at=clock.now())
    return to_attempt(slug, public_id)


@bp.post("/admin/c/<slug>/attempts/<public_id>/void")
@shown_again
@writes
@organisers_only
def void_attempt(slug: str, public_id: str) -> ResponseReturnValue:
    (reason,) = typed_in(StateForm(), "reason")
    desk.void_attempt(asked(slug, public_id), reason=reason, at=clock.now())
    return to_attempt(slug, public_id)


@bp.post("/admin/c/<slug>/attempts/<public_id>/restore")
@shown_again
@writes
@organisers_only
def restore_attempt(slug: str, public_id: str) -> ResponseReturnValue:
    (reason,) = typed_in(StateForm(), "reason")
    desk.restore_attempt(asked(slug, public_id), reason=reason, at=clock.now())
    return to_attempt(slug, public_id)


@bp.get("/admin/c/<slug>/typed-units")
@organisers_only
def typed_units(slug: str) -> ResponseReturnValue:
    return _typed_page(slug)


@bp.post("/admin/c/<slug>/typed-units")
@typed_shown_again
@writes
@organisers_only
def decide_typed(slug: str) -> ResponseReturnValue:
    """Match a group with the unit named, or leave it: the button pressed says which."""
    key, seen, unit = typed_in(TypedForm(), "group", "seen", "unit")
    group = SeenGroup(key=key, decision=_decision(), seen=seen)
    if "leave" in request.form:
        desk.leave_typed(asked(slug), group, at=clock.now())
    else:
        unit = request.form.get("approve", unit)
        desk.match_typed(asked(slug), group, typed=unit, at=clock.now())
    show = _decision().value
    page = url_for("attempts_admin.typed_units", slug=slug, show=show, done=1)
    return redirect(page, 303)


def asked(slug: str, public_id: str = "") -> Asked:
    return Asked(organiser=current_organiser(), slug=slug, public_id=public_id)


def typed_in(form: OrganiserForm, *names: str) -> list[str]:
    """Return what was typed into these fields. Raises PageTooOld without the session's token."""
    form.check()
    return [form[name].data or "" for name in names]


def _forms() -> dict[str, OrganiserForm]:
    """Return every form of a page; the one that was sent keeps what was typed."""
    sent = _sent()
    return {name: form() if name == sent else form(formdata=None) for name, form in FORMS.items()}


def _sent() -> str:
    """Return which form of the page was sent, "" when none was."""
    states = {"void": "state", "restore": "state"}
    last = request.path.rpartition("/")[2]
    return states.get(last, last) if request.method == "POST" else ""


def person_page(
    slug: str,
    public_id: str,
    *,
    refusal: Refusal | None = None,
    told: ResetCode | None = None,
) -> str:
    """Render a person; `told` is a code that is shown this once."""
    file = desk.get_person_file(asked(slug, public_id), at=clock.now())
    page = _said(refusal) | ({"sent": ""} if told else {})  # what was done lies closed again
    return render_template(
        "attempts/desk_person.html", file=file, forms=_forms(), told=told, **page
    )


def _attempt_page(slug: str, public_id: str, *, refusal: Refusal | None = None) -> str:
    file = desk.get_attempt_file(asked(slug, public_id), at=clock.now())
    return render_template(
        "attempts/desk_attempt.html", file=file, forms=_forms(), **_said(refusal)
    )


def _typed_page(slug: str, *, refusal: Refusal | None = None) -> str:
    page = max(request.args.get("page", 0, type=int), 0)
    file = desk.get_typed_file(asked(slug), _decision(), page=page, at=clock.now())
    return render_template(
        "attempts/desk_typed.html",
        file=file,
        show=_decision(),
        page=page,
        page_size=PAGE,
        form=TypedForm(formdata=None),
        **_said(refusal),
    )


def _decision() -> Decision:
    asked = request.values.get("show", "")
    return Decision(asked) if asked in set(Decision) else Decision.OPEN


def _said(refusal: Refusal | None) -> dict[str, object]:
    is_done = request.method == "GET" and "done" in request.args
    return {"refused": _words(refusal) if refusal else None, "is_done": is_done, "sent": _sent()}


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, BadEntry):
        return " ".join(translated(words) for _, words in refusal.problems)
    return words_of(refusal)


def to_person(slug: str, public_id: str, *, done: int | None = None) -> ResponseReturnValue:
    page = url_for("attempts_admin.person", slug=slug, public_id=public_id, done=done)
    return redirect(page, 303)


def to_attempt(slug: str, public_id: str) -> ResponseReturnValue:
    page = url_for("attempts_admin.attempt", slug=slug, public_id=public_id, done=1)
    return redirect(page, 303)
