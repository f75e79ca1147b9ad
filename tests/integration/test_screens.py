"""The screens of a hall: who opens them, who moves them, and what they may tell."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.db import db, transaction
from quizapp.events import service
from quizapp.events.errors import AllRevealed, NeedsClose, NeedsFreeze
from quizapp.events.rules import Kind, State
from quizapp.people.service import Role
from quizapp.results import service as results
from quizapp.results.errors import AlreadyPublished
from tests.integration.pages import Page
from tests.integration.test_desk import signed_in
from tests.making import attempts, contests, events, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

__all__ = ["signed_in"]
STATES = (
    State(id=1, kind=Kind.WAIT),
    State(id=2, kind=Kind.JOIN),
    State(id=3, kind=Kind.COUNTS),
    State(id=4, kind=Kind.BOARD, board="provinces"),
    State(id=5, kind=Kind.BOARD, board="people"),
    State(id=6, kind=Kind.REVEAL, board="people", top=3),
    State(id=7, kind=Kind.PODIUM, board="people"),
)
REMOTE = "/admin/c/tim-hieu/events/1/remote"
RULES = {"prediction": None, "ranking": ["score desc", "duration asc", "submitted_at asc"]}


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON + timedelta(minutes=30))
    made = units.made_units(
        units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế"),
        units.unit_row("P_NGA", name="Liên đoàn Lao động tỉnh Nghệ An"),
    )
    contest = contests.contest(**RULES)
    for n, right in enumerate((20, 19, 18, 17)):
        take_part(contest, n, made["P_HUE" if n % 2 else "P_NGA"], right=right)
    rolled_up()
    return contest


def take_part(contest, n, unit, *, right, name=None):
    given = {"name": name} if name else {}
    person = people.person(
        contest.id, phone=f"0912{n:06d}", unit_id=unit.id, unit_text=None, **given
    )
    attempts.finished(contest, person, right=right, minutes=5)
    return person


def where(client, contest, event):
    answer = client.get(events.path_of(contest, event, "/where.json"))
    assert answer.status_code == 200
    return answer.json


def part(client, contest, event, state):
    answer = client.get(events.path_of(contest, event, f"/parts/{state}.json"))
    assert answer.status_code == 200
    return answer.json


def test_a_link_opens_the_screen_and_ends_when_it_is_renewed(contest, client):
    event = events.event(contest)
    path = events.path_of(contest, event)
    page = client.get(path)
    assert page.status_code == 200
    assert event.code in page.text.replace("<wbr>", "")
    assert f"/m/{event.code}" not in page.text.partition('class="qr"')[0]
    assert client.get(f"/m/{event.code}").location == "/c/tim-hieu"
    assert client.get("/m/000000").status_code == 404

    with transaction():
        service.renew_link(events.OPERATOR, contest, event.number, at=NOON)

    for rest in ("", "/where.json", "/parts/1.json"):
        assert client.get(events.path_of(contest, event, rest)).status_code == 404
    assert client.get("/screen/tim-hieu").status_code == 404
    assert client.get(path.replace("tim-hieu", "khac")).status_code == 404


def test_a_link_is_renewed_after_a_question_and_the_page_says_what_follows(contest, signed_in):
    events.event(contest)
    organiser = signed_in(Role.ORGANISER)
    path = "/admin/c/tim-hieu/events/1"
    page = organiser.get(path).text
    asked = page[page.index("<summary>Đổi đường dẫn</summary>") :].partition("</details>")[0]
    assert "Mọi màn hình đang mở bằng đường dẫn cũ dừng" in asked
    assert 'name="renew"' in asked
    token = Page(page).forms[0].hidden["csrf_token"]

    after = organiser.post(path, data={"csrf_token": token, "renew": "1"}, follow_redirects=True)

    assert "Màn hình mở bằng đường dẫn cũ đã dừng" in after.text
    assert "đã dừng" not in organiser.get(path).text


def test_the_operator_moves_the_screens_and_they_load_every_state_ahead(contest, client, signed_in):
    event = events.event(contest, states=STATES)
    organiser = signed_in(Role.ORGANISER)
    before = where(client, contest, event)
    assert [one["kind"] for one in before["states"]] == [one.kind for one in STATES]
    assert before["position"] == 0
    board = part(client, contest, event, 4)
    assert [row[1] for row in board["rows"]] == [
        "Liên đoàn Lao động Thành phố Huế",
        "Liên đoàn Lao động tỉnh Nghệ An",
    ]

    page = Page(organiser.get(REMOTE).text)
    token = page.forms[0].hidden["csrf_token"]
    assert organiser.post(REMOTE, data={"csrf_token": token, "to": "4"}).status_code == 303

    after = where(client, contest, event)
    assert (after["position"], after["moves"]) == (4, before["moves"] + 1)
    assert after["states"] == before["states"]  # nothing else has to be read again


def test_a_clicker_moves_everybody_unless_the_operator_moved_meanwhile(contest, client):
    event = events.event(contest, states=STATES)
    step = events.path_of(contest, event, "/step")
    told = client.post(step, json={"position": 2, "moves": event.moves}).json
    assert told == {"moves": event.moves + 1, "position": 2}

    events.shown(contest, event, 4)

    late = client.post(step, json={"position": 3, "moves": told["moves"]}).json
    assert late["position"] == 4
    assert client.post(step, data={"position": "1"}).status_code == 415
    for bad in ({}, {"position": -1, "moves": 0}, {"position": True, "moves": 0}, [1]):
        assert client.post(step, json=bad).status_code == 404


def closed(contest, freeze):
    """Let the worker close the round, as it is asked to."""
    freeze(NOON + timedelta(days=6))
    results.close_round(contest.slug, 1, Why(actor="system", reason="Hết giờ"))
    db.session.remove()


def test_a_reveal_needs_a_freeze_and_a_close_and_tells_one_place_at_a_time(contest, client, freeze):
    event = events.event(contest, states=STATES)
    events.shown(contest, event, 5)
    with pytest.raises(NeedsFreeze):
        events.begun(contest, event)
    events.frozen(contest)
    with pytest.raises(NeedsClose):
        events.begun(contest, event)
    closed(contest, freeze)
    events.begun(contest, event)

    told = [part(client, contest, event, 6)["rows"]]
    for shown in range(2):
        events.told_next(contest, event, shown=shown)
        events.told_next(contest, event, shown=shown)  # a second tap tells nothing more
        told.append(part(client, contest, event, 6)["rows"])

    assert [[row[0] for row in rows] for rows in told] == [[], ["3"], ["2", "3"]]
    assert events.again(contest).freeze_id is not None
    events.told_next(contest, event, shown=2)
    assert [row[0] for row in part(client, contest, event, 6)["rows"]] == ["1", "2", "3"]
    # The last place of the last reveal lets the boards go, and from then on nothing is undone.
    assert events.again(contest).freeze_id is None
    with pytest.raises(AllRevealed):
        events.told_next(contest, event, shown=3)
    db.session.rollback()
    with pytest.raises(AlreadyPublished), transaction():
        results.undo_close(contest.slug, 1, Why(actor="system", reason="Nhầm"), at=NOON)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [one for one in actions if one.startswith(("event.rev", "contest.thaw"))] == [
        "event.reveal",
        "event.reveal",
        "event.reveal",
        "contest.thaw",
    ]


def test_a_clicker_tells_the_next_place_once_and_nothing_of_a_close_that_is_undone(
    contest, client, freeze
):
    event = events.event(contest, states=STATES)
    card = events.shown(contest, event, 5)
    events.frozen(contest)
    closed(contest, freeze)
    events.begun(contest, event)
    step = events.path_of(contest, event, "/step")
    ask = {"position": 5, "moves": card.moves + 1, "reveal": 0}
    for _ in range(2):
        assert client.post(step, json=ask).json == {"moves": card.moves + 2, "position": 5}
    assert [row[0] for row in part(client, contest, event, 6)["rows"]] == ["3"]

    with transaction():
        why = Why(actor="system", reason="Chốt nhầm")
        results.undo_close(contest.slug, 1, why, at=NOON)

    assert client.post(step, json=ask | {"reveal": 1}).status_code == 409
    assert [row[0] for row in part(client, contest, event, 6)["rows"]] == ["3"]


def test_freezing_and_letting_go_need_a_reason_and_stand_in_the_log(contest, signed_in):
    events.event(contest, states=STATES)
    organiser = signed_in(Role.ORGANISER)
    path = REMOTE.replace("remote", "freeze")
    token = Page(organiser.get(REMOTE).text).forms[0].hidden["csrf_token"]

    refused = organiser.post(path, data={"csrf_token": token, "freeze": "1", "reason": " "})
    assert refused.status_code == 422
    done = organiser.post(path, data={"csrf_token": token, "freeze": "1", "reason": "Đến lễ"})
    assert done.status_code == 303
    again = organiser.post(path, data={"csrf_token": token, "freeze": "1", "reason": "Nữa"})
    assert again.status_code == 409
    assert "Nữa" in again.text
    organiser.post(path, data={"csrf_token": token, "thaw": "1", "reason": "Xong lễ"})

    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.reason)
        .where(AuditEntry.action.like("contest.%"))
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in rows][-2:] == [
        ("contest.freeze", "Đến lễ"),
        ("contest.thaw", "Xong lễ"),
    ]


def test_states_are_added_moved_and_taken_out_and_bad_ones_refused(contest, client, signed_in):
    event = events.event(contest, states=STATES)
    organiser = signed_in(Role.ORGANISER)
    path = "/admin/c/tim-hieu/events/1"
    token = Page(organiser.get(path).text).forms[0].hidden["csrf_token"]

    def change(**fields):
        return organiser.post(path, data={"csrf_token": token} | fields)

    assert change(add="1", kind="board", board="sectors", order="rate").status_code == 303
    assert change(earlier="4").status_code == 303
    assert change(remove="1").status_code == 303
    bad = change(add="1", kind="message", text="")
    assert bad.status_code == 422
    assert "lời nhắn có từ 1 đến 240 chữ" in bad.text
    found = where(client, contest, event)
    assert [one["id"] for one in found["states"]] == [2, 4, 3, 5, 6, 7, 8]
    assert json.loads(client.get(events.path_of(contest, event, "/parts/8.json")).data)
    assert client.get(events.path_of(contest, event, "/parts/1.json")).status_code == 404
