"""Preparing a contest: six steps that may be filled in any order, saved as they are typed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service, words
from quizapp.contests.admin.routes import ACTIONABLE, OF_FILES, bp, sent_file
from quizapp.contests.admin.weekly import get_weekly_windows, weekly_typed
from quizapp.contests.errors import DraftChanged
from quizapp.contests.forms import NewDraftForm
from quizapp.contests.pdf import as_pdf
from quizapp.contests.rules import asking
from quizapp.contests.rules.drafts import (
    MOST_ROUNDS,
    TICK,
    Step,
    changed,
    of_step,
    rounds_typed,
    step_of,
    typed_rounds,
)
from quizapp.contests.rules.regulation import closing, hidden_words, opening
from quizapp.contests.rules.schedule import WEEKDAYS
from quizapp.contests.service import DraftCard, Outlook
from quizapp.contests.service.signed import LARGEST, expect_upload
from quizapp.db import writes
from quizapp.errors import N_, NotFound, Refusal
from quizapp.people.errors import BadEntry, NotSignedIn
from quizapp.people.forms import ButtonForm
from quizapp.people.sign_in import count_upload, current_organiser, organisers_only
from quizapp.web.language import words_of

View = Callable[..., ResponseReturnValue]
PARTS = {  # what follows from what is typed: id of its place → template
    "preview": "contests/_preview.html",
    "steps": "contests/_steps.html",
    "supply-now": "contests/_supply.html",
}


@bp.get("/admin/contests/new")
@organisers_only
def new_contest() -> ResponseReturnValue:
    """Ask for whom a contest is held, and which rules to begin with."""
    return _new_page(NewDraftForm(formdata=None))


def new_shown_again(view: View) -> View:
    """Show the first page with what was typed, and what is wrong at its fields."""

    @wraps(view)
    def wrapper() -> ResponseReturnValue:
        try:
            return view()
        except Refusal as refusal:
            if refusal.status not in {409, 422}:
                raise
            form = NewDraftForm()
            form.mark(refusal)
            return _new_page(form), refusal.status

    return wrapper


@bp.post("/admin/contests/new")
@new_shown_again
@writes
@organisers_only
def begin() -> ResponseReturnValue:
    """Begin a draft and go to its first step."""
    form = NewDraftForm()
    form.check()
    public_id = service.begin_draft(
        current_organiser(),
        unit_code=form.unit.data or "",
        preset=form.preset.data or "",
        title=form.title.data or "",
        at=clock.now(),
    )
    return redirect(url_for("contests_admin.draft", public_id=public_id, step=Step.BASICS), 303)


@bp.get("/admin/drafts/<public_id>/steps/<step>")
@organisers_only
def draft(public_id: str, step: str) -> ResponseReturnValue:
    """Show one step as it is typed so far, with what is wrong once it was sent."""
    found = service.get_draft(current_organiser(), public_id)
    return _step_page(found, _step(step), is_told="told" in request.args)


def step_shown_again(view: View) -> View:
    """Show a step again with what was typed; somebody else's words stand beside one's own."""

    @wraps(view)
    def wrapper(public_id: str, step: str) -> ResponseReturnValue:
        try:
            return view(public_id, step)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            if refusal.status not in ACTIONABLE:
                raise
            if _wants_json():
                return jsonify(error=words_of(refusal)), refusal.status
            return _again(public_id, _step(step), refusal), refusal.status

    return wrapper


@bp.post("/admin/drafts/<public_id>/steps/<step>")
@step_shown_again
@writes
@organisers_only
def save(public_id: str, step: str) -> ResponseReturnValue:
    """Keep what a step sends, right or wrong; a button may ask for something beside."""
    ButtonForm().check()
    organiser, now, place = current_organiser(), clock.now(), _step(step)
    seen = request.form.get("seen", "")
    kept = service.save_step(organiser, public_id, place, _sent(place), seen=seen, at=now)
    if _wants_json():
        return jsonify(_told(service.look_at(organiser, kept, at=now), place))
    if "use_preset" in request.form:
        kept = service.use_preset(organiser, public_id, request.form.get("preset", ""), at=now)
    if "generate" in request.form:
        schedule = rounds_typed(get_weekly_windows(request.form, now=now))
        kept = service.replace_step(organiser, public_id, place, schedule, at=now)
    return redirect(_next(kept, place, now), 303)


def _compare(public_id: str) -> None:
    service.compare_for_approval(current_organiser(), public_id, at=clock.now())


@bp.post("/admin/drafts/<public_id>/approve")
@service.compares_first(_compare)
@writes
@organisers_only
def approve(public_id: str) -> ResponseReturnValue:
    """Make the draft a contest: its rounds open by the clock."""
    ButtonForm().check()
    contest = service.approve_draft(current_organiser(), public_id, at=clock.now())
    return redirect(url_for("contests_admin.home", _anchor=f"c-{contest.slug}"), 303)


def reads_pdf(view: View) -> View:
    """Read the file that was sent, above `@writes`: nobody waits while it arrives."""

    @wraps(view)
    def wrapper(public_id: str) -> ResponseReturnValue:
        expect_upload(current_organiser(), public_id)
        name, content = sent_file(LARGEST)
        try:
            return view(public_id, name, content)
        except Refusal as refusal:
            if refusal.status not in OF_FILES:
                raise
            return _again(public_id, Step.REGULATION, refusal), refusal.status, refusal.headers

    return wrapper


@bp.post("/admin/drafts/<public_id>/signed")
@reads_pdf
@writes
@organisers_only
def upload_signed(public_id: str, file_name: str, content: bytes) -> ResponseReturnValue:
    """Keep the scanned regulation of a draft, and what is typed beside it."""
    count_upload()
    organiser, now, step = current_organiser(), clock.now(), Step.REGULATION
    if "seen" in request.form:  # a page from before this release sends the file alone
        seen = request.form["seen"]
        service.save_step(organiser, public_id, step, _sent(step), seen=seen, at=now)
    service.store_signed(organiser, public_id, file_name=file_name, content=content, at=now)
    page = url_for("contests_admin.draft", public_id=public_id, step=Step.REGULATION)
    return redirect(page, 303)


@bp.get("/admin/drafts/<public_id>/signed.pdf")
@organisers_only
def signed(public_id: str) -> ResponseReturnValue:
    """Give the scanned regulation back, as a file that runs nothing."""
    found = service.get_draft(current_organiser(), public_id)
    return as_pdf(service.get_content(found), name=f"the-le-{public_id[:8]}.pdf")


@bp.get("/admin/drafts/<public_id>/preview")
@organisers_only
def preview(public_id: str) -> ResponseReturnValue:
    """Show the contest page that would come of the draft."""
    organiser, now = current_organiser(), clock.now()
    outlook = service.look_at(organiser, service.get_draft(organiser, public_id), at=now)
    return render_template("contests/preview.html", outlook=outlook, contest=outlook.contest)


@bp.get("/admin/drafts/<public_id>/print")
@organisers_only
def draft_regulation(public_id: str) -> ResponseReturnValue:
    """Show the regulation that follows from the rules, to be printed and signed."""
    organiser, now = current_organiser(), clock.now()
    outlook = service.look_at(organiser, service.get_draft(organiser, public_id), at=now)
    return render_template(
        "contests/regulation.html",
        title=outlook.draft.title,
        points=outlook.regulation,
        number=outlook.draft.typed.get("regulation_number", ""),
        day=outlook.draft.typed.get("regulation_date", ""),
        up=url_for("contests_admin.draft", public_id=public_id, step=Step.REGULATION),
    )


def _step(name: str) -> Step:
    try:
        return Step(name)
    except ValueError:
        raise NotFound from None


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _sent(step: Step) -> dict[str, str]:
    return {name: text for name, text in request.form.items() if step_of(name) is step}


def _told(outlook: Outlook, step: Step) -> dict[str, Any]:
    """Return what a page that saved by itself shows: what is wrong, and what would come of it."""
    shown = {
        "outlook": outlook,
        "draft": outlook.draft,
        "step": step,
        "steps": list(Step),
        "words": words,
    }
    return {
        "seen": outlook.draft.seen(step),
        "problems": {one.field: one.words for one in outlook.problems_of(step)},
        "left": len(outlook.problems),
        "parts": {place: render_template(part, **shown) for place, part in PARTS.items()},
    }


def _next(kept: DraftCard, step: Step, now: datetime) -> str:
    """Return the page to go to: this step while a button asked for something or it has problems."""
    asked = {"use_preset", "generate", "more", "save"} & request.form.keys()
    problems = service.look_at(current_organiser(), kept, at=now).problems_of(step)
    steps = list(Step)
    following = steps[min(steps.index(step) + 1, len(steps) - 1)]
    stays = bool(asked) or bool(problems)
    given: dict[str, Any] = {"told": 1} if problems and not asked else {}
    if "more" in request.form:
        given = {"more": 1}
    to = step if stays else following
    return url_for("contests_admin.draft", public_id=kept.public_id, step=to, **given)


def _again(public_id: str, step: Step, refusal: Refusal) -> str:
    """Render a step with what was just sent; beside it what somebody else has stored meanwhile."""
    stored = service.get_draft(current_organiser(), public_id)
    mine = _sent(step)
    differing = changed(mine, of_step(stored.typed, step)) if _is_conflict(refusal) else []
    return _step_page(
        stored,
        step,
        mine=mine if step is not Step.REGULATION or mine else None,
        refusal=refusal,
        theirs={name: stored.typed.get(name, "") for name in differing},
    )


def _is_conflict(refusal: Refusal) -> bool:
    return isinstance(refusal, DraftChanged)


def _step_page(
    stored: DraftCard,
    step: Step,
    *,
    mine: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    theirs: Mapping[str, str] | None = None,
    is_told: bool = False,
) -> str:
    organiser, now = current_organiser(), clock.now()
    outlook = service.look_at(organiser, stored, at=now)
    typed = stored.typed if mine is None else mine
    wrong = dict(refusal.problems) if isinstance(refusal, BadEntry) else {}
    refused = words_of(refusal).splitlines() if refusal else []
    rounds = typed_rounds(typed) or [("", "")]
    if "more" in request.args and len(rounds) < MOST_ROUNDS:
        rounds.append(("", ""))
    return render_template(
        f"contests/draft_{step}.html",
        draft=stored,
        step=step,
        steps=list(Step),
        outlook=outlook,
        problems={one.field: one for one in outlook.problems_of(step)} if is_told else {},
        typed=typed,
        seen=stored.seen(step),
        refused=list(wrong.values()) or refused,
        weekly=weekly_typed(request.form),
        weekly_wrong=wrong,
        is_weekly="generate" in request.form,
        theirs=theirs or {},
        form=ButtonForm(formdata=None),
        choices=service.get_choices(organiser, at=now),
        groups=knob_groups(),
        rounds=rounds,
        weekdays=list(zip(WEEKDAYS, WEEKDAY_WORDS, strict=True)),
        signed=service.find_signed(stored),
        asking=asking,
        words=words,
        hidden=hidden_words,
        opening=opening,
        closing=closing,
        tick=TICK,
    )


def knob_groups(*, every: bool = False) -> list[tuple[str, list[str]]]:
    """Return the knobs of the step “rules” under their headings, or every one, in their order."""
    groups: dict[str, list[str]] = {}
    for knob in asking.offered():
        if every or step_of(knob) is Step.RULES:
            groups.setdefault(words.group_words(knob), []).append(knob)
    return list(groups.items())


WEEKDAY_WORDS = (
    N_("Thứ Hai"),
    N_("Thứ Ba"),
    N_("Thứ Tư"),
    N_("Thứ Năm"),
    N_("Thứ Sáu"),
    N_("Thứ Bảy"),
    N_("Chủ nhật"),
)


def _new_page(form: NewDraftForm) -> str:
    choices = service.get_choices(current_organiser(), at=clock.now())
    form.unit.choices = [(unit.code, unit.name) for unit in choices.units]
    form.preset.choices = [(name, words.preset_words(name)) for name in choices.presets]
    return render_template("contests/new.html", form=form, choices=choices)
