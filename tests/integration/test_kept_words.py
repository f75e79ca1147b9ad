"""A form that was refused says of what was typed what is true: passwords and files are not kept."""

import pytest

from tests.integration.pages import Page
from tests.integration.test_bank_pages import bank_file, sent, text_of
from tests.integration.test_bank_pages import clerk as clerk_of_banks
from tests.integration.test_learning import LEARN, pdf
from tests.integration.test_learning import organiser as organiser_of_learning
from tests.integration.test_learning import sent as sent_to_learn
from tests.integration.test_organisers import invited_organiser, send
from tests.making import contests
from tests.making.contests import NOON

__all__ = ["clerk_of_banks", "organiser_of_learning"]
AGAIN = "Trình duyệt không giữ tệp đã chọn: hãy chọn lại tệp."


@pytest.fixture
def clerk(clerk_of_banks):
    return clerk_of_banks


@pytest.fixture
def organiser(organiser_of_learning):
    return organiser_of_learning


def test_who_chooses_a_password_is_told_to_type_both_again(in_app, client, freeze):
    freeze(NOON)
    page = send(client, f"/setup/{invited_organiser()}", password="ngắn", repeat="ngắn")

    assert page.status_code == 422
    assert "Còn vài chỗ cần sửa. Mật khẩu không được giữ lại, hãy nhập lại." in text_of(page)
    assert "vẫn còn đây" not in page.text


@pytest.mark.parametrize(
    ("path", "fields", "lost"),
    [
        ("/signin", {"phone": "12", "password": "mật khẩu"}, "Mật khẩu"),
        ("/return", {"phone": "12", "pin": "482915"}, "Mã PIN sáu chữ số"),
    ],
)
def test_what_is_kept_and_what_is_not_is_told_apart(in_app, client, freeze, path, fields, lost):
    freeze(NOON)
    contests.contest()
    hidden = Page(client.get(path).text).forms[-1].hidden

    page = client.post(path, data=hidden | {"contest": "tim-hieu"} | fields)

    assert page.status_code == 422
    assert f"vẫn còn đây, riêng ô “{lost}” phải điền lại." in text_of(page)
    assert 'value="12"' in page.text
    assert not (set(fields.values()) - {"12"}) & set(page.text.split('"'))


def test_files_of_a_bank_have_to_be_chosen_again_and_that_is_said(app, clerk):
    page = sent(clerk, bank_file(), bank="Có Dấu")

    assert page.status_code == 422
    assert text_of(page).count(AGAIN) == 2  # above the form and beside the field
    assert "Có Dấu" in text_of(page)
    assert AGAIN not in text_of(sent(clerk, bank="Có Dấu"))  # none was chosen


def test_a_browser_checks_the_banks_code_before_files_are_sent(app, clerk):
    given = Page(clerk.get("/admin/banks").text).attributes
    fields = {(tag, name): value for tag, name, value in given if tag == "input"}

    assert fields[("input", "pattern")] == r"\s*[a-z0-9][a-z0-9_\-]{0,63}\s*"
    assert [name for _, name, _ in given].count("required") == 2
    assert sent(clerk, bank_file(), bank=" luat ").status_code == 303


def test_a_document_to_study_has_to_be_chosen_again(organiser):
    adds = f"{LEARN}/documents"

    page = sent_to_learn(organiser, adds, title="", shown="always", url="", file=pdf())
    assert text_of(page).count(AGAIN) == 1

    page = sent_to_learn(organiser, adds, title="", shown="always", url="https://a.vn")
    assert AGAIN not in text_of(page)
