"""An organiser lays out a contest on the page: looked at first, created when it is right."""

import html
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from quizapp.audit.models import AuditEntry
from quizapp.contests import service as contests_service
from quizapp.contests.models import Contest
from quizapp.contests.service import creating
from quizapp.db import db
from quizapp.people.service import Role
from tests.integration.test_home import organiser_of
from tests.integration.test_organisers import send, sign_in
from tests.making import banks, people, units
from tests.making.contests import NOON

PATH = "/admin/contests/new"
TITLE = "Tìm hiểu Luật Công đoàn 2024"
ROUNDS = {
    "rounds-0-opens": "01/12/2026 07:00",
    "rounds-0-closes": "07/12/2026 24:00",
    "rounds-1-opens": "2026-12-08 07:00",
    "rounds-1-closes": "2026-12-14 21h00",
}


@pytest.fixture
def clerk(app, client, freeze):
    """A signed-in organiser of a province, and a published bank."""
    freeze(NOON)
    with app.app_context():
        people.national_unit()
        organiser_of(units.made_unit("P_HUE"), phone=people.PHONE)
        banks.published(code="luat", questions=60)
        db.session.remove()
    sign_in(client)
    return client


def sent(clerk, *, button="look", **over):
    """Send the form as its page does, with these fields changed: to create, look first."""
    if button == "create":
        looked = sent(clerk, **over)
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', looked.text)
        over = over | ({"seen": seen[1]} if seen else {})
    page = clerk.get(PATH)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    fields = {
        "csrf_token": token,
        "title": TITLE,
        "unit": "P_HUE",
        "bank": "luat",
        "preset": "union_weekly_20x20",
        button: "1",
    }
    return clerk.post(PATH, data=fields | over)


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def stored(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Contest))


def test_a_look_says_what_would_come_of_it_and_writes_nothing(app, clerk):
    page = sent(clerk, questions="15", **ROUNDS)

    assert page.status_code == 200
    said = text_of(page)
    assert "Xem trước, chưa lập" in said
    assert "/c/tim-hieu-luat-cong-doan-2024" in said
    assert "từ 07:00 ngày 01/12/2026 đến 00:00 ngày 08/12/2026" in said
    assert "câu hỏi 15 phút 20" in said
    assert stored(app) == 0


def test_what_was_looked_at_is_created(app, clerk):
    answer = sent(clerk, button="create", questions="15", attempts_max="3", **ROUNDS)

    assert (answer.status_code, answer.location) == (303, "/admin")
    with app.app_context():
        contest = contests_service.get_contest("tim-hieu-luat-cong-doan-2024")
        created = AuditEntry.action == "contest.create"
        actor = db.session.scalars(select(AuditEntry.actor).where(created)).one()
        db.session.rollback()
    rules = contest.rounds[0].rules
    assert (rules.questions, rules.minutes, rules.attempts_max) == (15, 20, 3)
    assert [(one.window.opens_at, one.window.closes_at) for one in contest.rounds] == [
        (datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 7, 17, tzinfo=UTC)),
        (datetime(2026, 12, 8, tzinfo=UTC), datetime(2026, 12, 14, 14, tzinfo=UTC)),
    ]
    assert contest.controller == units.unit_row("P_HUE").name
    assert actor.startswith("organiser:")
    assert TITLE in clerk.get("/admin").text


def test_without_rounds_the_schedule_of_the_preset_is_taken(app, clerk):
    assert sent(clerk, button="create").status_code == 303
    with app.app_context():
        contest = contests_service.get_contest("tim-hieu-luat-cong-doan-2024")
        db.session.rollback()
    assert len(contest.rounds) == 3


def test_one_more_round_keeps_what_was_typed(clerk):
    page = sent(clerk, button="more", **{"rounds-0-opens": "01/12/2026 07:00"})

    assert 'name="rounds-1-opens"' in page.text
    assert 'value="01/12/2026 07:00"' in page.text
    assert f'value="{TITLE}"' in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "Hãy ghi tên cuộc thi."),
        ({"unit": "TLD"}, "Hãy chọn một đơn vị bạn được giao."),
        ({"bank": "khong-co"}, "Hãy chọn một ngân hàng câu hỏi."),
        ({"attempts_max": "99"}, "Số lượt mỗi người “99” không phải số nguyên từ"),
        ({"title": "x" * 201}, "Tên dài nhất 200 chữ."),
        ({"rounds-0-opens": "31/12/9999 24:00", "rounds-0-closes": "mốt"}, "không phải ngày giờ"),
        (
            {"rounds-0-opens": "01/10/2026 07:00", "rounds-0-closes": "02/10/2026 07:00"},
            "Có vòng đã hết giờ trước lúc này.",
        ),
        ({"preset": "khong-co"}, "Hãy chọn một mẫu thể lệ."),
        ({"questions": "hai mươi"}, "Hãy ghi một số nguyên, hoặc bỏ trống để theo mẫu."),
        ({"questions": "61"}, "Ngân hàng không đủ câu hỏi"),
        ({"questions": "0"}, "Số câu mỗi bài “0” không phải số nguyên từ"),
        ({"slug": "Có Dấu"}, "chỉ chữ thường không dấu"),
        ({"rounds-0-opens": "01/12/2026 07:00"}, "Mỗi vòng cần cả giờ mở và giờ đóng."),
        (
            {"rounds-0-opens": "mai", "rounds-0-closes": "mốt"},
            "“mai” không phải ngày giờ",
        ),
        (
            {"rounds-0-opens": "02/12/2026 07:00", "rounds-0-closes": "01/12/2026 07:00"},
            "giờ mở phải trước giờ đóng",
        ),
    ],
)
@pytest.mark.parametrize("button", ["look", "create"])
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(app, clerk, button, fields, words):
    page = sent(clerk, button=button, controller="Ban Tuyên giáo", **fields)

    assert page.status_code == 422
    assert words in text_of(page)
    assert 'value="Ban Tuyên giáo"' in page.text
    assert stored(app) == 0


def test_an_address_that_is_taken_is_said_at_its_field(app, clerk):
    sent(clerk, button="create", **ROUNDS)

    page = sent(clerk, button="create", **ROUNDS)

    assert page.status_code == 422
    assert "Đã có cuộc thi với địa chỉ" in text_of(page)
    assert stored(app) == 1


def test_who_may_only_look_on_holds_no_contest(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        people.organiser(role=Role.VIEWER, at=NOON)
        banks.published(code="luat", questions=60)
        db.session.remove()
    sign_in(client)

    page = client.get(PATH)
    refused = send(client, PATH, page="/admin/account", title=TITLE, unit="VGCL", create="1")

    assert "Bạn chưa được giao vai trò tổ chức" in page.text
    assert "<form" not in page.text
    assert refused.status_code == 422
    assert stored(app) == 0


def test_names_of_fields_that_nobody_sends_are_passed_over(clerk):
    page = sent(clerk, **{"rounds-²-opens": "x", f"rounds-{'9' * 5000}-opens": "x"})

    assert page.status_code == 200


def test_an_address_that_was_taken_since_the_look_is_said(app, clerk, monkeypatch):
    sent(clerk, button="create", **ROUNDS)
    # What the second one saw when it looked, a moment before the first one committed.
    monkeypatch.setattr(creating, "_is_taken", lambda _slug: False)

    page = sent(clerk, button="create", **ROUNDS)

    assert page.status_code == 422
    assert "Đã có cuộc thi với địa chỉ" in text_of(page)
    assert stored(app) == 1


def test_what_differs_from_what_was_looked_at_is_shown_again(app, clerk):
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', sent(clerk, **ROUNDS).text)[1]

    page = sent(clerk, button="make", create="1", seen=seen, questions="15", **ROUNDS)

    assert page.status_code == 200
    assert "Xem trước, chưa lập" in text_of(page)
    assert stored(app) == 0

    with app.app_context():
        banks.published(code="luat", questions=59)
        db.session.remove()
    again = sent(clerk, button="make", create="1", seen=seen, **ROUNDS)
    assert "Xem trước, chưa lập" in text_of(again)
    assert stored(app) == 0
