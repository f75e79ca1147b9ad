"""Certificates of having taken part: the person's page and picture, and a page to check a code."""

from datetime import datetime

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quizapp import clock
from quizapp.attempts.certificate_picture import certificate_picture
from quizapp.attempts.errors import TooManyChecks
from quizapp.attempts.service import Phone
from quizapp.attempts.service.certifying import get_certificate, verify
from quizapp.contests import service as contests
from quizapp.db import kept_for_good
from quizapp.web.contestant import read_contestant
from quizapp.web.pace import Pace

bp = Blueprint("certificates", __name__, template_folder="templates")
# Of one process: a hall that scans is far below it, and looking through codes is hopeless.
PER_SECOND, BURST, WAIT = 10, 60, 5


@bp.get("/a/<public_id>/certificate")
def show(public_id: str) -> ResponseReturnValue:
    """Show that somebody took part, as a picture to keep."""
    found = get_certificate(public_id, _phone())
    return render_template("attempts/certificate.html", certificate=found)


@bp.get("/a/<public_id>/certificate.png")
def file(public_id: str) -> ResponseReturnValue:
    """Give the picture itself, only to whose certificate it is."""
    found = get_certificate(public_id, _phone())
    address = url_for(
        "certificates.check", slug=found.slug, code=found.code, lang=None, _external=True
    )
    return certificate_picture(found, address, is_kept="keep" in request.args)


@bp.get("/c/<slug>/verify")
def check(slug: str) -> ResponseReturnValue:
    """Tell anybody what is true now of a certificate's code; nobody else is found by it."""
    contest, typed = contests.get_contest(slug), request.args.get("code", "")[:40]
    checked, found = None, None
    if typed.strip():
        _take_turn(clock.now())
        checked, found = verify(contest, typed)
    page = render_template(
        "attempts/verify.html", contest=contest, typed=typed, checked=checked, certificate=found
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"  # what was true is not what is true
    answer.headers["X-Robots-Tag"] = "noindex"  # a name stands on it
    return answer


def _take_turn(now: datetime) -> None:
    shelf = kept_for_good("certificate_pace")
    pace = shelf.setdefault("pace", Pace(per_second=PER_SECOND, burst=BURST))
    if not pace.take(now):
        raise TooManyChecks(wait=WAIT)


def _phone() -> Phone:
    contestant = read_contestant()
    return Phone(holder=contestant.holder, person_ids=contestant.person_ids)
