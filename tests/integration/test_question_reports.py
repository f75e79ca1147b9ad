"""“Báo câu hỏi”: what contestants report reaches who owns the bank, and tells nothing of keys."""

import pytest

from quizapp.banks.models import QuestionReport
from quizapp.people.service import Role
from tests.integration.pages import Page
from tests.integration.test_desk import desk, signed_in
from tests.integration.test_help_desk import as_phone, rows_of
from tests.making import attempts

__all__ = ["desk", "signed_in"]
BANK = "/admin/banks/bank-tim-hieu/reports"


def phone_of(desk, new_client, who):
    return as_phone(new_client(), desk.contest, desk.people[who])


def report(phone, attempt, **fields):
    path = f"/a/{attempt}/report"
    form = Page(phone.get(path).text).forms[-1].hidden
    return phone.post(path, data=form | {"question": "3", "reason": "unclear"} | fields)


def test_reports_are_counted_by_people_for_the_banks_owner(desk, new_client, signed_in):
    for who in ("home", "away"):
        phone = phone_of(desk, new_client, who)
        for _ in range(2):
            assert report(phone, desk.attempts[who]).status_code == 303
        assert report(phone, desk.attempts[who], reason="out_of_date").status_code == 303
    assert len(rows_of(QuestionReport)) <= 2

    page = signed_in(Role.QUESTION_WRITER).get(BANK).text

    assert page.count("Luật cũ, đã thay đổi") >= 1
    numbers = {row.number for row in rows_of(QuestionReport)}
    for number in numbers:
        assert f"Câu hỏi số {number}" in page


def test_a_running_paper_leads_to_it_and_goes_on(desk, new_client):
    phone = phone_of(desk, new_client, "home")
    running = attempts.started(desk.contest, desk.people["home"])
    assert f'href="/a/{running}/report"' in phone.get(f"/a/{running}").text

    done = report(phone, running)

    assert done.status_code == 303
    page = phone.get(done.location).text
    assert f'href="/a/{running}"' in page
    assert "Đã ghi" in page
    (row,) = rows_of(QuestionReport)
    assert row.person_id == desk.people["home"].id


def test_each_result_leads_to_it_with_its_own_address(desk, new_client):
    """The page is kept between requests; whose it is may not be."""
    for who in ("home", "away"):
        page = phone_of(desk, new_client, who).get(f"/a/{desk.attempts[who]}/result").text

        assert f'href="/a/{desk.attempts[who]}/report"' in page
        others = set(desk.attempts.values()) - {desk.attempts[who]}
        assert not [one for one in others if one in page]


@pytest.mark.parametrize(
    "fields",
    [
        {"question": "0"},
        {"question": "21"},
        {"question": "x"},
        {"reason": "nothing"},
        {"reason": ""},
    ],
)
def test_what_is_no_report_is_refused(desk, new_client, fields):
    answer = report(phone_of(desk, new_client, "home"), desk.attempts["home"], **fields)

    assert answer.status_code == 422
    assert rows_of(QuestionReport) == []


def test_nobody_reports_from_the_paper_of_another(desk, new_client):
    phone = phone_of(desk, new_client, "home")

    assert phone.get(f"/a/{desk.attempts['away']}/report").status_code == 404
    own = Page(phone.get(f"/a/{desk.attempts['home']}/report").text).forms[-1].hidden
    path = f"/a/{desk.attempts['away']}/report"
    fields = {"question": "3", "reason": "unclear"}
    assert phone.post(path, data=own | fields).status_code in {400, 404}
    assert rows_of(QuestionReport) == []


def test_only_who_writes_the_bank_sees_what_was_reported(desk, new_client, signed_in):
    report(phone_of(desk, new_client, "home"), desk.attempts["home"])
    for n, role in enumerate((Role.HELP_DESK, Role.AUDITOR, Role.VIEWER)):
        assert signed_in(role, phone=f"0987 650 42{n}").get(BANK).status_code == 404
    assert (
        signed_in(Role.OWNER, phone="0987 650 429").get("/admin/banks/khong-co/reports").status_code
        == 404
    )
