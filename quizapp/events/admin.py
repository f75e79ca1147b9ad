"""Organisers prepare an evening, and run it from a phone."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests.service import ContestCard
from quizapp.contests.service.changing import get_run_contest
from quizapp.contests.sharing import qr
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.events import service
from quizapp.events.bodies import lines_of
from quizapp.events.errors import RehearsalHoldsNothing
from quizapp.events.forms import EventForm, StateForm
from quizapp.events.rules import OF_BOARDS, REVEALED, Kind, State
from quizapp.events.service import EventCard
from quizapp.events.service.arranging import Look
from quizapp.events.words import ASPECTS, BOARDS, KINDS, ORDERS, THEMES, state_words
from quizapp.people.forms import ButtonForm, ReasonForm
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.standings.service.freezing import as_seen
from quizapp.web.again import shown_again
from quizapp.web.language import translated, words_of
from quizapp.web.parts import asks_for_part, page_or_part

bp = Blueprint("events_admin", __name__, template_folder="templates")
bp.add_app_template_filter(state_words)
EARLIER, LATER = -1, 1


def _events_again(refusal: Refusal, slug: str) -> ResponseReturnValue:
    """Show the events with what was typed, and why it was not taken."""
    form = EventForm()
    form.mark(refusal)
    return _events_page(slug, form)


def _event_again(refusal: Refusal, slug: str, number: int) -> ResponseReturnValue:
    """Show the event with what was typed, and why it was not taken."""
    return _event_page(slug, number, refused=words_of(refusal))


def _remote_again(refusal: Refusal, slug: str, number: int) -> ResponseReturnValue:
    """Show the remote as it is now, and why what was asked was not done."""
    return _remote_page(slug, number, refused=words_of(refusal))


@bp.get("/admin/c/<slug>/events")
@organisers_only
def events(slug: str) -> ResponseReturnValue:
    """Show the contest's evenings, and a form for another."""
    return _events_page(slug, EventForm(formdata=None))


@bp.post("/admin/c/<slug>/events")
@shown_again(_events_again)
@writes
@organisers_only
def create(slug: str) -> ResponseReturnValue:
    """Make an evening with the states that most have."""
    form = EventForm()
    form.check()
    organiser = current_organiser()
    contest = get_run_contest(organiser, slug)
    event = service.create_event(
        contest, _look(form), actor=f"organiser:{organiser.id}", at=clock.now()
    )
    return redirect(url_for("events_admin.event", slug=slug, number=event.number), 303)


@bp.get("/admin/c/<slug>/events/<int:number>")
@organisers_only
def event(slug: str, number: int) -> ResponseReturnValue:
    """Show an evening: its look, its states, its links."""
    return _event_page(slug, number)


@bp.post("/admin/c/<slug>/events/<int:number>")
@shown_again(_event_again)
@writes
@organisers_only
def change(slug: str, number: int) -> ResponseReturnValue:
    """Change the look, or the list of states by one, or end the links given out."""
    ButtonForm().check()
    organiser, at = current_organiser(), clock.now()
    contest = get_run_contest(organiser, slug)
    if "add" in request.form:
        state = _state(StateForm())
        service.add_state(organiser, contest, number, state, at=at)
    elif "earlier" in request.form:
        service.move_state(organiser, contest, number, _id("earlier"), by=EARLIER, at=at)
    elif "later" in request.form:
        service.move_state(organiser, contest, number, _id("later"), by=LATER, at=at)
    elif "remove" in request.form:
        service.remove_state(organiser, contest, number, _id("remove"), at=at)
    elif "rehearse" in request.form:
        number = service.rehearse_event(organiser, contest, number, at=at).number
    elif "renew" in request.form:
        service.renew_link(organiser, contest, number, at=at)
        page = url_for("events_admin.event", slug=slug, number=number, renewed=1)
        return redirect(page, 303)
    else:
        service.change_event(organiser, contest, number, _look(EventForm()), at=at)
    return redirect(url_for("events_admin.event", slug=slug, number=number), 303)


@bp.get("/admin/c/<slug>/events/<int:number>/remote")
@organisers_only
def remote(slug: str, number: int) -> ResponseReturnValue:
    """Show what screens show now and what comes next, with large buttons."""
    return _remote_page(slug, number)


@bp.post("/admin/c/<slug>/events/<int:number>/remote")
@shown_again(_remote_again)
@writes
@organisers_only
def play(slug: str, number: int) -> ResponseReturnValue:
    """Move the screens, say something on them, or tell the next place."""
    ButtonForm().check()
    organiser, at = current_organiser(), clock.now()
    contest = get_run_contest(organiser, slug)
    actor = f"organiser:{organiser.id}"
    if "say" in request.form:
        service.say(organiser, contest, number, request.form.get("text", ""), at=at)
    elif "begin" in request.form:
        service.begin_reveal(contest, number, actor=actor, at=at)
    elif "reveal" in request.form:
        service.reveal_next(contest, number, shown=_id("reveal"), actor=actor, at=at)
    else:
        service.go_to(contest, number, _id("to"))
    if asks_for_part():
        return _remote_page(slug, number)
    return redirect(url_for("events_admin.remote", slug=slug, number=number), 303)


@bp.post("/admin/c/<slug>/events/<int:number>/freeze")
@shown_again(_remote_again)
@writes
@organisers_only
def freeze(slug: str, number: int) -> ResponseReturnValue:
    """Keep everything public as it is, or let it go again; either with a reason."""
    form = ReasonForm()
    form.check()
    organiser, at = current_organiser(), clock.now()
    contest = get_run_contest(organiser, slug)
    if service.get_event(contest, number).is_rehearsal:
        raise RehearsalHoldsNothing
    actor, reason = f"organiser:{organiser.id}", form.reason.data or ""
    if "thaw" in request.form:
        service.thaw(contest, actor=actor, reason=reason, at=at)
    else:
        service.freeze(contest, actor=actor, reason=reason, at=at)
    return redirect(url_for("events_admin.remote", slug=slug, number=number), 303)


@bp.post("/admin/c/<slug>/events/<int:number>/pack")
@shown_again(_event_again)
@writes
@organisers_only
def pack(slug: str, number: int) -> ResponseReturnValue:
    """Ask for the evening in a file that plays without a network."""
    form = ReasonForm()
    form.check()
    organiser = current_organiser()
    contest = get_run_contest(organiser, slug)
    code = service.get_event(contest, number).code
    job = service.ask_pack(
        contest,
        number,
        actor=f"organiser:{organiser.id}",
        reason=form.reason.data or "",
        address=url_for("events.by_code", digits=code, lang=None, _external=True),
        at=clock.now(),
    )
    return redirect(url_for("people_jobs.job", public_id=job), 303)


def _look(form: EventForm) -> Look:
    number = form.round.data or ""
    return Look(
        title=form.title.data or "",
        round_number=int(number) if number.isascii() and number.isdecimal() else -1,
        theme=form.theme.data or "",
        aspect=form.aspect.data or "",
    )


def _state(form: StateForm) -> State:
    """Return the state that was asked for, of its fields those that its kind has."""
    asked, top = form.kind.data or "", form.top.data or ""
    kind = Kind(asked) if asked in set(Kind) else Kind.WAIT
    has_board = kind in OF_BOARDS
    board = (form.board.data or "") if has_board else ""
    return State(
        id=0,
        kind=kind,
        board=board,
        order=(form.order.data or "") if has_board and board != "people" else "people",
        top=int(top) if kind is Kind.REVEAL and top.isascii() and top.isdecimal() else 0,
        text=(form.text.data or "").strip() if kind is Kind.MESSAGE else "",
    )


def _id(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _choices(form: EventForm, contest: ContestCard) -> EventForm:
    whole = [("0", translated("Cả cuộc thi"))] if contest.ranks_whole else []
    form.round.choices = [*((str(one.number), one.title) for one in contest.rounds), *whole]
    form.theme.choices = [(name, translated(words)) for name, words in THEMES.items()]
    form.aspect.choices = [(name, translated(words)) for name, words in ASPECTS.items()]
    return form


def _state_form() -> StateForm:
    form = StateForm() if "add" in request.form else StateForm(formdata=None)
    form.kind.choices = [(name, translated(words)) for name, words in KINDS.items()]
    form.board.choices = [(name, translated(words)) for name, words in BOARDS.items()]
    form.order.choices = [(name, translated(words)) for name, words in ORDERS.items()]
    form.top.choices = [(str(one), str(one)) for one in REVEALED]
    return form


def _events_page(slug: str, form: EventForm) -> str:
    contest = get_run_contest(current_organiser(), slug)
    return render_template(
        "events/events.html",
        contest=contest,
        events=service.get_events(contest),
        form=_choices(form, contest),
    )


def _event_page(slug: str, number: int, *, refused: str = "") -> str:
    contest = get_run_contest(current_organiser(), slug)
    found = service.get_event(contest, number)
    is_typed = "title" in request.form
    typed = {
        "title": found.title,
        "round": str(found.round_number),
        "theme": found.theme,
        "aspect": found.aspect,
    }
    form = EventForm() if is_typed else EventForm(formdata=None, data=typed)
    address = _screen_address(contest, found)
    return render_template(
        "events/event.html",
        contest=contest,
        event=found,
        form=_choices(form, contest),
        state_form=_state_form(),
        reason=ReasonForm(formdata=None).reason.label.text,
        typed=request.form,
        address=address,
        qr=qr(address),
        refused=refused,
        is_renewed="renewed" in request.args,
    )


def _remote_page(slug: str, number: int, *, refused: str = "") -> ResponseReturnValue:
    organiser = current_organiser()
    contest = get_run_contest(organiser, slug)
    found = service.get_event(contest, number)
    shown = found.shown
    is_reveal = shown is not None and shown.kind is Kind.REVEAL
    revealing = service.get_revealing(found, shown) if shown and is_reveal else None
    page = page_or_part(
        "events/remote.html",
        "events/_remote.html",
        contest=contest,
        event=found,
        address=_screen_address(contest, found),
        is_reveal=is_reveal,
        revealing=revealing,
        coming=lines_of(revealing.coming, shown.order) if revealing and shown else [],
        frozen_at=None if found.is_rehearsal else as_seen(contest, clock.now()).frozen_at,
        form=ReasonForm(formdata=None),
        typed=request.form,
        refused=refused,
    )
    return make_response(page)


def _screen_address(contest: ContestCard, found: EventCard) -> str:
    key = service.link_of(contest, found)
    return url_for("events.screen", slug=contest.slug, k=key, _external=True)
