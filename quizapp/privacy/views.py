"""What people read about their data, and “Dữ liệu của tôi”: see, correct, take along, erase."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.contests.views.joining import CONSENT_VERSION
from quizapp.db import writes
from quizapp.errors import N_, Refusal
from quizapp.people import service as people
from quizapp.people.service import PersonCard, PersonState
from quizapp.privacy import service
from quizapp.privacy.errors import BadWish, LinkTooOld
from quizapp.privacy.service import Field
from quizapp.privacy.service.asking import Proof
from quizapp.web.again import shown_again
from quizapp.web.contestant import forget_person, read_contestant
from quizapp.web.formats import last_day
from quizapp.web.guards import check_form_token, form_token, read_signed, signed
from quizapp.web.headers import keep_publicly
from quizapp.web.language import translated, words_of

bp = Blueprint("privacy", __name__, template_folder="templates")
bp.add_app_template_filter(last_day, "last_day")
LINK_LASTS = timedelta(minutes=10)
NOT_SURE = N_("Hãy đánh dấu vào ô “Tôi hiểu” rồi gửi lại.")
ANY = range(400, 500)


@bp.app_template_filter()
def version_day(version: str) -> str:
    """`22/11/2026` for the text's version `2026-11-22`."""
    return "/".join(reversed(version.split("-")))


@bp.get("/privacy")
def about() -> ResponseReturnValue:
    """Say how data are protected in all contests, and where each contest tells its own."""
    shown = [one for one in contests.get_contests() if one.is_listed]
    return keep_publicly(make_response(render_template("privacy/about.html", contests=shown)))


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return keep_publicly(make_response(render_template("privacy/accessibility.html")))


@bp.get("/c/<slug>/privacy")
def statement(slug: str) -> ResponseReturnValue:
    """Say who answers for the data of a contest, what they are for, how long they are kept."""
    contest = contests.get_contest(slug)
    page = render_template(
        "privacy/statement.html",
        contest=contest,
        rules=contest.rounds[-1].rules,
        kept_until=service.get_kept_until(contest),
    )
    return keep_publicly(make_response(page))


@bp.get("/c/<slug>/my-data")
def my_data(slug: str) -> ResponseReturnValue:
    contest = contests.get_contest(slug)
    person = _find_me(contest)
    if person is None:
        return redirect(url_for("contests.come_back", contest=contest.slug))
    return _page(contest, person)


def _again(refusal: Refusal, slug: str) -> ResponseReturnValue:
    """Show the page with what is refused; failures stay counted."""
    contest = contests.get_contest(slug)
    person = _find_me(contest)
    if person is None:
        raise refusal
    return _page(contest, person, refused=_words(refusal))


@bp.post("/c/<slug>/my-data/consents")
@shown_again(_again, statuses=ANY)
@writes
def change_consent(slug: str) -> ResponseReturnValue:
    """Take one agreement back, or agree again that the whole name is shown.

    But for hiding the name, which harms nobody, the PIN is asked: phones go round.
    """
    contest, person, now = *_me(slug), clock.now()
    wish = request.form.get("wish", "")
    if wish == "leave":
        if not request.form.get("sure"):
            raise BadWish(problem=NOT_SURE)
        service.stop_taking_part(person, _proof(), at=now)
    elif wish == "show_name":
        service.show_name(person, _proof(), version=CONSENT_VERSION, at=now)
    else:
        service.hide_name(person, at=now)
    return _back(contest, done="consent")


@bp.post("/c/<slug>/my-data/correct")
@shown_again(_again, statuses=ANY)
@writes
def correct(slug: str) -> ResponseReturnValue:
    contest, person = _me(slug)
    asked = request.form.get("field", "")
    field = Field(asked) if asked in set(Field) else Field.NAME
    typed = request.form.get("wanted", "")
    is_done = service.ask_correction(person, field, typed, at=clock.now())
    return _back(contest, done="corrected" if is_done else "asked")


@bp.post("/c/<slug>/my-data/export")
@shown_again(_again, statuses=ANY)
@writes
def export(slug: str) -> ResponseReturnValue:
    """Let who knows the PIN fetch the file, by a plain address: in-app browsers take no other."""
    contest, person = _me(slug)
    now = clock.now()
    service.open_export(person, _proof(), at=now)
    key = signed("export", str(person.id), str(int(now.timestamp())))
    return redirect(url_for("privacy.export_file", slug=contest.slug, key=key), 303)


@bp.get("/c/<slug>/my-data/export/<key>")
def export_file(slug: str, key: str) -> ResponseReturnValue:
    """Give everything held about the person as a ZIP. Raises LinkTooOld."""
    contest, now = contests.get_contest(slug), clock.now()
    person = _find_me(contest)
    if person is None:
        return redirect(url_for("contests.come_back", contest=contest.slug))
    _check_fresh(int(read_signed(key, "export", str(person.id))), now=now)
    made = service.get_export(contest, person, at=now)
    page = render_template("privacy/export.html", file=made.file, made=made)
    response = Response(made.packed(page), mimetype="application/zip")
    name = f"du-lieu-cua-toi-{contest.slug}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.post("/c/<slug>/my-data/erase")
@shown_again(_again, statuses=ANY)
@writes
def erase(slug: str) -> ResponseReturnValue:
    """Erase who knows the PIN, at once or when the organisers have settled the prizes."""
    contest, person = _me(slug)
    if not request.form.get("sure"):
        raise BadWish(problem=NOT_SURE)
    if not service.erase_own(contest, person, _proof(), at=clock.now()):
        return _back(contest, done="asked")
    answer = redirect(url_for("privacy.statement", slug=contest.slug, _anchor="erased"), 303)
    return forget_person(make_response(answer), contest_id=contest.id)


def _me(slug: str) -> tuple[ContestCard, PersonCard]:
    """Return the contest and who sends the form. Raises NotFound, PageTooOld."""
    contest = contests.get_contest(slug)
    person = _find_me(contest)
    check_form_token("my-data", str(person.id if person else 0))
    if person is None:  # a token of nobody is never given out
        raise LinkTooOld
    return contest, person


def _find_me(contest: ContestCard) -> PersonCard | None:
    """Return who takes part on this phone; nobody where another phone had the data erased."""
    found = people.find_person(read_contestant().person_in(contest.id) or 0)
    return None if found is None or found.state is PersonState.ERASED else found


def _page(contest: ContestCard, person: PersonCard, *, refused: str | None = None) -> str:
    return render_template(
        "privacy/my_data.html",
        contest=contest,
        file=service.get_own_file(contest, person, at=clock.now()),
        token=form_token("my-data", str(person.id)),
        typed={name: request.form.get(name, "") for name in ("field", "wanted")},
        refused=refused,
        done=request.args.get("done", ""),
    )


def _back(contest: ContestCard, *, done: str) -> ResponseReturnValue:
    return redirect(url_for("privacy.my_data", slug=contest.slug, done=done), 303)


def _proof() -> Proof:
    return Proof(pin=request.form.get("pin", "").strip(), source=request.remote_addr or "")


def _check_fresh(given: int, *, now: datetime) -> None:
    if now - LINK_LASTS > datetime.fromtimestamp(given, tz=now.tzinfo):
        raise LinkTooOld


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, BadWish):
        return translated(str(refusal.facts["problem"]))
    return words_of(refusal)
