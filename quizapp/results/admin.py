"""Organisers see who is equal at the edge of a prize, decide where they may, and close rounds."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.results import service
from quizapp.results.forms import CloseForm, PlaceForm
from quizapp.results.service import CloseState, desk, live, live_sheets
from quizapp.results.service.desk import Typed
from quizapp.web.language import words_of

bp = Blueprint("results_admin", __name__, template_folder="templates")
PLACE = "place-"
View = Callable[[str, int], ResponseReturnValue]
LOOK_AGAIN_SECONDS = 3
LIVE_AGAIN_SECONDS = 15
ACTIONABLE = {409, 422}


def shown_again(view: View) -> View:
    """Show the ties with what was typed when the organiser can put right what was refused."""

    @wraps(view)
    def wrapper(slug: str, number: int) -> ResponseReturnValue:
        try:
            return view(slug, number)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            return _page(slug, refused=words_of(refusal), about=number), refusal.status

    return wrapper


@bp.get("/admin/c/<slug>/ties")
@organisers_only
def ties(slug: str) -> ResponseReturnValue:
    return _page(slug)


@bp.post("/admin/c/<slug>/ties/<int:number>")
@shown_again
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


def close_shown_again(view: View) -> View:
    """Show the rounds again with why what was asked cannot be done."""

    @wraps(view)
    def wrapper(slug: str, number: int) -> ResponseReturnValue:
        try:
            return view(slug, number)
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            page = _close_page(slug, refused=words_of(refusal), about=number)
            return make_response(page), refusal.status

    return wrapper


@bp.get("/admin/c/<slug>/close")
@organisers_only
def rounds_to_close(slug: str) -> ResponseReturnValue:
    """Show where each round stands on its way to final results."""
    return _close_page(slug)


@bp.post("/admin/c/<slug>/close/<int:number>")
@close_shown_again
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
    """Show how the contest goes now; the browser looks again by itself."""
    room = live.get_room(current_organiser(), slug, at=clock.now())
    page = render_template("results/live.html", room=room)
    return page, {"Refresh": str(LIVE_AGAIN_SECONDS)}


@bp.get("/admin/c/<slug>/live.xlsx")
@organisers_only
def live_workbook(slug: str) -> ResponseReturnValue:
    room = live.get_shown_room(current_organiser(), slug, at=clock.now())
    response = make_response(live_sheets.write(room))
    response.mimetype = live_sheets.MIMETYPE
    name = f"truc-tiep-{room.contest.slug}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _close_page(
    slug: str, *, refused: str | None = None, about: int | None = None
) -> ResponseReturnValue:
    contest, rounds = service.get_rounds_to_close(current_organiser(), slug, at=clock.now())
    page = render_template(
        "results/close.html",
        contest=contest,
        rounds=rounds,
        form=CloseForm(formdata=None),
        typed=request.form.get("reason", ""),
        refused=refused,
        about=about,
    )
    is_asked = any(one.state is CloseState.ASKED for one in rounds)
    return page, {"Refresh": str(LOOK_AGAIN_SECONDS)} if is_asked and not refused else {}


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
