import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from quizapp import clock
from quizapp.attempts import service
from quizapp.attempts.errors import BadAnswers, BadPrediction, Over
from quizapp.attempts.paper_page import (
    known_answers,
    paper_page,
    paper_page_again,
)
from quizapp.attempts.result_page import result_page
from quizapp.attempts.result_picture import result_picture, result_words
from quizapp.attempts.service import Phone, Saved, SaveOutcome, Sheet, outcome, reporting
from quizapp.attempts.service.notices import get_notices
from quizapp.attempts.words import offer_words
from quizapp.banks.errors import NoSuchReason
from quizapp.banks.words import reason_words
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.contests.views import others_on_phone
from quizapp.db import transaction, writes, writes_itself
from quizapp.people import service as people
from quizapp.people.service import PersonCard
from quizapp.standings import service as standings
from quizapp.standings.service import FrozenScope
from quizapp.standings.service.freezing import Seen, as_seen, find_frozen_place
from quizapp.standings.service.unit_places import UnitPlace, find_unit_places
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.contestant import read_contestant
from quizapp.web.formats import milliseconds
from quizapp.web.guards import check_form_token, form_token, read_form_token, require_json
from quizapp.web.language import words_of

bp = Blueprint("attempts", __name__, template_folder="templates")
ASK_AGAIN_SECONDS = 5
POSITION = re.compile(r"[1-9]\d{0,2}")
STATUS = {Saved.DONE: 200, Saved.HELD: 409, Saved.STALE: 409}


@bp.get("/c/<slug>/rounds/<int:number>")
def ready(slug: str, number: int) -> ResponseReturnValue:
    """Show what awaits the person and until when, before the tap that starts the clock."""
    contest = contests.get_contest(slug)
    one = contests.get_round(contest, number)
    contestant = read_contestant()
    person = people.find_person(contestant.person_in(contest.id) or 0)
    if person is None:
        return redirect(url_for("contests.join", slug=contest.slug))
    now = clock.now()
    turns = outcome.get_turns(contest.id, person.id, at=now)
    ends_at = service.end_if_begun(one, person, at=now)
    return render_template(
        "attempts/ready.html",
        contest=contest,
        round=one,
        person=person,
        now=now,
        phase=one.phase(now),
        ends_at=ends_at,
        ms=_as_milliseconds(one, ends_at=ends_at, now=now),
        is_short=ends_at - now < one.rules.time_limit,
        turns=turns,
        left=outcome.count_left(one, turns, at=now),
        is_running=outcome.has_running(one, turns),
        token=_start_token(one, person.id, number=outcome.number_to_start(one, turns)),
        leave_token=form_token("leave", str(contest.id)),
        others_token=form_token("others", str(contest.id)),
        others=others_on_phone(contestant.others_in(contest.id), contest.id),
        notices=get_notices(contest, person.id, at=now),
    )


def _as_milliseconds(one: RoundCard, *, ends_at: datetime, now: datetime) -> Mapping[str, int]:
    """Return what tells a script until when a paper runs that begins later than now."""
    closes = milliseconds(one.window.closes_at)
    limit = int(one.rules.time_limit.total_seconds() * 1000)
    told = {"now": milliseconds(now), "opens": milliseconds(one.window.opens_at), "closes": closes}
    extra = milliseconds(ends_at) - min(told["now"] + limit, closes)
    return told | {"limit": limit, "extra": extra}


@bp.post("/c/<slug>/rounds/<int:number>/attempts")
@writes
def start(slug: str, number: int) -> ResponseReturnValue:
    contest = contests.get_contest(slug)
    one = contests.get_round(contest, number)
    contestant = read_contestant()
    person = people.hold_person(contestant.person_in(contest.id) or 0)
    if person is None:
        return redirect(url_for("contests.join", slug=contest.slug), 303)
    number = int(read_form_token("start", str(one.id), str(person.id)))
    public_id = service.start_attempt(
        one, person, holder=contestant.holder, number=number, at=clock.now()
    )
    return redirect(url_for("attempts.paper", public_id=public_id), 303)


@bp.get("/a/<public_id>")
def paper(public_id: str) -> ResponseReturnValue:
    now = clock.now()
    found = service.get_paper(public_id, _phone(), at=now)
    if found is None:
        return redirect(url_for("attempts.result", public_id=public_id))
    if not found.is_held:
        return _held_elsewhere(found)
    return paper_page(found, now=now)


@bp.put("/a/<public_id>/answers")
@writes_itself
def save(public_id: str) -> ResponseReturnValue:
    require_json()
    now = clock.now()
    body = _json_body()
    op = body.get("op")
    if not isinstance(op, int) or isinstance(op, bool) or not 1 <= op < 1 << 31:
        raise BadAnswers(problem="op")
    phone, sheet = _phone(), _json_sheet(body)
    saved = service.save_at_once(public_id, phone, sheet, op=op, at=now)
    if saved is None:
        with transaction():
            saved = service.save_answers(public_id, phone, sheet, op=op, at=now)
    if saved.saved is Saved.OVER:
        raise Over
    return _saved(saved, now=milliseconds(now)), STATUS[saved.saved]


@bp.post("/a/<public_id>/submit")
@writes
def submit(public_id: str) -> ResponseReturnValue:
    now = clock.now()
    result_url = url_for("attempts.result", public_id=public_id)
    if request.is_json:
        service.submit_attempt(public_id, _phone(), _json_sheet(_json_body()), at=now)
        return jsonify(result=result_url)
    check_form_token("submit", public_id)
    try:
        sheet = _form_sheet(request.form)
    except BadAnswers as refusal:
        return _paper_again(public_id, refusal, now=now)
    service.submit_attempt(public_id, _phone(), sheet, at=now)
    return redirect(result_url, 303)


@bp.get("/a/<public_id>/result")
def result(public_id: str) -> ResponseReturnValue:
    now = clock.now()
    found = outcome.get_outcome(public_id, _phone(), at=now)
    if found is None:
        return _no_result_yet(public_id, at=now)
    return result_page(found)


@bp.get("/a/<public_id>/picture")
def picture(public_id: str) -> ResponseReturnValue:
    """Show a result as a picture to send on, and how to keep it."""
    found = outcome.get_outcome_to_show(public_id, _phone(), at=clock.now())
    return render_template("attempts/picture.html", outcome=found, said=result_words(found))


@bp.get("/a/<public_id>/result.png")
def picture_file(public_id: str) -> ResponseReturnValue:
    """Give the picture itself, only to whose result it is."""
    found = outcome.get_outcome_to_show(public_id, _phone(), at=clock.now())
    person = people.get_person_cards([found.person_id])[found.person_id]
    return result_picture(found, person.shown_name, is_kept="keep" in request.args)


@bp.get("/a/<public_id>/report")
def report(public_id: str) -> ResponseReturnValue:
    return _report_page(public_id)


@bp.post("/a/<public_id>/report")
def report_question(public_id: str) -> ResponseReturnValue:
    """Take a report of a question; show the form again when something was not chosen."""
    try:
        return _report(public_id)
    except NoSuchReason as refusal:
        return _report_page(public_id, refused=words_of(refusal)), refusal.status


@writes
def _report(public_id: str) -> ResponseReturnValue:
    reporting.get_reportable(public_id, _phone())  # somebody else's is not found, whatever is sent
    check_form_token("report", public_id)
    reporting.report(
        public_id,
        _phone(),
        request.form.get("question", 0, type=int),
        request.form.get("reason", ""),
        at=clock.now(),
    )
    return redirect(url_for("attempts.report", public_id=public_id, done=1), 303)


report_question.is_writing = True  # type: ignore[attr-defined] # through _report


@bp.get("/c/<slug>/me")
def me(slug: str) -> ResponseReturnValue:
    """Show a person's own attempts, rank and neighbours; nobody else may keep this page."""
    contest = contests.get_contest(slug)
    person = people.find_person(read_contestant().person_in(contest.id) or 0)
    if person is None:
        return redirect(url_for("contests.join", slug=contest.slug))
    now = clock.now()
    one, number = _round_of_mine(contest, now)
    seen = as_seen(contest, now)
    is_shown = seen.contest.shows_points(number, seen.at)
    place = _place(seen, number, person.id) if is_shown else None
    around = people.get_person_cards([line.person_id for line in place.lines]) if place else {}
    return render_template(
        "attempts/me.html",
        contest=seen.contest,
        round=one,
        number=number,
        person=person,
        turns=outcome.get_turns(contest.id, person.id, at=now),
        unit_places=_unit_places(seen, number, person),
        is_shown=is_shown,
        frozen_at=seen.frozen_at,
        place=place,
        people=around,
        notices=get_notices(contest, person.id, at=now),
    )


def _report_page(public_id: str, *, refused: str | None = None) -> str:
    return render_template(
        "attempts/report.html",
        paper=reporting.get_reportable(public_id, _phone()),
        reasons=reason_words(),
        token=form_token("report", public_id),
        typed=request.form,
        refused=refused,
        is_done="done" in request.args,
    )


def _round_of_mine(contest: ContestCard, now: datetime) -> tuple[RoundCard, int]:
    """Return the round that own results are asked of, and its number; 0: of the whole contest."""
    number = request.args.get("round", type=int)
    if number == 0 and contest.ranks_whole:
        return contest.rounds[-1], 0
    one = contests.get_round(contest, number) if number else contest.round_at(now)
    one = one or contest.rounds[-1]
    return one, one.number


def _place(seen: Seen, number: int, person_id: int) -> standings.Place | None:
    scope, hides = seen.scopes[number], seen.contest.hides(number, seen.at)
    divisions = seen.contest.rounds[number - 1].rules.divisions
    if isinstance(scope, FrozenScope):
        names = [one.name for one in divisions]
        return find_frozen_place(scope, person_id, hides=hides, divisions=names)
    return standings.find_place(scope, person_id, hides=hides, divisions=len(divisions))


def _unit_places(seen: Seen, number: int, person: PersonCard) -> Sequence[UnitPlace]:
    unit_id = person.unit_counted_id
    if unit_id is None:
        return []
    hides = seen.contest.hides(number, seen.at)
    on = day_in_vietnam(seen.at)
    return find_unit_places(seen.scopes[number], unit_id, hides=hides, on=on)


def _phone() -> Phone:
    contestant = read_contestant()
    return Phone(holder=contestant.holder, person_ids=contestant.person_ids)


def _paper_again(public_id: str, refusal: BadAnswers, *, now: datetime) -> ResponseReturnValue:
    """Show the paper with what was chosen and typed, and what is wrong with it."""
    found = service.get_paper(public_id, _phone(), at=now)
    if found is None:
        return redirect(url_for("attempts.result", public_id=public_id), 303)
    typed = {name: "".join(values) for name, values in request.form.lists()}
    page = paper_page_again(found, now=now, typed=typed, problem=words_of(refusal))
    return page, refusal.status


def _held_elsewhere(found: service.Paper) -> ResponseReturnValue:
    contest = contests.get_contest(found.slug)
    one = contests.get_round(contest, found.round_number)
    is_current = read_contestant().person_in(contest.id) == found.person_id
    page = render_template(
        "attempts/elsewhere.html",
        paper=found,
        token=_start_token(one, found.person_id, number=found.number),
        other=None if is_current else others_on_phone([found.person_id], contest.id),
        known=known_answers(found),
        offer_words=offer_words(),
    )
    return page, 409


def _no_result_yet(public_id: str, *, at: datetime) -> ResponseReturnValue:
    """Go back to a paper that runs; say so when it is over and the worker has not come to it."""
    if service.get_paper(public_id, _phone(), at=at) is not None:
        return redirect(url_for("attempts.paper", public_id=public_id))
    page = render_template(
        "attempts/waiting.html", paper=reporting.get_reportable(public_id, _phone())
    )
    return page, {"Refresh": str(ASK_AGAIN_SECONDS)}


def _start_token(one: RoundCard, person_id: int | None, *, number: int) -> str:
    """Return the token of one attempt's start: its form, sent again later, starts no other one."""
    return form_token("start", str(one.id), str(person_id), str(number))


def _saved(saved: SaveOutcome, *, now: int) -> Response:
    body: dict[str, object] = {
        "op": saved.op,
        "now": now,
        "deadline": milliseconds(saved.deadline_at),
    }
    if saved.is_paused:
        body["paused"] = True
    if saved.saved is not Saved.DONE:
        body |= {
            "saved": saved.saved,
            "answers": saved.answers,
            "prediction": saved.prediction,
        }
    return jsonify(body)


def _json_body() -> Mapping[str, object]:
    try:
        body = request.get_json(silent=True)
    except RecursionError as error:  # brackets nested thousands deep
        raise BadAnswers(problem="JSON") from error
    if not isinstance(body, dict):
        raise BadAnswers(problem="JSON")
    return body


def _json_sheet(body: Mapping[str, object]) -> Sheet:
    """Read {"answers": {"1": "B", "2": "BD", "3": null}, "prediction": 12}; both may be missing."""
    answers = body.get("answers", {})
    if not isinstance(answers, dict):
        raise BadAnswers(problem="answers")
    for position, letters in answers.items():
        if not POSITION.fullmatch(position) or not isinstance(letters, str | None):
            raise BadAnswers(problem=str(position)[:20])
    return Sheet(
        answers={int(position): letters for position, letters in answers.items()},
        prediction=_json_prediction(body.get("prediction")),
        has_prediction="prediction" in body,
    )


def _json_prediction(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
        raise BadAnswers(problem="prediction")
    return value


def _form_sheet(form: MultiDict[str, str]) -> Sheet:
    """Read `q17=B` fields, `q18=` with `q18=B` and `q18=D`; all else in a form is no answer.

    A question of several answers always sends an empty one: without any other it is left blank.
    """
    answers: dict[int, str | None] = {
        int(name[1:]): "".join(sorted(set(letters)))
        for name, letters in form.lists()
        if re.fullmatch(r"q[1-9]\d{0,2}", name)
        and all(re.fullmatch(r"[A-H]?", letter) for letter in letters)
    }
    return Sheet(
        answers=answers,
        prediction=_prediction(form.get("prediction")),
        has_prediction="prediction" in form,
    )


def _prediction(typed: str | None) -> int | None:
    """Read a whole number; people write 1.234 or 1 234 for one thousand two hundred thirty-four."""
    digits = re.sub(r"[\s.,]", "", typed or "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        raise BadPrediction(typed=(typed or "")[:20])
    return int(digits)
