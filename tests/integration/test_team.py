"""Who gives which role to whom: on pages, with a reason, never more than one has."""

import re
from datetime import timedelta

import pytest

from quizapp.audit.service import verify_chain
from quizapp.db import db, transaction
from quizapp.errors import NotFound
from quizapp.people import service
from quizapp.people.errors import BadEntry, LastOwner, NotYourRole
from quizapp.people.roles import Role
from quizapp.people.service import team
from quizapp.people.service.team import TypedGrant
from quizapp.units.kinds import UnitKind
from tests.integration.test_organisers import is_signed_in, send, sign_in, stored
from tests.making import people, units
from tests.making.people import JOINED_AT, PASSWORD, PHONE

OTHER, THIRD = "0987 650 431", "0987 650 432"
WHY = "phân công lại"


@pytest.fixture(autouse=True)
def _at_joining(freeze):
    freeze(JOINED_AT)


@pytest.fixture
def tree(app):
    """Make the confederation, the provinces P and S, and C below P; return the units by code."""
    with app.app_context():
        people.national_unit()
        made = units.made_units(
            units.unit_row("P"),
            units.unit_row("S"),
            units.unit_row("C", kind=UnitKind.UPPER, parent_code="P"),
        )
        db.session.rollback()
        return made


@pytest.fixture
def inside(app, tree):
    def call(function, *args, **kwargs):
        with app.app_context():
            try:
                return function(*args, **kwargs)
            finally:
                db.session.rollback()

    return call


def card(phone=PHONE):
    """Return the organiser of a phone as their pages know them."""
    grants = service.sessions._get_grants(service.get_organiser_id(phone))
    found = service.OrganiserCard(id=service.get_organiser_id(phone), name="", grants=grants)
    db.session.rollback()
    return found


def typed(**fields):
    given = {"phone": OTHER, "name": "Lê Văn Ba", "unit": "C", "role": "help_desk", "reason": WHY}
    return TypedGrant(**given | fields)


def give(giver=PHONE, **fields):
    organiser = card(giver)
    with transaction():
        return team.give_role(organiser, typed(**fields), at=JOINED_AT)


def public_id(phone):
    ids = {service.get_organiser_id(phone)}
    query = f"SELECT public_id FROM organiser WHERE id = {ids.pop()}"
    db.session.rollback()
    return bytes(stored(query)[0][0]).hex()


def revoke(phone, *, giver=PHONE, unit="C", role="help_desk", reason=WHY):
    organiser, who = card(giver), public_id(phone)
    with transaction():
        given = {"unit": unit, "role": role, "reason": reason, "at": JOINED_AT}
        team.revoke_role(organiser, who, **given)


def test_an_owner_gives_a_role_on_a_page_and_gets_a_link_shown_once(inside, tree, client):
    inside(people.organiser, unit=tree["P"])
    sign_in(client)
    fields = {"phone": OTHER, "name": "Lê Văn Ba", "unit": "c", "role": "help_desk"}
    without = send(client, "/admin/team", **fields)
    assert without.status_code == 422
    assert "Hãy ghi lý do" in without.text
    assert "Lê Văn Ba" in without.text

    made = send(client, "/admin/team", **fields, reason=WHY)

    link = re.search(r"http://localhost(/setup/\S+)<", made.text).group(1)
    assert "Lê Văn Ba" in client.get("/admin/team").text
    assert link not in client.get("/admin/team").text
    done = send(client, link, password=PASSWORD, repeat=PASSWORD)
    assert done.location == "/admin"
    (row,) = inside(
        stored,
        "SELECT actor, reason FROM audit_entry WHERE action = 'organiser.granted'"
        " AND reason IS NOT NULL",
    )
    assert row == ("organiser:1", WHY)
    assert inside(verify_chain) == []


def test_a_unit_is_typed_by_its_name_and_of_several_the_page_names_those_in_reach(
    inside, tree, client
):
    below = units.unit_row(
        "D", name="Công đoàn Khu công nghiệp Huế 2", kind=UnitKind.UPPER, parent_code="P"
    )
    own = units.unit_row(
        "H", name="Công đoàn Khu công nghiệp Huế", kind=UnitKind.UPPER, parent_code="P"
    )
    inside(units.made_units, below, own)
    inside(people.organiser, unit=tree["P"])
    sign_in(client)
    fields = {"phone": OTHER, "name": "Lê Văn Ba", "role": "help_desk", "reason": WHY}

    unclear = send(client, "/admin/team", **fields, unit="công nghiệp huế")
    assert unclear.status_code == 422
    assert "Công đoàn Khu công nghiệp Huế 2 (D)" in unclear.text
    english = send(client, "/admin/team?lang=en", **fields, unit="công nghiệp huế")
    assert "Công đoàn Khu công nghiệp Huế 2 (D)" in english.text
    assert "Gần giống" not in english.text
    whole = send(client, "/admin/team", **fields, unit="cong doan khu cong nghiep hue")

    assert whole.status_code == 200
    given = "SELECT unit.code FROM organiser_grant JOIN unit ON unit.id = unit_id"
    assert ("H",) in [tuple(row) for row in inside(stored, given)]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"unit": "S"}, "unit"),  # beside
        ({"unit": "VGCL"}, "unit"),  # above
        ({"unit": "KHONG"}, "unit"),
        ({"role": "auditor"}, "role"),  # an owner sees less than an auditor
        ({"role": "king"}, "role"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"phone": "12"}, "phone"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_given_is_refused_at_its_field_and_changes_nothing(
    inside, tree, fields, problem
):
    inside(people.organiser, unit=tree["P"])
    with pytest.raises(BadEntry) as refused:
        inside(give, **fields)
    assert [field for field, _ in refused.value.problems] == [problem]
    assert inside(stored, "SELECT count(*) FROM organiser_grant") == [(1,)]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OWNER}))
def test_who_is_no_owner_gives_and_sees_nothing(inside, tree, role):
    inside(people.organiser, unit=tree["P"], role=role)
    with pytest.raises(BadEntry):
        inside(give)
    with pytest.raises(NotYourRole):
        inside(team.get_team, inside(card), at=JOINED_AT)


def test_who_has_a_password_gets_the_role_at_once_and_loses_it_at_once(inside, tree, new_client):
    inside(people.organiser, unit=tree["P"])
    inside(people.organiser, phone=OTHER, unit=tree["S"])
    client = new_client()
    sign_in(client, phone=OTHER)
    assert "Hỗ trợ thí sinh" not in client.get("/admin/account/rights").text
    assert inside(give).link is None
    assert "Hỗ trợ thí sinh" in client.get("/admin/account/rights").text
    inside(revoke, OTHER)
    assert "Hỗ trợ thí sinh" not in client.get("/admin/account/rights").text
    (row,) = inside(
        stored, "SELECT before_digest, reason FROM audit_entry WHERE action = 'organiser.revoked'"
    )
    assert row[0] is not None
    assert row[1] == WHY


def test_grants_above_and_beside_are_not_shown(inside, tree):
    inside(people.organiser, unit=tree["P"])
    inside(people.organiser, phone=OTHER, unit=tree["S"], role=Role.AUDITOR)
    inside(give)
    mine = [one for one in inside(team.get_team, inside(card), at=JOINED_AT) if not one.may_manage]
    assert [[line.unit.code for line in one.grants] for one in mine] == [["C"]]
    assert "09xx xxx 431" in {one.phone for one in mine}


@pytest.mark.parametrize("action", ["give_new_link", "end_sessions_of", "take_second_step_off"])
def test_nobody_takes_over_an_account_that_has_more_than_they_have(inside, tree, action):
    inside(people.organiser, unit=tree["P"])
    inside(people.organiser, phone=OTHER, unit=tree["S"])
    inside(give)

    def act():
        organiser, who = card(), public_id(OTHER)
        with transaction():
            getattr(team, action)(organiser, who, reason=WHY, at=JOINED_AT)

    with pytest.raises(NotYourRole):
        inside(act)


def test_an_invitation_from_elsewhere_gives_no_second_link_for_the_same_account(inside, tree):
    inside(people.organiser, unit=tree["P"])
    token = inside(people.invited_organiser, phone=OTHER, unit=tree["S"])
    granted = inside(give)
    assert granted.link is None
    assert granted.waits_for_others
    assert inside(service.get_link_owner, token, at=JOINED_AT)


def test_who_is_out_of_reach_is_not_found(inside, tree):
    inside(people.organiser, unit=tree["P"])
    inside(people.organiser, phone=OTHER, unit=tree["S"])
    for who in (inside(public_id, OTHER), "00" * 16, "không"):
        with pytest.raises(NotFound):
            inside(team.get_member, inside(card), who, at=JOINED_AT)


def test_the_last_owner_stays(inside, tree):
    inside(people.organiser, unit=tree["P"])
    with pytest.raises(LastOwner):
        inside(revoke, PHONE, unit="P", role="owner")
    # An owner who was invited and cannot sign in yet is none.
    inside(give, unit="P", role="owner")
    with pytest.raises(LastOwner):
        inside(revoke, PHONE, unit="P", role="owner")


def test_an_owner_above_is_an_owner_too(inside, tree):
    inside(people.organiser)
    inside(people.organiser, phone=OTHER, unit=tree["P"])
    inside(revoke, OTHER, unit="P", role="owner")
    with pytest.raises(LastOwner):
        inside(revoke, PHONE, unit="VGCL", role="owner")


def test_of_two_owners_who_remove_each_other_one_stays(inside, tree):
    inside(people.organiser, unit=tree["P"])
    inside(people.organiser, phone=OTHER, unit=tree["P"])
    inside(revoke, OTHER, unit="P", role="owner")
    with pytest.raises((LastOwner, NotFound, NotYourRole)):
        inside(revoke, PHONE, giver=OTHER, unit="P", role="owner")
    assert inside(stored, "SELECT count(*) FROM organiser_grant") == [(1,)]


def test_a_new_link_and_the_end_of_sessions_are_given_on_a_page(inside, tree, client, new_client):
    inside(people.organiser, unit=tree["P"])
    inside(people.organiser, phone=OTHER, unit=tree["C"], role=Role.HELP_DESK)
    worker = new_client()
    sign_in(worker, phone=OTHER)
    sign_in(client)
    page = f"/admin/team/{inside(public_id, OTHER)}"
    refused = send(client, f"{page}/end-sessions", page=page)
    assert refused.status_code == 422
    assert is_signed_in(worker)
    assert send(client, f"{page}/end-sessions", page=page, reason=WHY).status_code == 303
    assert not is_signed_in(worker)
    made = send(client, f"{page}/link", page=page, reason=WHY)
    link = re.search(r"http://localhost(/setup/\S+)<", made.text).group(1)
    assert new_client().get(link).status_code == 200


def test_a_set_up_link_given_on_a_page_ends_after_a_week(inside, tree, freeze, new_client):
    inside(people.organiser, unit=tree["P"])
    token = inside(give).link.token
    freeze(JOINED_AT + timedelta(days=7))
    assert new_client().get(f"/setup/{token}").status_code == 410
