"""Organisers decide about people and attempts on pages, each within what they were granted."""

from dataclasses import dataclass

import pytest
from sqlalchemy import update

from quizapp.attempts.models import Attempt
from quizapp.audit.models import AuditEntry
from quizapp.db import db, transaction
from quizapp.people.service import Role, find_person
from tests.integration.pages import Page
from tests.making import attempts, contests, people, units
from tests.making.contests import NOON

PHONES = {"home": "0912 000 001", "away": "0912 000 002", "free": "0912 000 003"}
REASON = "đối chiếu danh sách"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """A contest of the confederation with one person of P_A, one of P_B and one of free text."""

    contest: object
    people: dict
    attempts: dict
    units: dict

    def path(self, about, who, action=""):
        public_id = self.attempts[who] if about == "attempts" else self.people[who].public_id.hex()
        return f"/admin/c/tim-hieu/{about}/{public_id}{action and '/' + action}"


@pytest.fixture
def desk(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    made = units.made_units(units.unit_row("P_A"), units.unit_row("P_B"))
    contest = contests.contest()
    of = {"home": made["P_A"], "away": made["P_B"], "free": None}
    entered, taken = {}, {}
    for who, unit in of.items():
        given = {"unit_id": unit.id, "unit_text": None} if unit else {}
        entered[who] = people.person(contest.id, phone=PHONES[who], name=f"Người {who}", **given)
        taken[who] = attempts.finished(contest, entered[who], right=7)
    return Desk(contest=contest, people=entered, attempts=taken, units=made)


@pytest.fixture
def signed_in(new_client):
    """Return a maker of clients of organisers who were granted a role at a unit."""

    def make(role, unit=None, phone="0987 650 431"):
        people.organiser(phone=phone, role=role, unit=unit, at=NOON)
        db.session.rollback()
        client = new_client()
        form = Page(client.get("/signin").text).forms[0]
        fields = {"phone": phone, "password": people.PASSWORD}
        assert client.post("/signin", data=form.hidden | fields).status_code == 303
        return client

    return make


def token_of(client):
    """Return the token of the browser's session, from a page every organiser has."""
    return Page(client.get("/admin/account").text).forms[0].hidden


def posted(client, path, **fields):
    return client.post(path, data=token_of(client) | {"reason": REASON} | fields)


def state_of(desk, who):
    found = find_person(desk.people[who].id)
    row = attempts.attempt_row(desk.attempts[who])
    db.session.rollback()
    return found.state, found.unit_counted_id, row.state, row.unit_assigned_id


def audit_count():
    count = db.session.query(AuditEntry).count()
    db.session.rollback()
    return count


ACTIONS = [
    ("people", "unit", {"unit": "P_A"}),
    ("people", "void", {}),
    ("people", "restore", {}),
    ("people", "merge", {"phone": PHONES["free"]}),
    ("attempts", "unit", {"unit": "P_A"}),
    ("attempts", "void", {}),
    ("attempts", "restore", {}),
]
DECISIONS = [one for one in ACTIONS if one[1] != "unit"]


@pytest.mark.parametrize("who", ["away", "free"])
def test_a_province_sees_and_changes_nobody_of_elsewhere(desk, signed_in, who):
    client = signed_in(Role.OWNER, desk.units["P_A"])
    before, logged = state_of(desk, who), audit_count()

    for about in ("people", "attempts"):
        assert client.get(desk.path(about, who)).status_code == 404
    for about, action, fields in ACTIONS:
        assert posted(client, desk.path(about, who, action), **fields).status_code == 404
    found = posted(client, "/admin/c/tim-hieu/people", who=PHONES[who])

    assert found.status_code == 404
    assert (state_of(desk, who), audit_count()) == (before, logged)


def test_a_province_looks_after_its_own_in_a_contest_of_the_confederation(desk, signed_in):
    client = signed_in(Role.ORGANISER, desk.units["P_A"])
    assert desk.contest.title in client.get("/admin").text

    found = posted(client, "/admin/c/tim-hieu/people", who=PHONES["home"])
    assert found.location.endswith(desk.path("people", "home"))
    assert "Người home" in client.get(found.location).text
    assert posted(client, desk.path("attempts", "home", "void")).status_code == 303
    assert state_of(desk, "home")[2] == "void"


def test_a_province_moves_its_people_nowhere_else_and_merges_only_its_own(desk, signed_in):
    client = signed_in(Role.OWNER, desk.units["P_A"])
    before = state_of(desk, "home")

    for about in ("people", "attempts"):
        answer = posted(client, desk.path(about, "home", "unit"), unit="P_B")
        assert answer.status_code == 422
        assert "Chưa rõ đơn vị" in answer.text
    merged = posted(client, desk.path("people", "home", "merge"), phone=PHONES["away"])

    assert merged.status_code == 404
    assert state_of(desk, "home") == before


def test_an_organiser_of_another_province_finds_no_contest_there(desk, signed_in):
    """The contest of P_B is nothing of P_A's: every page of the desk says it does not exist."""
    contests.contest("cua-b", owner="P_B")
    client = signed_in(Role.OWNER, desk.units["P_A"])

    assert client.get("/admin/c/cua-b/people").status_code == 404
    assert posted(client, "/admin/c/cua-b/people", who=PHONES["home"]).status_code == 404
    assert "cua-b" not in client.get("/admin").text


def test_somebody_of_one_contest_is_not_reached_through_another(desk, signed_in):
    contests.contest("khac")
    client = signed_in(Role.OWNER)
    for about in ("people", "attempts"):
        path = desk.path(about, "home").replace("tim-hieu", "khac")
        assert client.get(path).status_code == 404
        assert posted(client, f"{path}/void").status_code == 404
    assert state_of(desk, "home")[2] == "submitted"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.QUESTION_WRITER])
def test_roles_that_do_not_look_after_people_see_none(desk, signed_in, role):
    client = signed_in(role)

    for path in ("/admin/c/tim-hieu/people", desk.path("people", "home")):
        assert client.get(path).status_code == 403
    assert client.get(desk.path("attempts", "home")).status_code == 403


@pytest.mark.parametrize(
    ("role", "refused"), [(Role.AUDITOR, ACTIONS), (Role.HELP_DESK, DECISIONS)]
)
def test_roles_that_may_look_change_nothing_they_should_not(desk, signed_in, role, refused):
    client = signed_in(role)
    before = state_of(desk, "away")
    assert client.get(desk.path("people", "away")).status_code == 200

    for about, action, fields in refused:
        answer = posted(client, desk.path(about, "away", action), **fields)
        assert answer.status_code == 403, action
    assert state_of(desk, "away") == before


def test_the_help_desk_gives_a_free_text_its_unit(desk, signed_in):
    client = signed_in(Role.HELP_DESK)

    answer = posted(client, desk.path("people", "free", "unit"), unit="tỉnh P_A")

    assert answer.status_code == 303
    unit_id = desk.units["P_A"].id
    assert state_of(desk, "free") == ("active", unit_id, "submitted", unit_id)
    assert "nhật ký" in client.get(answer.location).text


@pytest.mark.parametrize(("about", "action", "fields"), ACTIONS)
def test_every_decision_needs_a_reason(desk, signed_in, about, action, fields):
    client = signed_in(Role.OWNER)
    before, logged = state_of(desk, "away"), audit_count()

    for reason in (" ", "x" * 301):
        answer = posted(client, desk.path(about, "away", action), **fields, reason=reason)
        assert answer.status_code == 422
        assert "Hãy ghi lý do" in answer.text
    assert (state_of(desk, "away"), audit_count()) == (before, logged)


def test_what_was_typed_is_still_there_after_a_refusal(desk, signed_in):
    client = signed_in(Role.OWNER)

    answer = posted(client, desk.path("people", "home", "unit"), unit="không đâu cả", reason="vì")

    assert answer.status_code == 422
    assert 'value="không đâu cả"' in answer.text
    assert answer.text.count('value="vì"') == 1


def test_void_and_restored_again_on_the_pages(desk, signed_in):
    client = signed_in(Role.OWNER)
    for action, person, attempt in [("void", "void", "void"), ("restore", "active", "submitted")]:
        assert posted(client, desk.path("people", "home", action)).status_code == 303
        assert state_of(desk, "home")[::2] == (person, attempt)
    assert posted(client, desk.path("people", "home", "restore")).status_code == 409


def test_a_receipt_is_compared_with_what_is_stored(desk, signed_in):
    client, path = signed_in(Role.OWNER), desk.path("attempts", "home")
    row = attempts.attempt_row(desk.attempts["home"])
    receipt, answers = row.receipt, row.answers
    db.session.rollback()

    page = client.get(path).text
    assert receipt in page
    assert "Khớp với bài đang lưu" in page
    with transaction():
        another = answers[:1] + bytes([answers[1] ^ 3]) + answers[2:]
        db.session.execute(
            update(Attempt).where(Attempt.receipt == receipt).values(answers=another)
        )

    assert "KHÔNG khớp với bài đang lưu" in client.get(path).text


def test_two_entries_merge_on_the_page(desk, signed_in):
    client = signed_in(Role.OWNER)

    answer = posted(client, desk.path("people", "home", "merge"), phone=PHONES["free"])

    assert answer.status_code == 303
    assert client.get(desk.path("attempts", "free")).text.count("Người home") >= 1
    assert "Đã gộp" in client.get(desk.path("people", "free")).text


@pytest.mark.parametrize("public_id", ["zz", "00" * 16, "người"])
def test_an_unknown_person_or_attempt_is_not_found(desk, signed_in, public_id):
    client = signed_in(Role.OWNER)
    for about in ("people", "attempts"):
        assert client.get(f"/admin/c/tim-hieu/{about}/{public_id}").status_code == 404
