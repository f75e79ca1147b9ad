"""What a clerk is told while she brings files of questions and mends what was read of them."""

import re

import pytest

from tests.integration.pages import PART, without_tokens
from tests.integration.test_bank_pages import (
    TYPED,
    brought,
    clerk,  # noqa: F401 - a fixture
    fields_of,
    text_of,
)


def whole(html):
    """Return the block that counts all that would be published."""
    found = re.search(r'<div id="whole">.*?</div>', html, re.DOTALL)
    return found and found[0]


def test_counts_of_the_whole_come_with_a_question_mended_in_the_list(app, clerk):  # noqa: F811
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")
    one = f"{path}/questions/2"
    before = whole(clerk.get(path).text)

    saved = clerk.post(
        one, data=fields_of(clerk, one) | {"right": "A", "topic": "Kinh phí"}, headers=PART
    )

    after = without_tokens(clerk.get(f"{path}?show=all").text)
    assert "Kinh phí" not in before
    assert "<dt>Kinh phí</dt><dd>1</dd>" in whole(saved.text)
    assert whole(saved.text) == whole(after)
    assert re.search(r'hx-select-oob="([^"]+)"', saved.text)[1].split(",") == [
        f"#{name}" for name in re.findall(r' id="(tiles|tabs|whole|publish)"', saved.text)
    ]


def test_counts_of_the_whole_have_a_place_before_any_question_is_right(app, clerk):  # noqa: F811
    path = brought(app, clerk, TYPED.partition("Câu 2")[0].replace("Đáp án: B", "").encode())
    one = f"{path}/questions/1"
    assert whole(clerk.get(path).text) is not None

    saved = clerk.post(one, data=fields_of(clerk, one) | {"right": "A"}, headers=PART)

    assert "Cả bản sẽ công bố" in whole(saved.text)


def kept(client, path, **typed):
    """Save a question; return its page and what stands in its fields for days."""
    data = fields_of(client, path) | {"kind": "single"} | typed
    assert client.post(path, data=data).status_code == 303
    page = client.get(path)
    return text_of(page), re.findall(r'name="valid_\w+"[^>]*value="([^"]*)"', page.text)


@pytest.mark.parametrize("day", ["32/13/2026", "29/02/2026", "cuối năm 2026"])
def test_a_day_that_is_none_stays_as_typed_and_the_form_asked_for_is_named(app, clerk, day):  # noqa: F811
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")

    said, days = kept(clerk, f"{path}/questions/1", valid_to=day)

    assert days == ["", day]
    assert f"Ngày “{day}” không đúng. Hãy viết dạng 31/12/2026." in said
    assert "2026-12-31" not in said


def test_a_day_is_shown_in_the_form_it_is_asked_for(app, clerk):  # noqa: F811
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")
    one = f"{path}/questions/1"

    said, days = kept(clerk, one, valid_from="1.7.2025", valid_to="31/12/2026")
    assert days == ["01/07/2025", "31/12/2026"]
    assert "không đúng" not in said

    assert kept(clerk, one, valid_from=days[0], valid_to="2027-01-02")[1] == [
        "01/07/2025",
        "02/01/2027",
    ]


def test_a_day_that_is_none_hides_no_other_problem(app, clerk):  # noqa: F811
    path = brought(app, clerk, TYPED.encode(), name="luat.txt")

    said, _ = kept(clerk, f"{path}/questions/2", valid_to="32/13/2026")

    assert "Thiếu đáp án đúng" in said
    assert "Hãy viết dạng 31/12/2026" in said
