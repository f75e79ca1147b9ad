"""Joining a contest, coming back to it, and who takes part on a phone that goes round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps

from flask import (
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service
from quizapp.contests.errors import RehearsalIsOver
from quizapp.contests.forms import JoinForm, NewPinForm, ReturnForm
from quizapp.contests.rules import age_problem
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.contests.views.routes import bp, open_first, round_of_interest
from quizapp.db import writes
from quizapp.errors import N_, Refusal
from quizapp.people import service as people
from quizapp.people.errors import BadEntry
from quizapp.people.service import Entry, NewPin, PersonCard, PersonState
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.contestant import (
    forget_person,
    read_contestant,
    remember_person,
    set_aside,
)
from quizapp.web.guards import PageTooOld, check_form_token, form_token, read_form_token
from quizapp.web.headers import keep_publicly


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """Somebody who takes part in a contest on this phone; the token goes back to them."""

    contest: ContestCard
    person: PersonCard
    round: RoundCard
    token: str
    is_current: bool


CONSENT_VERSION = "2026-11-22"
UNITS_SHOWN = 8


@bp.get("/units.json")
def find_units() -> ResponseReturnValue:
    """Return the units that fit what is typed, for the picker; the same for everybody."""
    cards = units.search_units(_typed_unit(request.args), on=_today(), limit=UNITS_SHOWN)
    found = [{"code": card.code, "name": card.name} for card in cards]
    return keep_publicly(jsonify(found))


@bp.get("/c/<slug>/join")
def join(slug: str) -> ResponseReturnValue:
    contest = service.get_contest(slug)
    known = people.find_person(read_contestant().person_in(contest.id) or 0)
    if known is not None:
        return redirect(_round_page(contest))
    form = JoinForm(formdata=None)
    return _join_page(contest, form, chosen=request.args.get("unit", ""))


def shown_again(view: Callable[[str], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
    """Show the join form with what was typed when it was refused; failures stay counted."""

    @wraps(view)
    def wrapper(slug: str) -> ResponseReturnValue:
        try:
            return view(slug)
        except Refusal as refusal:
            form = JoinForm()
            if isinstance(refusal, BadEntry):
                form.show_problems(list(refusal.problems))
            else:
                form.show_refusal(refusal)
            return _join_page(service.get_contest(slug), form), refusal.status, refusal.headers

    return wrapper


@bp.post("/c/<slug>/join")
@shown_again
@writes
def enter(slug: str) -> ResponseReturnValue:
    contest = service.get_contest(slug)
    form = JoinForm()
    if "find" in request.form:
        return _join_page(contest, form)
    if not form.validate():
        raise PageTooOld
    now = clock.now()
    if contest.is_emptied:
        raise RehearsalIsOver
    entry = _entry(form)
    problems = _problems(contest, form, entry, at=now)
    if problems:
        raise BadEntry(problems)
    source = request.remote_addr or ""
    person = people.enter_contest(contest.id, entry, source=source, at=now)
    answer = redirect(_round_page(contest), 303)
    return remember_person(make_response(answer), contest_id=contest.id, person_id=person.id)


@bp.post("/c/<slug>/leave")
def leave(slug: str) -> ResponseReturnValue:
    """Let somebody else take part on this phone; nothing in the database changes."""
    contest = service.get_contest(slug)
    check_form_token("leave", str(contest.id))
    answer = redirect(url_for("contests.join", slug=contest.slug, _anchor="new"), 303)
    return forget_person(make_response(answer), contest_id=contest.id)


@bp.post("/c/<slug>/others")
def others(slug: str) -> ResponseReturnValue:
    """Let somebody else join on this phone; who takes part now can be gone back to by one tap."""
    contest = service.get_contest(slug)
    check_form_token("others", str(contest.id))
    answer = redirect(url_for("contests.join", slug=contest.slug, _anchor="other"), 303)
    return set_aside(make_response(answer), contest_id=contest.id)


@bp.post("/c/<slug>/switch")
def switch(slug: str) -> ResponseReturnValue:
    """Go back to somebody who took part on this phone before."""
    contest = service.get_contest(slug)
    person_id = int(read_form_token("switch", str(contest.id)))
    answer = redirect(_round_page(contest), 303)
    if person_id not in read_contestant().others_in(contest.id):
        return answer
    return remember_person(make_response(answer), contest_id=contest.id, person_id=person_id)


def others_on_phone(person_ids: Sequence[int], contest_id: int) -> list[tuple[PersonCard, str]]:
    """Return each person in the order given, with the token of the form that goes back to them."""
    known = _known(person_ids)
    return [
        (known[one], form_token("switch", str(contest_id), str(one)))
        for one in person_ids
        if one in known
    ]


def _known(person_ids: Sequence[int]) -> dict[int, PersonCard]:
    """Return id → card of these people, but of those whose data were erased."""
    cards = people.get_person_cards(person_ids) if person_ids else {}
    return {key: one for key, one in cards.items() if one.state is not PersonState.ERASED}


@bp.get("/mine")
def mine() -> ResponseReturnValue:
    """Show everybody who takes part on this phone and in which contests; nobody may keep it."""
    phone = read_contestant()
    pairs = [*reversed(list(phone.people.items())), *reversed(phone.aside)]
    cards = _known([person for _, person in pairs])
    contests = {one.id: one for one in service.get_contests()} if pairs else {}
    found = [
        Taking(
            contest=contests[contest],
            person=cards[person],
            round=round_of_interest(contests[contest]),
            token=form_token("switch", str(contest), str(person)),
            is_current=phone.person_in(contest) == person,
        )
        for contest, person in pairs
        if person in cards and contest in contests
    ]
    return render_template("contests/mine.html", found=found)


@bp.get("/return")
def come_back() -> ResponseReturnValue:
    return _return_page(ReturnForm(formdata=None, contest=request.args.get("contest", "")))


@bp.post("/return")
def come_back_by_pin() -> ResponseReturnValue:
    form = ReturnForm()
    if not form.validate():
        form.show_refusal(PageTooOld())
        return _return_page(form), PageTooOld.status
    try:
        return _come_back(form)
    except Refusal as refusal:
        if isinstance(refusal, BadEntry):
            form.show_problems(list(refusal.problems))
        else:
            form.show_refusal(refusal)
        return _return_page(form), refusal.status, refusal.headers


@writes
def _come_back(form: ReturnForm) -> ResponseReturnValue:
    contest = service.get_contest(form.contest.data or "")
    person = people.return_by_pin(
        contest.id,
        phone=form.phone.data or "",
        pin=form.pin.data or "",
        source=request.remote_addr or "",
        at=clock.now(),
    )
    answer = redirect(_round_page(contest), 303)
    return remember_person(make_response(answer), contest_id=contest.id, person_id=person.id)


come_back_by_pin.is_writing = True  # type: ignore[attr-defined] # through _come_back


@bp.get("/return/new-pin")
def new_pin() -> ResponseReturnValue:
    return _new_pin_page(NewPinForm(formdata=None, contest=request.args.get("contest", "")))


@bp.post("/return/new-pin")
def choose_new_pin() -> ResponseReturnValue:
    """Let somebody with a code of the help desk choose a new PIN, and come back with it."""
    form = NewPinForm()
    if not form.validate():
        form.show_refusal(PageTooOld())
        return _new_pin_page(form), PageTooOld.status
    try:
        return _choose_new_pin(form)
    except Refusal as refusal:
        if isinstance(refusal, BadEntry):
            form.show_problems(list(refusal.problems))
        else:
            form.show_refusal(refusal)
        return _new_pin_page(form), refusal.status, refusal.headers


@writes
def _choose_new_pin(form: NewPinForm) -> ResponseReturnValue:
    contest = service.get_contest(form.contest.data or "")
    new = NewPin(phone=form.phone.data or "", code=form.code.data or "", pin=form.pin.data or "")
    source = request.remote_addr or ""
    person = people.set_pin_by_code(contest.id, new, source=source, at=clock.now())
    answer = redirect(_round_page(contest), 303)
    return remember_person(make_response(answer), contest_id=contest.id, person_id=person.id)


choose_new_pin.is_writing = True  # type: ignore[attr-defined] # through _choose_new_pin


def _offered(meant: str) -> list[ContestCard]:
    """Return the contests that a form offers to come back to, with the one its link means."""
    shown = list(open_first(clock.now()))
    other = service.find_contest(meant) if meant not in {one.slug for one in shown} else None
    return ([other] if other else []) + shown


def _round_page(contest: ContestCard) -> str:
    number = round_of_interest(contest).number
    return url_for("attempts.ready", slug=contest.slug, number=number)


def _join_page(contest: ContestCard, form: JoinForm, *, chosen: str = "") -> str:
    """Render the form with the units that fit what was typed and the one that was chosen."""
    chosen = request.form.get("unit", chosen)
    card = _present_unit(chosen)
    typed = _typed_unit(request.form)
    found = units.search_units(typed, on=_today(), limit=UNITS_SHOWN) if typed else []
    if card is not None and card.code not in {one.code for one in found}:
        found = [card, *found]
    return render_template(
        "contests/join.html",
        contest=contest,
        round=round_of_interest(contest),
        form=form,
        found=found,
        chosen=card.code if card else "",
        others=others_on_phone(read_contestant().others_in(contest.id), contest.id),
        has_looked=bool(typed),
    )


def _return_page(form: ReturnForm) -> str:
    offered = _offered(form.contest.data or "")
    form.contest.choices = [(one.slug, one.title) for one in offered]
    hotline = _hotline(offered, form.contest.data)
    return render_template("contests/return.html", form=form, hotline=hotline)


def _new_pin_page(form: NewPinForm) -> str:
    offered = _offered(form.contest.data or "")
    form.contest.choices = [(one.slug, one.title) for one in offered]
    hotline = _hotline(offered, form.contest.data)
    return render_template("contests/new_pin.html", form=form, hotline=hotline)


def _hotline(offered: Sequence[ContestCard], meant: str | None) -> str | None:
    """Return the number of the contest that is meant, or of the only one there is."""
    chosen = [one for one in offered if one.slug == meant] or offered
    return chosen[0].hotline if len(chosen) == 1 else None


def _entry(form: JoinForm) -> Entry:
    unit = _present_unit(request.form.get("unit", ""))
    year = (form.birth_year.data or "").strip()
    return Entry(
        name=form.name.data or "",
        phone=form.phone.data or "",
        unit_id=unit.id if unit else None,
        unit_text=None if unit else form.unit_text.data,
        pin=form.pin.data or "",
        birth_year=int(year) if year.isascii() and year.isdecimal() else None,
        show_name=bool(form.consent_show_name.data),
        consent_version=CONSENT_VERSION,
    )


def _present_unit(code: str) -> UnitCard | None:
    """Return the unit of a code, or the one that stands for it now; None when there is none."""
    card = units.find_unit(code, on=_today()) if code else None
    if card is None or not card.has_ended:
        return card
    heir = units.get_present_ids(on=_today()).get(card.id, card.id)
    return None if heir == card.id else units.get_unit_by_id(heir, on=_today())


def _problems(
    contest: ContestCard, form: JoinForm, entry: Entry, *, at: datetime
) -> list[tuple[str, str]]:
    """Return everything that is wrong with the form at once, in the order of its fields."""
    problems = list(people.check_entry(entry, at=at))
    age = age_problem(round_of_interest(contest).rules, entry.birth_year, year=at.year)
    if age is not None:
        problems.append(("birth_year", age))
    if not form.consent_take_part.data:
        problems.append(("consent_take_part", N_("Cần bạn đồng ý thì mới ghi danh được.")))
    return problems


def _typed_unit(fields: Mapping[str, str]) -> str:
    return (fields.get("unit_text") or fields.get("q") or "").strip()[:200]


def _today() -> date:
    return day_in_vietnam(clock.now())
