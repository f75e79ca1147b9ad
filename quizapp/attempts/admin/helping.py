"""The help desk: finding who calls, and doing for them what they cannot do themselves."""

from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.admin.deciding import (
    asked,
    attempt_deed,
    bp,
    person_again,
    person_deed,
    person_page,
    to_person,
    typed_in,
)
from quizapp.attempts.forms import (
    FindForm,
    FreeForm,
    GiveBackForm,
    NameForm,
    NumberForm,
    PhoneForm,
    PinForm,
    TimeForm,
)
from quizapp.attempts.service import desk, finding, giving
from quizapp.attempts.service.desk import Asked
from quizapp.attempts.service.finding import Found
from quizapp.audit.words import deed_words
from quizapp.db import writes
from quizapp.errors import NotFound
from quizapp.people.sign_in import organisers_only
from quizapp.web.again import shown_again
from quizapp.web.language import words_of
from quizapp.web.parts import asks_for_part, page_or_part
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
    """Show whom a number, a name or a code means; go to the person when it is one.

    While somebody types the page asks for the list alone, and is sent nowhere.
    """
    form = FindForm()
    form.check()
    try:
        found = finding.find(asked(slug), form.who.data or "", at=clock.now())
    except NotFound as refusal:
        form.mark(refusal)
        if asks_for_part():  # half a name is no mistake while somebody types
            return _find_page(slug, form, nobody=words_of(refusal))
        return _find_page(slug, form), refusal.status
    if len(found.people) == 1 and not asks_for_part():
        return to_person(slug, found.people[0].public_id)
    return _find_page(slug, form, found=found)


@bp.post("/admin/c/<slug>/people/<public_id>/pin")
@shown_again(person_again)
@writes
@organisers_only
def reset_pin(slug: str, public_id: str) -> ResponseReturnValue:
    """Show a code to be told on the telephone. It is stored nowhere: this page is all of it."""
    (reason,) = typed_in(PinForm(), "reason")
    told = giving.make_reset_code(asked(slug, public_id), reason=reason, at=clock.now())
    return person_page(slug, public_id, told=told)


@bp.post("/admin/c/<slug>/people/<public_id>/phone")
@shown_again(person_again)
@writes
@organisers_only
def read_phone(slug: str, public_id: str) -> ResponseReturnValue:
    """Show the whole number once, to call a winner or somebody who asked for help."""
    (reason,) = typed_in(PhoneForm(), "reason")
    phone = giving.read_phone(asked(slug, public_id), reason=reason, at=clock.now())
    return person_page(slug, public_id, phone=phone)


@person_deed("name")
def correct_name(whom: Asked) -> None:
    name, reason = typed_in(NameForm(), "name", "reason")
    giving.set_name(whom, name=name, reason=reason, at=clock.now())


@person_deed("free-number")
def free_number(whom: Asked) -> None:
    (reason,) = typed_in(FreeForm(), "reason")
    giving.free_phone(whom, reason=reason, at=clock.now())


@person_deed("number")
def give_number(whom: Asked) -> None:
    phone, reason = typed_in(NumberForm(), "phone", "reason")
    giving.give_phone(whom, phone=phone, reason=reason, at=clock.now())


@person_deed("time")
def give_time(whom: Asked) -> None:
    form = TimeForm()
    minutes, reason = typed_in(form, "minutes", "reason")
    number = form.round.data or 0
    giving.give_time(whom, number, minutes=minutes, reason=reason, at=clock.now())


@attempt_deed("give-back")
def give_back(whom: Asked) -> None:
    (reason,) = typed_in(GiveBackForm(), "reason")
    giving.give_back(whom, reason=reason, at=clock.now())


def _find_page(slug: str, form: FindForm, *, found: Found | None = None, nobody: str = "") -> str:
    contest = desk.get_contest_for(asked(slug)) if found is None else found.contest
    return page_or_part(
        "attempts/desk_find.html",
        "attempts/_found.html",
        contest=contest,
        form=form,
        found=found,
        nobody=nobody,
        told=words_of_kind(found.refused.kind) if found and found.refused else "",
    )
