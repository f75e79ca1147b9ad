"""An organiser's home, new contests, and the head counts of the units granted."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service
from quizapp.contests.forms import MOST_ROUNDS, ContestForm, HeadCountForm
from quizapp.contests.service import Preview, TypedContest
from quizapp.contests.words import bank_words, preset_words
from quizapp.db import writes
from quizapp.errors import Refusal
from quizapp.people.service import Permission, may_somewhere, sees
from quizapp.people.service import counting as desk
from quizapp.people.service.counting import TypedCount
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.language import words_of

bp = Blueprint("contests_admin", __name__, template_folder="templates")
ACTIONABLE = {404, 409, 422}


def counts_shown_again(
    view: Callable[[], ResponseReturnValue],
) -> Callable[[], ResponseReturnValue]:
    """Show the head counts with what was typed when the organiser can put right what was wrong."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            return _counts_page(HeadCountForm(), refused=words_of(refusal)), refusal.status

    return wrapper


@bp.get("/admin")
@organisers_only
def home() -> ResponseReturnValue:
    """Show the contests of the units that the organiser was granted, and their state now."""
    organiser = current_organiser()
    granted = [grant.unit_id for grant in organiser.grants]
    contests = service.get_contests_within(granted)
    return render_template(
        "contests/home.html",
        organiser=organiser,
        contests=contests,
        seen={one.id for one in contests if sees(organiser, one.owner_unit_id)},
        holds=may_somewhere(organiser, Permission.RUN_CONTESTS),
        grants=may_somewhere(organiser, Permission.GRANT_ROLES),
        reads_log=may_somewhere(organiser, Permission.READ_AUDIT),
        above=service.get_contests_above(granted),
        now=clock.now(),
    )


def contest_shown_again(
    view: Callable[[], ResponseReturnValue],
) -> Callable[[], ResponseReturnValue]:
    """Show the form of a new contest with what was typed, and what is wrong at its fields."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            form = ContestForm()
            form.mark(refusal)
            return _contest_page(form), refusal.status

    return wrapper


@bp.get("/admin/contests/new")
@organisers_only
def new_contest() -> ResponseReturnValue:
    return _contest_page(ContestForm(formdata=None))


@bp.post("/admin/contests/new")
@contest_shown_again
@writes
@organisers_only
def enter_contest() -> ResponseReturnValue:
    """Create what was typed and looked at; before that, show what would come of it.

    What differs from what was looked at, for a field or a bank's newer version, is shown again.
    """
    form = ContestForm()
    form.check()
    typed, now = _typed_contest(form), clock.now()
    if "more" in request.form:
        if len(form.rounds) < MOST_ROUNDS:
            form.rounds.append_entry()
        return _contest_page(form)
    preview = service.preview_contest(current_organiser(), typed, at=now)
    if "create" not in request.form or request.form.get("seen") != preview.digest:
        return _contest_page(form, preview=preview)
    service.create_typed(current_organiser(), typed, at=now)
    return redirect(url_for("contests_admin.home"), 303)


@bp.get("/admin/head-counts")
@organisers_only
def head_counts() -> ResponseReturnValue:
    """Show how many members the units granted and their children have, and enter more."""
    return _counts_page(HeadCountForm(formdata=None))


@bp.post("/admin/head-counts")
@counts_shown_again
@writes
@organisers_only
def enter_head_count() -> ResponseReturnValue:
    form = HeadCountForm()
    form.check()
    desk.enter_count(current_organiser(), _typed(form), at=clock.now())
    return redirect(url_for("contests_admin.head_counts"), 303)


@bp.post("/admin/head-counts/lock")
@counts_shown_again
@writes
@organisers_only
def lock_head_count() -> ResponseReturnValue:
    form = HeadCountForm()
    form.check()
    desk.lock_count(current_organiser(), _typed(form), at=clock.now())
    return redirect(url_for("contests_admin.head_counts"), 303)


def _typed_contest(form: ContestForm) -> TypedContest:
    return TypedContest(
        title=form.title.data or "",
        slug=form.slug.data or "",
        unit=form.unit.data or "",
        controller=form.controller.data or "",
        preset=form.preset.data or "",
        bank=form.bank.data or "",
        changes={name: form[name].data or "" for name in ("questions", "minutes", "attempts_max")},
        rounds=[(one.opens.data or "", one.closes.data or "") for one in form.rounds],
    )


def _contest_page(form: ContestForm, *, preview: Preview | None = None) -> str:
    choices = service.get_choices(current_organiser(), at=clock.now())
    form.unit.choices = [(unit.code, unit.name) for unit in choices.units]
    form.bank.choices = [
        (
            bank.code,
            bank_words(bank.title, number=bank.newest.number, asked=bank.newest.question_count),
        )
        for bank in choices.banks
    ]
    form.preset.choices = [(name, preset_words(name)) for name in choices.presets]
    return render_template("contests/new.html", form=form, preview=preview, choices=choices)


def _typed(form: HeadCountForm) -> TypedCount:
    return TypedCount(
        unit=form.unit.data or "",
        members=form.members.data or "",
        counted_on=form.counted_on.data or "",
        source=form.source.data or "",
    )


def _counts_page(form: HeadCountForm, *, refused: str | None = None) -> str:
    lines = desk.get_counts(current_organiser(), at=clock.now())
    return render_template("contests/head_counts.html", form=form, lines=lines, refused=refused)
