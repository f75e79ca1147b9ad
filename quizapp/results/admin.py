"""Organisers decide between equals, close rounds, watch the live room and end rehearsals."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests.rules.schedule import BadMoment, read_moment
from quizapp.contests.service import ContestCard
from quizapp.db import writes
from quizapp.errors import NotFound, Refusal
from quizapp.people.forms import ButtonForm, ReasonForm
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.results import service
from quizapp.results.forms import CloseForm, PlaceForm
from quizapp.results.service import desk, emptying, live, live_sheets
from quizapp.results.service.desk import Typed
from quizapp.results.service.ties import numbers_of
from quizapp.results.service.winners import Winner, get_winners
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.again import shown_again
from quizapp.web.language import words_of
from quizapp.web.parts import asks_for_part, render_part

bp = Blueprint("results_admin", __name__, template_folder="templates")
PLACE = "place-"


def _ties_again(refusal: Refusal, slug: str, number: int) -> ResponseReturnValue:
    """Show the ties with what was typed."""
    return _page(slug, refused=words_of(refusal), about=number)


def _close_again(refusal: Refusal, slug: str, number: int) -> ResponseReturnValue:
    """Show the rounds again with why what was asked cannot be done."""
    return _close_page(slug, refused=words_of(refusal), about=number)


def _empty_again(refusal: Refusal, slug: str) -> ResponseReturnValue:
    """Ask again, with the reason as it was typed."""
    form = ReasonForm()
    form.reason.errors = [words_of(refusal)]
    return _empty_page(slug, form)


@bp.get("/admin/c/<slug>/ties")
@organisers_only
def ties(slug: str) -> ResponseReturnValue:
    return _page(slug)


@bp.post("/admin/c/<slug>/ties/<int:number>")
@shown_again(_ties_again)
@writes
@organisers_only
def place(slug: str, number: int) -> ResponseReturnValue:
    form = PlaceForm()
    form.check()
    typed = Typed(
        tied_with=form.tied.data or "",
        places={
            name.removeprefix(PLACE): text
            for name, text in request.form.items()
            if name.startswith(PLACE)
        },
        reason=form.reason.data or "",
    )
    desk.place(current_organiser(), slug, number, typed, at=clock.now())
    return redirect(url_for("results_admin.ties", slug=slug, done=1), 303)


@bp.get("/admin/c/<slug>/close")
@organisers_only
def rounds_to_close(slug: str) -> ResponseReturnValue:
    """Show where each round stands on its way to final results."""
    return _close_page(slug)


@bp.post("/admin/c/<slug>/close/<int:number>")
@shown_again(_close_again)
@writes
@organisers_only
def close(slug: str, number: int) -> ResponseReturnValue:
    """Ask the worker to close a round, or to undo its close."""
    form = CloseForm()
    form.check()
    service.ask_close(
        current_organiser(),
        slug,
        number,
        undoes="undo" in request.form,
        reason=form.reason.data or "",
        at=clock.now(),
    )
    return redirect(url_for("results_admin.rounds_to_close", slug=slug), 303)


@bp.get("/admin/c/<slug>/live")
@organisers_only
def live_room(slug: str) -> ResponseReturnValue:
    """Show how the contest goes now; the page asks for what changed by itself."""
    room = live.get_room(current_organiser(), slug, at=clock.now())
    if asks_for_part():
        return render_part("results/_live.html", room=room)
    day, bad_day = _asked_day()
    room = live.with_units_by_hour(room, day)
    form = ButtonForm(formdata=None)
    return render_template("results/live.html", room=room, bad_day=bad_day, form=form)


@bp.post("/admin/c/<slug>/live/workbook")
@writes
@organisers_only
def live_workbook(slug: str) -> ResponseReturnValue:
    """Ask the worker for the numbers in a file."""
    ButtonForm().check()
    organiser, (day, _) = current_organiser(), _asked_day()
    job = live_sheets.ask_workbook(organiser, slug, day=day, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=job), 303)


@bp.get("/admin/c/<slug>/empty")
@organisers_only
def empty(slug: str) -> ResponseReturnValue:
    """Say what goes when a rehearsal is emptied, and ask why."""
    return _empty_page(slug, ReasonForm(formdata=None))


@bp.post("/admin/c/<slug>/empty")
@shown_again(_empty_again)
@writes
@organisers_only
def empty_now(slug: str) -> ResponseReturnValue:
    """End a rehearsal, put it away and erase everybody who took part."""
    form = ReasonForm()
    form.check()
    reason = form.reason.data or ""
    job = emptying.ask_empty(current_organiser(), slug, reason=reason, at=clock.now())
    return redirect(url_for("people_jobs.job", public_id=job), 303)


def _asked_day() -> tuple[date | None, str]:
    """Return the day asked for (None: today), and what was typed if it is no day."""
    typed = request.values.get("day", "").strip()[:10]
    try:
        return (day_in_vietnam(read_moment(f"{typed} 00:00")) if typed else None), ""
    except BadMoment:
        return None, typed


def _empty_page(slug: str, form: ReasonForm) -> str:
    contest = emptying.get_rehearsal(current_organiser(), slug)
    return render_template("results/empty.html", contest=contest, form=form)


def _close_page(
    slug: str, *, refused: str | None = None, about: int | None = None
) -> ResponseReturnValue:
    contest, rounds = service.get_rounds_to_close(current_organiser(), slug, at=clock.now())
    shown = {
        "contest": contest,
        "form": CloseForm(formdata=None),
        "typed": request.form.get("reason", ""),
        "refused": refused,
        "about": about,
    }
    if asks_for_part():
        number = request.args.get("round", 0, type=int)
        asked = next((one for one in rounds if one.one.number == number), None)
        if asked is None:
            raise NotFound
        winners = _winners(contest, [number])
        return render_part("results/_round_to_close.html", round=asked, winners=winners, **shown)
    winners = _winners(contest, numbers_of(contest))
    return render_template("results/close.html", rounds=rounds, winners=winners, **shown)


def _winners(contest: ContestCard, numbers: Sequence[int]) -> dict[int, Sequence[Winner]]:
    """Return who has to be called, of each round asked for; only a closed one costs a statement."""
    return {one: get_winners(contest, one, at=clock.now()) for one in numbers}


def _page(slug: str, *, refused: str | None = None, about: int | None = None) -> str:
    contest, found = desk.get_ties(current_organiser(), slug, at=clock.now())
    return render_template(
        "results/ties.html",
        contest=contest,
        found=found,
        form=PlaceForm(formdata=None),
        typed=request.form,
        about=about,
        refused=refused,
        is_done="done" in request.args,
    )
