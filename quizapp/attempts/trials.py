"""“Thử như thí sinh”: an organiser takes a paper that is stored nowhere and counts nowhere."""

from datetime import timedelta

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.errors import BadAnswers
from quizapp.attempts.paper_page import known_answers
from quizapp.attempts.pieces import questions_html
from quizapp.attempts.service.trying import Trial, get_trial_paper, new_trial, read_trial
from quizapp.attempts.words import offer_words, script_words
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.db import writes
from quizapp.errors import NotFound
from quizapp.people.rules.policy import Permission
from quizapp.people.service import may
from quizapp.people.sign_in import current_organiser, organisers_only
from quizapp.web.formats import second
from quizapp.web.guards import check_form_token, form_token, require_json

bp = Blueprint("trials", __name__, template_folder="templates")
DRAFTS, CONTESTS = "drafts", "contests"
ONE_MS = timedelta(milliseconds=1)


@bp.get("/admin/drafts/<public_id>/try")
@organisers_only
def try_draft(public_id: str) -> ResponseReturnValue:
    """Say what a trial is, before its clock runs; begin one when that was asked."""
    return _ready_page(DRAFTS, public_id)


@bp.get("/admin/c/<slug>/try")
@organisers_only
def try_contest(slug: str) -> ResponseReturnValue:
    """Say what a trial is, before its clock runs; begin one when that was asked."""
    return _ready_page(CONTESTS, slug)


@bp.get("/admin/try/<kind>/<name>/<trial>")
@organisers_only
def paper(kind: str, name: str, trial: str) -> ResponseReturnValue:
    """Show the paper of a trial as a contestant sees one."""
    contest, found, now = _contest(kind, name), read_trial(trial), clock.now()
    shown = get_trial_paper(contest, found)
    if now > shown.deadline_at:
        return redirect(_address("result", kind, name, found))
    return render_template(
        "attempts/paper.html",
        paper=shown,
        questions=questions_html(shown.lines, typed={}),
        now_ms=_ms(now - found.started_at, found),
        deadline_ms=_ms(shown.deadline_at - found.started_at, found),
        deadline_text=second(shown.deadline_at),
        token=form_token("trial", found.name),
        typed={},
        problem="",
        words=script_words(),
        answered=0,
        known=known_answers(shown),
        offer_words=offer_words(),
        urls={part: _address(part, kind, name, found) for part in ("submit", "save", "result")},
    )


@bp.put("/admin/try/<kind>/<name>/<trial>/answers")
@writes
@organisers_only
def save(kind: str, name: str, trial: str) -> ResponseReturnValue:
    """Answer a save as the server of a real paper does; nothing is kept."""
    require_json()
    contest, found, now = _contest(kind, name), read_trial(trial), clock.now()
    body = request.get_json(silent=True)
    op = body.get("op") if isinstance(body, dict) else None
    if not isinstance(op, int):
        raise BadAnswers(problem="op")
    deadline = get_trial_paper(contest, found).deadline_at
    return jsonify(
        op=op,
        now=_ms(now - found.started_at, found),
        deadline=_ms(deadline - found.started_at, found),
    )


@bp.post("/admin/try/<kind>/<name>/<trial>/submit")
@writes
@organisers_only
def submit(kind: str, name: str, trial: str) -> ResponseReturnValue:
    """End a trial; what was answered is dropped here."""
    found = read_trial(trial)
    _contest(kind, name)
    to = _address("result", kind, name, found)
    if request.is_json:
        return jsonify(result=to)
    check_form_token("trial", found.name)
    return redirect(to, 303)


@bp.get("/admin/try/<kind>/<name>/<trial>/result")
@organisers_only
def result(kind: str, name: str, trial: str) -> ResponseReturnValue:
    """Say what a contestant would see here, and that nothing was counted."""
    read_trial(trial)
    contest = _contest(kind, name)
    return render_template(
        "attempts/trial_result.html",
        contest=contest,
        rules=contest.rounds[0].rules,
        again=_start(kind, name),
        up=_up(kind, name),
    )


def _ready_page(kind: str, name: str) -> ResponseReturnValue:
    contest = _contest(kind, name)
    if "begin" in request.args:
        # Its start stands in the address of its paper: no clock runs while this page is read.
        return redirect(_address(None, kind, name, new_trial(at=clock.now())), 303)
    return render_template(
        "attempts/trial.html",
        contest=contest,
        rules=contest.rounds[0].rules,
        start=_start(kind, name),
        up=_up(kind, name),
    )


def _contest(kind: str, name: str) -> ContestCard:
    """Return the contest to try, stored or still a draft. Raises NotFound, NotYetWhole."""
    organiser = current_organiser()
    if kind == DRAFTS:
        draft = contests.get_draft(organiser, name)
        found = contests.look_at(organiser, draft, at=clock.now())
        return contests.whole_contest(found)
    if kind != CONTESTS:
        raise NotFound
    contest = contests.get_contest(name)
    if not may(organiser, Permission.RUN_CONTESTS, contest.owner_unit_id):
        raise NotFound
    return contest


def _address(part: str | None, kind: str, name: str, trial: Trial) -> str:
    endpoint = f"trials.{part or 'paper'}"
    return url_for(endpoint, kind=kind, name=name, trial=trial.name)


def _start(kind: str, name: str) -> str:
    if kind == DRAFTS:
        return url_for("trials.try_draft", public_id=name, begin=1)
    return url_for("trials.try_contest", slug=name, begin=1)


def _up(kind: str, name: str) -> str:
    if kind == DRAFTS:
        return url_for("contests_admin.draft", public_id=name, step="check")
    return url_for("contests_admin.home")


def _ms(passed: timedelta, trial: Trial) -> int:
    return int(trial.name.partition("-")[0]) + passed // ONE_MS
