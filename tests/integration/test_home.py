"""An organiser's home: the contests of the units granted, and of no others."""

import re

from sqlalchemy import update

from quizapp.contests.models import Contest
from quizapp.db import db, transaction
from quizapp.people import service as people_service
from quizapp.people.service import NewOrganiser, Role
from tests.integration.pages import Page
from tests.integration.test_organisers import send, sign_in
from tests.making import contests, drafts, people, units
from tests.making.contests import NOON

OTHER = "0987 650 431"


def organiser_of(unit, *, phone):
    """Add an organiser of the unit with the usual password."""
    with transaction():
        new = NewOrganiser(phone=phone, name="Lê Thị Hằng", unit_id=unit.id, role=Role.OWNER)
        token = people_service.add_organiser(new, actor="system", at=NOON).link.token
    password = people_service.prepare_password(token, people.PASSWORD, at=NOON)
    with transaction():
        people_service.set_password(password, user_agent="thử", at=NOON)


def test_the_home_shows_contests_of_the_granted_units_and_of_no_others(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.national_unit()
        made = units.made_units(units.unit_row("P_HUE"), units.unit_row("P_VINH"))
        contests.contest(owner="P_VINH")
        organiser_of(people.national_unit(), phone=people.PHONE)
        organiser_of(made["P_HUE"], phone=OTHER)

    sign_in(client)
    assert "Tìm hiểu pháp luật" in client.get("/admin").text
    send(client, "/signout", page="/admin/account")
    sign_in(client, phone=OTHER)
    home = client.get("/admin").text

    assert "Chưa có cuộc thi nào" in home
    assert "Tìm hiểu pháp luật" not in home


def test_a_province_finds_its_people_in_a_contest_of_the_confederation(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        contests.contest()
        organiser_of(units.made_unit("P_HUE"), phone=OTHER)

    sign_in(client, phone=OTHER)
    home = client.get("/admin").text

    assert "Chưa có cuộc thi nào" in home
    assert "Cuộc thi của cấp trên" in home
    assert "/admin/c/tim-hieu/people" in home


def test_who_only_looks_on_is_offered_nothing_that_is_refused(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        contests.contest()
        people.organiser(role=Role.VIEWER, at=NOON)

    sign_in(client)
    home = client.get("/admin").text

    assert "Tìm hiểu pháp luật" in home
    assert "Lập cuộc thi" not in home
    for path in re.findall(r'href="(/admin/[^"]+)"', home):
        assert client.get(path).status_code == 200, path


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/admin").location == "/signin?next=/admin"


def test_whatever_organisers_call_their_contests_no_two_regions_of_the_page_share_a_name(
    app, client, freeze
):
    freeze(NOON)
    with app.app_context():
        people.organiser(at=NOON)
        for slug in ("mot", "hai"):
            contests.contest(slug)
            drafts.whole_draft(bank=f"bank-{slug}")
        with transaction():
            db.session.execute(update(Contest).values(title="Tháng Công nhân"))
    sign_in(client)

    home = client.get("/admin").text
    regions = Page(home).regions()

    assert home.count("Tháng Công nhân</h2>") == 2
    assert len(regions) == len(set(regions)), regions
