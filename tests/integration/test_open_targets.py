"""While a prediction is open nothing that anybody may read tells what is predicted.

Every page is compared, byte by byte, before and after one more has done what is counted.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Response
from sqlalchemy import update

from quizapp.attempts.models import Attempt
from quizapp.attempts.service.finish import record_again
from quizapp.contests.models import Round
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard, get_contest
from quizapp.db import db, transaction
from quizapp.events.rules import usual_states
from quizapp.people.service import PersonCard, Role
from quizapp.web.contestant import remember_person
from tests.integration.pages import Page
from tests.making import attempts, contests, events, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

EVERYBODY = 112  # one more is still between 110 and 119
BOARDS = (
    *("people", "provinces", "sectors", "units/VGCL", "units/P_HUE"),
    *("people/territorial", "people/others", "divisions/territorial"),
)
TARGETS = ("unique_participants", "attempts", "unique_all_correct")
TOKEN = re.compile(rb'name="csrf_token" [^>]*>')
BEHIND = (18, 17, 16, 15, 14, 13)  # what the last ones have right
FREE_TEXT = 5  # people who typed their unit


# What changes with one more person, or one more who is all right, where nothing is kept back.
TELLING = {
    "unique_participants": {
        "/c/tim-hieu/boards/provinces?round=1",
        "/c/tim-hieu/boards/units/VGCL.json?round=1&units=now",
        "/c/tim-hieu/boards/provinces.json?round=1&order=mean",
        "/c/tim-hieu/me?round=1",
    },
    "unique_all_correct": {"/c/tim-hieu/boards/provinces.json?round=1&order=mean"},
}


@dataclass(frozen=True, kw_only=True)
class Crowd:
    contest: ContestCard
    units: list
    all_but: PersonCard  # the first who is not all right
    event: object  # an evening in a hall
    who: PersonCard  # whose own pages are read; neither is among the neighbours of who comes


@pytest.fixture
def crowd(in_app, freeze):
    """Return a maker of a contest in which EVERYBODY took part, all right but the last one."""

    def make(target):
        freeze(NOON + timedelta(minutes=40))
        contest = contests.contest(
            prediction={"target": target} if target else None,
            ranking=["score desc", "duration asc", "submitted_at asc"],
            boards=["territorial", "others"],
        )
        made = [
            *units.made_units(
                units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế"),
                units.unit_row("P_NGA", name="Liên đoàn Lao động tỉnh Nghệ An"),
            ).values()
        ]
        for n in range(EVERYBODY - len(BEHIND)):
            takes_part(contest, n, made[n % 3 == 0], right=20, minutes=5)
        behind = [
            takes_part(contest, 200 + right, made[0], right=right, minutes=6) for right in BEHIND
        ]
        event = events.event(contest, states=usual_states(), at=NOON)
        return Crowd(contest=contest, units=made, all_but=behind[0], who=behind[3], event=event)

    return make


def takes_part(contest, n, unit, *, right, minutes):
    of = {"unit_text": "Công ty May 10"} if n < FREE_TEXT else {"unit_id": unit.id}
    given = {"unit_id": None, "unit_text": None} | of
    source = f"198.51.100.{n % 200}"
    person = people.person(contest.id, phone=f"0912{n:06d}", source=source, **given)
    attempts.finished(contest, person, right=right, minutes=minutes)
    return person


def one_more(crowd, target):
    """Let one more do what is counted, behind everybody whose rank is told exactly."""
    if target != "unique_all_correct":
        takes_part(crowd.contest, EVERYBODY, crowd.units[0], right=12, minutes=6)
        return
    with transaction():
        mine = Attempt.person_id == crowd.all_but.id
        db.session.execute(update(Attempt).where(mine).values(right_count=20, points_milli=20_000))
        record_again(one_round=crowd.contest.rounds[0].id, person_ids={crowd.all_but.id})


@pytest.fixture
def read(app, new_client):
    """Return what reads every page: public ones, the last person's own, an organiser's."""
    clients = {}

    def everything(crowd):
        rolled_up()
        if not clients:
            clients.update(public=new_client(), person=new_client(), organiser=new_client())
            as_person(app, clients["person"], crowd)
            as_organiser(clients["organiser"])
        slug = crowd.contest.slug
        public = ["/", f"/c/{slug}", f"/c/{slug}/statistics", *(path for path in _boards(slug))]
        rests = ["/where.json", *(f"/parts/{one.id}.json" for one in crowd.event.states)]
        public += [events.path_of(crowd.contest, crowd.event, rest) for rest in rests]
        organiser = [
            f"/admin/c/{slug}/events/1/remote",
            "/admin",
            f"/admin/c/{slug}/people",
            f"/admin/c/{slug}/typed-units",
        ]
        organiser += [f"/admin/c/{slug}/ties", f"/admin/c/{slug}/live", f"/admin/c/{slug}/tickets"]
        organiser += [f"/admin/c/{slug}/press"]
        organiser += [f"/admin/c/{slug}/incidents"]
        asked = [("public", path) for path in public]
        asked += [("person", f"/c/{slug}/me?round=1"), ("person", f"/c/{slug}/rounds/1")]
        asked += [("organiser", path) for path in [*organiser, *_boards(slug)]]
        return {(who, path): told(clients[who].get(path)) for who, path in asked}

    return everything


def _boards(slug):
    for board in BOARDS:
        for ending in ("", ".json"):
            for query in ("", "?round=1", "?round=1&units=now"):
                yield f"/c/{slug}/boards/{board}{ending}{query}"
    for order in ("rate", "mean"):
        yield f"/c/{slug}/boards/provinces.json?round=1&order={order}"


def told(response):
    """Return what the answer tells: tokens of forms differ from one page to the next anyway."""
    headers = [
        (name, value) for name, value in response.headers if name not in {"Set-Cookie", "Date"}
    ]
    body = TOKEN.sub(b"", response.data)
    return response.status_code, sorted(headers), body


def as_person(app, client, crowd):
    with app.test_request_context():
        response = Response()
        remember_person(response, contest_id=crowd.contest.id, person_id=crowd.who.id)
    client.set_cookie("quizapp_me", response.headers["Set-Cookie"].partition("=")[2].split(";")[0])


def as_organiser(client):
    phone = people.organiser(phone="0987 650 431", role=Role.ORGANISER, at=NOON)
    db.session.rollback()
    form = Page(client.get("/signin").text).forms[0]
    fields = {"phone": phone, "password": people.PASSWORD}
    assert client.post("/signin", data=form.hidden | fields).status_code == 303


@pytest.mark.parametrize("target", TARGETS)
def test_one_more_changes_no_byte_while_the_target_is_open(crowd, read, target):
    made = crowd(target)
    before = read(made)

    one_more(made, target)

    after = read(made)
    assert {asked for asked in before if after[asked] != before[asked]} == set()
    assert {status for status, _, _ in before.values()} == {200}


@pytest.mark.only("sqlite")  # what tells is the same everywhere
@pytest.mark.parametrize("more", TELLING)
def test_without_a_prediction_the_same_pages_do_tell(crowd, read, more):
    """The control: were nothing compared that counts, the test above could not fail."""
    made = crowd(None)
    before = read(made)

    one_more(made, more)

    after = read(made)
    changed = {path for who, path in before if after[who, path] != before[who, path]}
    assert changed >= TELLING[more]


def test_what_was_kept_back_is_shown_after_the_close(crowd, read):
    made = crowd("unique_participants")
    before = read(made)
    assert Hidden.COUNTS in get_contest("tim-hieu").hides(1, NOON)
    db.session.remove()
    hidden = before["public", "/c/tim-hieu/boards/provinces.json?round=1"][2]
    assert b'"people"' not in hidden

    with transaction():
        db.session.execute(update(Round).values(closed_at=NOON + timedelta(minutes=50)))

    shown = read(made)["public", "/c/tim-hieu/boards/provinces.json?round=1"][2]
    assert b'"people":' in shown
