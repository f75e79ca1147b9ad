"""What a clerk is told while she brings files of questions and mends what was read of them."""

import re

from tests.integration.pages import PART, without_tokens
from tests.integration.test_bank_pages import TYPED, brought, clerk, fields_of  # noqa: F401 - a fixture


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
