"""A bank's versions: where each is used, what differs, who looked at the right options."""

import pytest
from sqlalchemy import select

from quizapp.audit.models import AuditEntry
from quizapp.banks import service
from quizapp.banks.reading import read_here
from quizapp.db import db, transaction
from quizapp.people.service import Role
from tests.integration.test_bank_pages import text_of
from tests.integration.test_home import OTHER, organiser_of
from tests.integration.test_organisers import send, sign_in
from tests.making import attempts, banks, contests, people, units
from tests.making.contests import NOON

OF = "/admin/banks/of/bank-tim-hieu"


@pytest.fixture
def clerk(app, client, freeze):
    """An organiser of the whole, where a contest asks of version 1, and version 2 differs."""
    freeze(NOON)
    with app.app_context():
        people.organiser(at=NOON)
        db.session.rollback()
    sign_in(client)
    return client


def staged(app, **rules):
    with app.app_context():
        contest = contests.contest(**rules)
        for phone in ("0987 650 431", "0987 650 432"):
            attempts.finished(contest, people.person(contest.id, at=NOON, phone=phone))
        drafts = banks.drafts(30)
        drafts[0] = banks.draft(1, stem="Thời hạn nay là bao nhiêu ngày làm việc?", right=1)
        with transaction():
            service.publish_version("bank-tim-hieu", drafts, title="Bản hai", at=NOON)


def test_each_version_says_which_rounds_asked_of_it_and_how_often(app, clerk):
    staged(app, prediction=None, ranking=["score desc", "duration asc"])

    said = text_of(clerk.get(OF))

    assert "Bản 1 30 câu" in said
    assert "Vòng 1: 2 lượt thi" in said
    assert "Chưa vòng thi nào của đơn vị bạn dùng bản này." in said  # version 2
    assert f'href="{OF}"' in clerk.get("/admin/banks").text


def test_how_often_is_kept_back_while_people_predict_it(app, clerk, new_client):
    target = {"target": "unique_participants", "scope": "round"}
    staged(app, prediction=target)
    with app.app_context():
        people.organiser(phone=OTHER, role=Role.AUDITOR, at=NOON)
    auditor = new_client()
    sign_in(auditor, phone=OTHER)

    said = text_of(clerk.get(OF))

    assert "lượt thi giữ kín" in said
    assert "2 lượt thi" not in said
    assert "Vòng 1: 2 lượt thi" in text_of(auditor.get(OF))


def test_two_versions_are_compared_word_by_word_without_their_keys(app, clerk):
    staged(app)

    page = clerk.get(f"{OF}/difference?before=1&after=2")

    assert "<ins>nay</ins>" in page.text
    assert "<ins>ngày làm việc?</ins>" in page.text
    assert "Đáp án đúng" not in text_of(page)


def test_who_looks_at_the_right_options_is_in_the_log(app, clerk):
    staged(app)
    address = f"{OF}/difference"

    page = send(clerk, f"{address}/1/2", page=f"{address}?before=1&after=2")

    assert page.status_code == 200
    assert "Đáp án đúng" in text_of(page)
    with app.app_context():
        seen = select(AuditEntry.object).where(AuditEntry.action == "bank.keys_seen")
        assert db.session.scalars(seen).all() == ["bank:bank-tim-hieu@1-2"]
        db.session.rollback()


def test_only_who_writes_a_bank_compares_its_versions(app, clerk, new_client):
    staged(app)
    with app.app_context():
        organiser_of(units.made_unit("P_VINH"), phone=OTHER)
    other = new_client()
    sign_in(other, phone=OTHER)

    assert other.get(OF).status_code == 200  # a bank of all
    assert "So sánh" not in other.get(OF).text
    assert other.get(f"{OF}/difference?before=1&after=2").status_code == 404
    assert clerk.get(f"{OF}/difference?before=1&after=7").status_code == 404
    assert clerk.get("/admin/banks/of/khong-co").status_code == 404


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_templates_are_fetched_and_read(clerk, form):
    page = clerk.get("/admin/banks/guide").text
    assert f"/admin/banks/template.{form}" in page

    got = clerk.get(f"/admin/banks/template.{form}")

    assert "attachment" in got.headers["Content-Disposition"]
    assert len(read_here(got.data).drafts) == 2
