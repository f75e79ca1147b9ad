"""What lists on organisers' pages cost: as many statements for twenty contests as for one."""

from datetime import timedelta

import pytest

from quizapp.contests.rules.schedule import Window
from quizapp.people.roles import Role
from tests.integration.harness import watch_writes
from tests.integration.test_organisers import sign_in
from tests.making import banks, contests, drafts, people, tickets, units
from tests.making.contests import NOON

SHOWN = (1, 5, 20)
OVER = Window(opens_at=NOON - timedelta(days=20), closes_at=NOON - timedelta(days=9))


def statements(app, client, path):
    """Count those of the second request: the first one fills what a process keeps."""
    assert client.get(path).status_code == 200
    with watch_writes(app) as watch:
        page = client.get(path)
    assert page.status_code == 200
    return watch.statements, page.text


def growing(app, client, path, make):
    """Return number of things → how many statements the page takes; `make(number)` adds one."""
    found, made = {}, 0
    for wanted in SHOWN:
        with app.app_context():
            while made < wanted:
                made += 1
                make(made)
        found[wanted] = len(statements(app, client, path)[0])
    return found


def contest_with_much_to_say(number):
    """Make a contest of a unit of its own, on a bank that has a newer version, not closed yet."""
    code = f"U{number:02d}"
    units.made_unit(code)
    window = OVER if number % 2 else contests.ROUND
    contests.contest(f"cuoc-{number}", owner=code, windows=(window, *coming(window)))
    banks.published(31, code=f"bank-cuoc-{number}")


def coming(window):
    return [
        Window(opens_at=window.closes_at + timedelta(days=1), closes_at=NOON + timedelta(days=30))
    ]


def test_the_home_takes_as_many_statements_for_twenty_contests_as_for_one(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.organiser(at=NOON)
    sign_in(client)

    found = growing(app, client, "/admin", contest_with_much_to_say)

    home = client.get("/admin").text
    assert home.count("có bản 2, cuộc thi dùng bản 1") == 20
    assert home.count("chưa chốt kết quả") == 10
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("role", [Role.HELP_DESK, Role.VIEWER])
def test_nor_does_it_for_who_sees_people_of_one_unit_only(app, client, freeze, role):
    freeze(NOON)
    with app.app_context():
        people.national_unit()
        unit = units.made_unit("P_HUE")
        people.organiser(at=NOON, unit=unit, role=role)
    sign_in(client)

    def make(number):
        contests.contest(f"tren-{number}")
        contests.contest(f"duoi-{number}", owner="P_HUE")

    found = growing(app, client, "/admin", make)
    assert len(set(found.values())) == 1, found


def test_nor_does_it_grow_with_the_drafts(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.organiser(at=NOON)
        banks.published(30, code="soan")
    sign_in(client)

    found = growing(app, client, "/admin", lambda _: drafts.whole_draft(bank="soan"))
    assert found[5] == found[20], found


def test_the_list_of_banks_takes_as_many_for_twenty_as_for_one(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.organiser(at=NOON)
    sign_in(client)

    def make(number):
        banks.published(5, code=f"bo-{number}")
        banks.published(6, code=f"bo-{number}")

    found = growing(app, client, "/admin/banks", make)
    assert len(set(found.values())) == 1, found


def test_the_list_of_tickets_takes_as_many_for_twenty_as_for_one(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        contest = contests.contest()
        people.organiser(at=NOON)
    sign_in(client)

    def make(number):
        person = people.person(contest.id, phone=f"0912 40{number:02d} 77", at=NOON)
        tickets.asked(contest, person)

    found = growing(app, client, f"/admin/c/{contest.slug}/tickets", make)
    assert len(set(found.values())) == 1, found
