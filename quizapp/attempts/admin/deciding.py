"""Organisers look at a person or an attempt and decide about it."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.forms import (
    FreeForm,
    GiveBackForm,
    MergeForm,
    NameForm,
    NumberForm,
    PhoneForm,
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
from quizapp.units.errors import UnclearUnit
from quizapp.web.again import View, shown_again
from quizapp.web.language import translated, words_of

Deed = Callable[[Asked], None]
bp = Blueprint("attempts_admin", __name__, template_folder="templates")
FORMS = {
    "unit": UnitForm,
    "state": StateForm,
    "merge": MergeForm,
    "pin": PinForm,
    "phone": PhoneForm,
    "name": NameForm,
    "free-number": FreeForm,
    "number": NumberForm,
    "time": TimeForm,
    "give-back": GiveBackForm,
}


def person_again(refusal: Refusal, slug: str, public_id: str) -> ResponseReturnValue:
    """Show the person with what was typed."""
    return person_page(slug, public_id, refusal=refusal)


def attempt_again(refusal: Refusal, slug: str, public_id: str) -> ResponseReturnValue:
    """Show the attempt with what was typed."""
    return _attempt_page(slug, public_id, refusal=refusal)


def to_person(slug: str, public_id: str, *, done: int | None = None) -> ResponseReturnValue:
    page = url_for("attempts_admin.person", slug=slug, public_id=public_id, done=done)
    return redirect(page, 303)


def to_attempt(slug: str, public_id: str, *, done: int | None = None) -> ResponseReturnValue:
    page = url_for("attempts_admin.attempt", slug=slug, public_id=public_id, done=done)
    return redirect(page, 303)


def person_deed(name: str) -> Callable[[Deed], View]:
    """Make a deed the form `name` of a person's page: one form, one deed, back to the page."""
    return _deed(f"/admin/c/<slug>/people/<public_id>/{name}", person_again, to_person)


def attempt_deed(name: str) -> Callable[[Deed], View]:
    """Make a deed the form `name` of an attempt's page: one form, one deed, back to the page."""
    return _deed(f"/admin/c/<slug>/attempts/<public_id>/{name}", attempt_again, to_attempt)


def _deed(path: str, again: View, back: View) -> Callable[[Deed], View]:
    def around(deed: Deed) -> View:
        @bp.post(path)
        @shown_again(again)
        @writes
        @organisers_only
        @wraps(deed)
        def view(slug: str, public_id: str) -> ResponseReturnValue:
            deed(asked(slug, public_id))
            return back(slug, public_id, done=1)

        return view

    return around


def _typed_again(refusal: Refusal, slug: str) -> ResponseReturnValue:
    """Show the groups as they are now, and why the one was not decided."""
    return _typed_page(slug, refusal=refusal)


@bp.get("/admin/c/<slug>/people/<public_id>")
@organisers_only
def person(slug: str, public_id: str) -> ResponseReturnValue:
    return person_page(slug, public_id)


@person_deed("unit")
def correct_person(whom: Asked) -> None:
    unit, reason = typed_in(UnitForm(), "unit", "reason")
    desk.correct_person(whom, typed=unit, reason=reason, at=clock.now())


@person_deed("void")
def void_person(whom: Asked) -> None:
    (reason,) = typed_in(StateForm(), "reason")
    desk.void_person(whom, reason=reason, at=clock.now())


@person_deed("restore")
def restore_person(whom: Asked) -> None:
    (reason,) = typed_in(StateForm(), "reason")
    desk.restore_person(whom, reason=reason, at=clock.now())


@person_deed("merge")
def merge_person(whom: Asked) -> None:
    phone, reason = typed_in(MergeForm(), "phone", "reason")
    desk.merge_person(whom, phone=phone, reason=reason, at=clock.now())


@bp.get("/admin/c/<slug>/attempts/<public_id>")
@organisers_only
def attempt(slug: str, public_id: str) -> ResponseReturnValue:
    return _attempt_page(slug, public_id)


@attempt_deed("unit")
def correct_attempt(whom: Asked) -> None:
    unit, reason = typed_in(UnitForm(), "unit", "reason")
    desk.correct_attempt(whom, typed=unit, reason=reason, at=clock.now())


@attempt_deed("void")
def void_attempt(whom: Asked) -> None:
    (reason,) = typed_in(StateForm(), "reason")
    desk.void_attempt(whom, reason=reason, at=clock.now())


@attempt_deed("restore")
def restore_attempt(whom: Asked) -> None:
    (reason,) = typed_in(StateForm(), "reason")
    desk.restore_attempt(whom, reason=reason, at=clock.now())


@bp.get("/admin/c/<slug>/typed-units")
@organisers_only
def typed_units(slug: str) -> ResponseReturnValue:
    return _typed_page(slug)


@bp.post("/admin/c/<slug>/typed-units")
@shown_again(_typed_again)
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
    phone: str = "",
) -> str:
    """Render a person; `told`, a code, and `phone`, the whole number, are shown this once."""
    file = desk.get_person_file(asked(slug, public_id), at=clock.now())
    page = _said(refusal) | ({"sent": ""} if told or phone else {})  # what was done lies closed
    return render_template(
        "attempts/desk_person.html", file=file, forms=_forms(), told=told, whole=phone, **page
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
        typed=TypedForm() if refusal else None,
        choices=refusal.choices if isinstance(refusal, UnclearUnit) else None,
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
