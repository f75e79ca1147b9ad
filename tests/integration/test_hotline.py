"""Whom people may call: shown where they need it; where there is nobody, no page says to call."""

import pytest

from quizapp.db import db
from quizapp.people.service import Role
from tests.integration.pages import Page
from tests.integration.test_desk import desk, signed_in, token_of
from tests.integration.test_help_desk import as_phone
from tests.integration.test_looks import LOOK, clerk, sent
from tests.making import drafts

__all__ = ["clerk", "desk", "signed_in"]
LINK = '<a href="tel:02439421794">024 3942 1794</a>'
PAGES = (
    "/c/tim-hieu",
    "/help?contest=tim-hieu",
    "/return?contest=tim-hieu",
    "/return/new-pin?contest=tim-hieu",
)
OWN = ("/c/tim-hieu/me", "/c/tim-hieu/rounds/9")


def called(client, number):
    token = token_of(client)
    return client.post(LOOK, data=token | {"hotline": number})


def test_the_number_is_shown_wherever_somebody_may_need_it(desk, new_client, signed_in):
    assert called(signed_in(Role.ORGANISER), "+84 24.3942.1794").status_code == 303
    db.session.rollback()
    phone = as_phone(new_client(), desk.contest, desk.people["home"])

    for client, paths in ((new_client(), PAGES), (phone, OWN)):
        for path in paths:
            assert LINK in client.get(path).text, path


def test_without_a_number_nobody_is_told_to_call(desk, new_client):
    phone = as_phone(new_client(), desk.contest, desk.people["home"])

    for client, paths in ((new_client(), PAGES), (phone, (*OWN, "/c/tim-hieu/my-data"))):
        for path in paths:
            text = client.get(path).text.lower()
            assert "gọi" not in text, path
            assert "tel:" not in text, path


def test_a_number_is_taken_off_and_a_wrong_one_refused_with_what_was_typed(clerk):
    wrong = sent(clerk, LOOK, hotline="113")
    assert wrong.status_code == 422
    assert 'value="113"' in wrong.text
    assert "số cố định có mã vùng" in wrong.text

    for typed, shown in (("19001234", "1900 1234"), ("0912345678", "0912 345 678")):
        assert sent(clerk, LOOK, hotline=typed).status_code == 303
        assert f">{shown}</a>" in clerk.get("/c/tim-hieu").text
    assert sent(clerk, LOOK, hotline=" ").status_code == 303
    assert "tel:" not in clerk.get("/c/tim-hieu").text


@pytest.mark.parametrize(("typed", "words"), [("0243", "Số điện thoại không đúng"), ("", "")])
def test_a_draft_tells_what_is_wrong_with_the_number(app, clerk, typed, words):
    with app.app_context():
        draft = drafts.whole_draft(bank="bank-tim-hieu", unit="P_HUE", hotline=typed)
        db.session.remove()

    page = clerk.get(f"/admin/drafts/{draft}/steps/check").text

    assert ("Số điện thoại không đúng" in page) is bool(words)


def test_the_number_of_a_draft_is_the_contests(app, clerk):
    with app.app_context():
        draft = drafts.whole_draft(bank="bank-tim-hieu", unit="P_HUE", hotline="024 3942 1794")
        db.session.remove()
    assert LINK in clerk.get(f"/admin/drafts/{draft}/preview").text
    check = clerk.get(f"/admin/drafts/{draft}/steps/check")

    clerk.post(f"/admin/drafts/{draft}/approve", data=Page(check.text).forms[0].hidden)

    assert LINK in clerk.get("/c/tim-hieu-luat-cong-doan-2024").text
