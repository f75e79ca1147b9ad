"""The help desk: finding who calls, and doing for them what they cannot do themselves."""

from flask import render_template
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.admin.deciding import (
    asked,
    bp,
    person_page,
    shown_again,
    to_attempt,
    to_person,
    typed_in,
)
from quizapp.attempts.forms import (
    FindForm,
    FreeForm,
    GiveBackForm,
    NameForm,
    NumberForm,
    PinForm,
    TimeForm,
)
from quizapp.attempts.service import desk, finding, giving
from quizapp.attempts.service.finding import Found
from quizapp.attempts.words import deed_words
from quizapp.db import writes
from quizapp.errors import NotFound
from quizapp.people.sign_in import organisers_only
from quizapp.web.refusing import words_of_kind

bp.add_app_template_filter(words_of_kind, "refusal_words")
bp.add_app_template_filter(deed_words, "deed")


@bp.get("/admin/c/<slug>/people")
@organisers_only
def people(slug: str) -> ResponseReturnValue:
    return _find_page(slug, FindForm(formdata=None))


@bp.post("/admin/c/<slug>/people")
@writes
@organisers_only
def find_person(slug: str) -> ResponseReturnValue:
    """Show whom a number, a name or a code means; go to the person when it is one."""
    form = FindForm()
    form.check()
    try:
        found = finding.find(asked(slug), form.who.data or "", at=clock.now())
    except NotFound as refusal:
        form.mark(refusal)
        return _find_page(slug, form), refusal.status
    if len(found.people) == 1:
        return to_person(slug, found.people[0].public_id)
    return _find_page(slug, form, found=found)


@bp.post("/admin/c/<slug>/people/<public_id>/pin")
@shown_again
@writes
@organisers_only
def reset_pin(slug: str, public_id: str) -> ResponseReturnValue:
    """Show a code to be told on the telephone. It is stored nowhere: this page is all of it."""
    (reason,) = typed_in(PinForm(), "reason")
    told = giving.make_reset_code(asked(slug, public_id), reason=reason, at=clock.now())
    return person_page(slug, public_id, told=told)


@bp.post("/admin/c/<slug>/people/<public_id>/name")
@shown_again
@writes
@organisers_only
def correct_name(slug: str, public_id: str) -> ResponseReturnValue:
    name, reason = typed_in(NameForm(), "name", "reason")
    giving.set_name(asked(slug, public_id), name=name, reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/people/<public_id>/free-number")
@shown_again
@writes
@organisers_only
def free_number(slug: str, public_id: str) -> ResponseReturnValue:
    (reason,) = typed_in(FreeForm(), "reason")
    giving.free_phone(asked(slug, public_id), reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/people/<public_id>/number")
@shown_again
@writes
@organisers_only
def give_number(slug: str, public_id: str) -> ResponseReturnValue:
    phone, reason = typed_in(NumberForm(), "phone", "reason")
    giving.give_phone(asked(slug, public_id), phone=phone, reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/people/<public_id>/time")
@shown_again
@writes
@organisers_only
def give_time(slug: str, public_id: str) -> ResponseReturnValue:
    form = TimeForm()
    minutes, reason = typed_in(form, "minutes", "reason")
    whom = asked(slug, public_id)
    number = form.round.data or 0
    giving.give_time(whom, number, minutes=minutes, reason=reason, at=clock.now())
    return to_person(slug, public_id, done=1)


@bp.post("/admin/c/<slug>/attempts/<public_id>/give-back")
@shown_again
@writes
@organisers_only
def give_back(slug: str, public_id: str) -> ResponseReturnValue:
    (reason,) = typed_in(GiveBackForm(), "reason")
    giving.give_back(asked(slug, public_id), reason=reason, at=clock.now())
    return to_attempt(slug, public_id)


def _find_page(slug: str, form: FindForm, *, found: Found | None = None) -> str:
    contest = desk.get_contest_for(asked(slug)) if found is None else found.contest
    return render_template(
        "attempts/desk_find.html",
        contest=contest,
        form=form,
        found=found,
        told=words_of_kind(found.refused.kind) if found and found.refused else "",
    )
