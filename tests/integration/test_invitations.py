"""Inviting 51 bodies by one sheet: looked at, sent, and a sheet of links that is made once."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from quizapp import worker
from quizapp.db import db, transaction
from quizapp.jobs import service as jobs
from quizapp.people.roles import Role
from quizapp.people.service import inviting, team
from quizapp.web.sheets import Table, csv_bytes, workbook
from tests.integration.test_organisers import form_token, send, sign_in, stored
from tests.integration.test_team import card
from tests.making import people, units
from tests.making.kills import stopped_at
from tests.making.people import JOINED_AT, PASSWORD, PHONE
from tests.making.units import loaded_catalogue

HEADINGS = ["Họ và tên", "Số điện thoại", "Mã đơn vị", "Vai trò"]
HOME = "/admin/team/invitations"
GOOD = [
    ["Lê Văn Ba", "0987 650 431", "P", "Ban tổ chức"],
    ["Phạm Thị Tư", "0987 650 432", "P", "Hỗ trợ thí sinh"],
    ["Phạm Thị Tư", "0987 650 432", "P", "Soạn câu hỏi"],
]


@pytest.fixture(autouse=True)
def _at_joining(freeze):
    freeze(JOINED_AT)


@pytest.fixture
def inside(app):
    def call(function, *args, **kwargs):
        with app.app_context():
            try:
                return function(*args, **kwargs)
            finally:
                db.session.rollback()

    return call


@pytest.fixture
def owner(inside, client):
    def prepare():
        people.national_unit()
        units.made_units(units.unit_row("P"), units.unit_row("S"))
        people.organiser()

    inside(prepare)
    sign_in(client)
    return client


def sheet(rows, headings=HEADINGS):
    return io.BytesIO(workbook([Table(name="Mời", headings=headings, rows=rows)])), "mời.xlsx"


def bring(client, file):
    fields = {"csrf_token": form_token(client, HOME), "file": file}
    return client.post(HOME, data=fields)


@pytest.fixture
def given(app):
    """Return what sends a page's form and lets the worker do what it asks for."""

    def give(client, page, path="", **fields):
        asked = send(client, page + path, page=page, **fields)
        if asked.status_code != 303:
            return asked
        with app.app_context():
            jobs.do_waiting()
        job = client.get(asked.location).text
        assert f'href="{page}"' in job, job
        return asked

    return give


def take(given, client, page, **fields):
    """Let the links be made, and take them."""
    asked = given(client, page, "/links", **fields)
    return asked if asked.status_code != 303 else send(client, f"{page}/links.xlsx", page=page)


def links_of(answer):
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    return book.to_python()[1:]


def test_a_sheet_is_looked_at_sent_and_gives_links_once(owner, inside, new_client, given):
    page = bring(owner, sheet(GOOD)).location
    shown = owner.get(page).text
    assert "Giao quyền cho 3 người" in shown
    assert "Lê Văn Ba" in shown
    assert inside(stored, "SELECT count(*) FROM organiser") == [(1,)]
    sealed = str(inside(stored, "SELECT * FROM invitation_batch"))
    assert "Văn Ba" not in sealed

    given(owner, page, send="1")

    assert inside(stored, "SELECT count(*) FROM organiser") == [(3,)]
    assert inside(stored, "SELECT rows_sealed FROM invitation_batch") == [(None,)]
    given(owner, page, "/links")
    (waiting,) = inside(stored, "SELECT lines_sealed FROM invitation_sheet")
    assert b"0987650431" not in waiting[0]
    answer = send(owner, f"{page}/links.xlsx", page=page)
    assert answer.status_code == 200
    assert inside(stored, "SELECT * FROM invitation_sheet") == []
    assert answer.headers["Cache-Control"] == "no-store"
    rows = links_of(answer)
    assert [row[0] for row in rows] == ["Lê Văn Ba", "Phạm Thị Tư", "Phạm Thị Tư"]
    assert rows[0][1] == "0987650431"
    assert rows[1][4] == rows[2][4]
    links = [re.sub(r"^http://localhost", "", row[4]) for row in rows]
    for link in set(links):
        client = new_client()
        assert send(client, link, password=PASSWORD, repeat=PASSWORD).location == "/admin"
    assert send(owner, f"{page}/links.xlsx", page=page).status_code == 410
    again = send(owner, f"{page}/links", page=page)
    assert again.status_code == 410
    assert "đã tải xuống rồi" in again.text


def test_a_new_sheet_ends_the_old_links_and_gives_none_to_who_has_a_password(
    owner, inside, new_client, given
):
    page = bring(owner, sheet(GOOD)).location
    given(owner, page, send="1")
    first = links_of(take(given, owner, page))
    used = first[0][4].removeprefix("http://localhost")
    assert send(new_client(), used, password=PASSWORD, repeat=PASSWORD).status_code == 303

    second = links_of(take(given, owner, page, anew="1"))

    assert second[0][4].startswith("Không cần")
    assert second[1][4] != first[1][4]
    old = first[1][4].removeprefix("http://localhost")
    assert new_client().get(old).status_code == 410
    deeds = [deed for (deed,) in inside(stored, "SELECT action FROM audit_entry ORDER BY id")]
    assert deeds.count("invitation.phones_and_links_exported") == 2


BAD = [
    (["", "0987 650 431", "P", "Ban tổ chức"], "Họ và tên: Hãy nhập họ và tên."),
    (["Ba", "12", "P", "Ban tổ chức"], "Số điện thoại: Số điện thoại không đúng."),
    (["Lê Ba", "0987 650 431", "XYZ", "Ban tổ chức"], "Mã đơn vị: Không có đơn vị này"),
    (["Lê Ba", "0987 650 431", "P", "Vua"], "Vai trò: Vai trò cần là một trong"),
    (["Lê Ba", "0987 650 431", "P", "Giám sát"], "Vai trò: Bạn không giao được vai trò này"),
]


@pytest.mark.parametrize(("row", "words"), BAD)
def test_what_is_wrong_is_told_with_its_place_and_nobody_is_invited(owner, inside, row, words):
    page = bring(owner, sheet([*GOOD, row])).location
    shown = owner.get(page).text
    assert f"Dòng 5, cột {words}" in shown
    assert "Giao quyền cho" not in shown
    assert send(owner, page, send="1").status_code == 409
    assert inside(stored, "SELECT count(*) FROM organiser") == [(1,)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "tệp trống"),
        (b"PK\x03\x04 broken", "hỏng"),
        (b"\xd0\xcf\x11\xe0 old", "lưu lại thành Excel"),
        ("Họ và tên;Điện thoại\r\na;b\r\n".encode(), "thiếu cột Mã đơn vị, Vai trò"),
        ("Họ và tên;SĐT;Mã đơn vị;Vai trò\r\n".encode(), "từ 1 đến 200 người"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(owner, content, words):
    answer = bring(owner, (io.BytesIO(content), "x.xlsx"))
    assert answer.status_code == 422
    assert words in answer.text


def test_a_bomb_is_refused_before_it_is_unpacked(owner):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60 * 1024 * 1024))
    answer = bring(owner, (io.BytesIO(target.getvalue()), "x.xlsx"))
    assert answer.status_code == 422
    assert "giải nén ra quá lớn" in answer.text


def test_a_csv_is_read_too_and_a_phone_that_excel_made_a_number_keeps_its_zero(owner):
    body = b"".join(csv_bytes(Table(name="", headings=HEADINGS, rows=GOOD)))
    assert "Giao quyền cho 3" in owner.get(bring(owner, (io.BytesIO(body), "x.csv")).location).text
    rows = [["Lê Văn Ba", 987650431, "P", "BTC"]]
    assert "Giao quyền cho 1" in owner.get(bring(owner, sheet(rows)).location).text


def test_a_sheet_is_its_owners_alone_and_can_be_thrown_away(owner, inside, new_client):
    page = bring(owner, sheet(GOOD)).location
    inside(people.organiser, phone="0987 650 439")
    other = new_client()
    sign_in(other, phone="0987 650 439")
    assert other.get(page).status_code == 404
    assert send(owner, page, discard="1").location == HOME
    assert owner.get(page).status_code == 404


def test_a_killed_worker_goes_on_with_a_sheet_and_gives_nobody_a_second_account(
    owner, inside, app, freeze, monkeypatch
):
    monkeypatch.setattr(inviting, "AT_ONCE", 1)
    page = bring(owner, sheet(GOOD)).location
    job = send(owner, page, send="1").location
    assert send(owner, page, page=job, send="1").location == job  # asked twice, done once
    with app.app_context():
        assert stopped_at(4, jobs.do_waiting)
        db.session.rollback()
    assert 0 < inside(stored, "SELECT count(*) FROM invitation")[0][0] < 3
    assert "Đang làm theo tệp này" in owner.get(page).text
    discarded = send(owner, page, page=job, discard="1")
    assert "Đã bắt đầu giao quyền" in discarded.text
    freeze(JOINED_AT + timedelta(minutes=1))

    with app.app_context():
        assert jobs.do_waiting() == 1

    assert inside(stored, "SELECT count(*) FROM organiser") == [(3,)]
    assert inside(stored, "SELECT count(*) FROM invitation") == [(3,)]
    assert inside(stored, "SELECT count(*) FROM organiser_grant") == [(4,)]


def test_who_lost_their_right_meanwhile_invites_nobody(owner, inside, app):
    page = bring(owner, sheet(GOOD)).location
    job = send(owner, page, send="1").location
    with app.app_context():
        with transaction():
            db.session.execute(text("UPDATE organiser_grant SET role = 'viewer'"))
        jobs.do_waiting()

    assert "Không xong" in owner.get(job).text
    assert inside(stored, "SELECT count(*) FROM organiser") == [(1,)]


def test_what_nobody_sent_or_took_is_forgotten(owner, inside, given, freeze):
    page = bring(owner, sheet(GOOD)).location
    given(owner, page, send="1")
    given(owner, page, "/links")
    bring(owner, sheet(GOOD))
    freeze(JOINED_AT + timedelta(days=31))

    inside(worker.tidy)

    assert inside(stored, "SELECT * FROM invitation_sheet") == []
    assert inside(stored, "SELECT count(*) FROM invitation_batch") == [(1,)]


def test_no_link_is_given_for_an_account_that_has_more_elsewhere(inside, new_client, given):
    def prepare():
        people.national_unit()
        made = units.made_units(units.unit_row("P"), units.unit_row("S"))
        people.organiser(unit=made["P"])
        people.invited_organiser(phone="0987 650 431", unit=made["S"])

    inside(prepare)
    client = new_client()
    sign_in(client)
    page = bring(client, sheet(GOOD[:1])).location
    given(client, page, send="1")
    (row,) = links_of(take(given, client, page))
    assert row[4].startswith("Không cần")


def test_fifty_one_bodies_are_invited_by_one_sheet(inside, new_client, given):
    inside(loaded_catalogue)
    inside(people.organiser, unit=inside(units.service.find_root))
    codes = inside(bodies)
    assert len(codes) == 51
    rows = [
        [f"Phụ trách {chr(65 + n % 26)}", f"0970 000 {n:03d}", code, "Phụ trách"]
        for n, code in enumerate(codes)
    ]
    client = new_client()
    sign_in(client)
    page = bring(client, sheet(rows)).location
    assert 'class="note bad"' not in client.get(page).text
    assert given(client, page, send="1").status_code == 303
    links = links_of(take(given, client, page))
    assert len({row[4] for row in links}) == 51
    members = inside(team.get_team, inside(card, PHONE), at=JOINED_AT)
    assert len(members) == 52


def bodies():
    return [unit.code for unit in units.service.get_bodies(on=JOINED_AT.date())]


def test_only_owners_invite(inside, new_client):
    inside(people.organiser, role=Role.ORGANISER)
    client = new_client()
    sign_in(client)
    assert client.get(HOME).status_code == 403
