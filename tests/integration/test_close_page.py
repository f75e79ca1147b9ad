"""An organiser closes a round on a page; the worker does it, and says why when it cannot."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quizapp import worker
from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.contests import service as contests_service
from quizapp.db import db, transaction
from quizapp.people.service import Role
from quizapp.results import service
from quizapp.results.models import CloseRequest
from tests.integration.pages import PART, part_of_page
from tests.integration.test_home import OTHER, organiser_of
from tests.integration.test_organisers import send, sign_in
from tests.making import attempts, contests, people, units
from tests.making.contests import NOON, ROUND

PATH = "/admin/c/tim-hieu/close"
AFTER = ROUND.closes_at + timedelta(minutes=10)
REASON = "hết vòng, theo biên bản số 7"
WHY = Why(actor="system", reason="bằng lệnh")
NAMES = ("Trần Thị Hoa", "Lê Văn Cường", "Phạm Thị Dung", "Đỗ Văn Tư")


@pytest.fixture
def clerk(app, client, freeze):
    """A signed-in organiser of the confederation; two people have taken part."""
    freeze(NOON)
    with app.app_context():
        contest = contests.contest()
        people.organiser(at=NOON)
        for n, right in enumerate((20, 7)):
            person = people.person(contest.id, phone=f"0914{n:06d}")
            attempts.finished(contest, person, right=right, at=NOON)
        worker.run_once(known=worker.all_scopes())
        db.session.remove()
    sign_in(client)
    return client


@pytest.fixture
def over(clerk, freeze):
    """The same organiser when the round is over, signed in anew: sessions end before that."""
    freeze(AFTER)
    sign_in(clerk)
    return clerk


def worked(app):
    """Let the worker make a pass."""
    with app.app_context():
        worker.run_once()
        db.session.remove()


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def closed_at(app):
    with app.app_context():
        found = contests_service.get_contest("tim-hieu").rounds[0].closed_at
        db.session.rollback()
        return found


def asked(client, *, reason=REASON, **fields):
    return send(client, f"{PATH}/1", page=PATH, reason=reason, **fields)


def test_a_round_that_is_open_cannot_be_closed(app, clerk):
    page = clerk.get(PATH)
    assert "Chưa xong" in text_of(page)
    assert "<form" not in page.text

    token = {"csrf_token": re.search(r'"csrf_token"[^>]*value="([^"]+)"', _account(clerk))[1]}
    refused = clerk.post(f"{PATH}/1", data=token | {"reason": REASON})

    assert refused.status_code == 409
    assert "Vòng thi còn nhận bài đến" in text_of(refused)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CloseRequest)) == 0


def _account(client):
    return client.get("/admin/account").text


def test_who_has_to_be_called_is_listed_once_ranks_are_final(app, client, freeze):
    freeze(NOON)
    with app.app_context():
        contest = contests.contest(individual_prizes={"per_round": [1, 1]})
        people.organiser(at=NOON)
        for n, right in enumerate((20, 18, 18, 7)):
            person = people.person(contest.id, phone=f"0914{n:06d}", name=NAMES[n])
            attempts.finished(contest, person, right=right, at=NOON)
        worker.run_once(known=worker.all_scopes())
        db.session.remove()
    freeze(AFTER)
    sign_in(client)
    assert "Người ở hạng có giải" not in client.get(PATH).text

    asked(client)
    worked(app)

    page = client.get(PATH)
    person = r'hạng (\d+): <a href="/admin/c/tim-hieu/people/\w+">([^<]+)</a>'
    listed = re.findall(person, page.text)
    assert listed == [("1", NAMES[0]), ("2", NAMES[1]), ("2", NAMES[2])]


def test_what_is_asked_is_done_by_the_worker_and_may_be_undone(app, over):
    answer = asked(over)

    assert (answer.status_code, answer.location) == (303, PATH)
    assert closed_at(app) is None
    page = over.get(PATH)
    assert "Đang làm" in text_of(page)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.text
    part = part_of_page(over, PATH, asked=f"{PATH}?round=1")
    assert 'hx-trigger="every' in part
    assert over.get(f"{PATH}?round=9", headers=PART).status_code == 404

    worked(app)
    assert "hx-trigger" not in part_of_page(over, PATH, asked=f"{PATH}?round=1")

    said = text_of(over.get(PATH))
    assert closed_at(app) is not None
    assert "Số người xếp hạng 2" in said
    assert "Con số đúng của câu dự đoán 1" in said
    assert re.search(r"Dấu của thứ tự [0-9a-f]{64}", said)
    assert over.get("/c/tim-hieu/boards/people.json?round=1").json["final"] is True
    with app.app_context():
        deeds = db.session.execute(
            select(AuditEntry.action, AuditEntry.actor, AuditEntry.reason)
            .where(AuditEntry.action.in_(["round.ask_close", "round.close"]))
            .order_by(AuditEntry.id)
        ).all()
        assert [deed.action for deed in deeds] == ["round.ask_close", "round.close"]
        assert {(deed.actor[:10], deed.reason) for deed in deeds} == {("organiser:", REASON)}
        db.session.rollback()

    assert asked(over, reason="còn đơn khiếu nại", undo="1").status_code == 303
    worked(app)

    assert closed_at(app) is None
    assert "Chờ chốt" in text_of(over.get(PATH))
    assert over.get("/c/tim-hieu/boards/people.json?round=1").json["final"] is False


def test_without_a_reason_nothing_is_asked(app, over):
    refused = asked(over, reason=" ")

    assert refused.status_code == 422
    worked(app)
    assert closed_at(app) is None


def test_what_the_worker_cannot_do_is_said_on_the_page(app, over):
    asked(over)
    worked(app)
    assert closed_at(app) is not None

    asked(over, undo="1")
    # Somebody was faster, by command.
    with app.app_context(), transaction():
        service.undo_close("tim-hieu", 1, WHY, at=AFTER)
    worked(app)

    assert "Vòng thi này chưa chốt kết quả." in text_of(over.get(PATH))
    assert asked(over).status_code == 303
    worked(app)
    assert closed_at(app) is not None


def test_a_worker_killed_after_the_close_forgets_what_was_asked_later(app, over):
    asked(over)
    with app.app_context():
        service.close_round("tim-hieu", 1, WHY)
        db.session.remove()

    worked(app)

    assert closed_at(app) is not None
    assert "Đã chốt" in text_of(over.get(PATH))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CloseRequest)) == 0


def test_only_who_decides_over_everybody_closes(app, clerk, new_client, freeze):
    freeze(AFTER)
    with app.app_context():
        organiser_of(units.made_unit("P_HUE"), phone=OTHER)
        people.organiser(phone="0987 650 777", role=Role.AUDITOR, at=NOON)
    province, auditor = new_client(), new_client()
    sign_in(province, phone=OTHER)
    sign_in(auditor, phone="0987 650 777")

    assert province.get(PATH).status_code == 404
    assert auditor.get(PATH).status_code == 200
    assert asked(auditor).status_code == 403
    worked(app)
    assert closed_at(app) is None
