"""One phone, several people: nothing typed twice, nothing of anybody lost."""

from playwright.sync_api import expect

from tests.browser.stage import COMING, OPEN
from tests.browser.walking import NAME, PIN, fill, join, start, tap

SECOND = "Đỗ Văn Khôi"


def test_two_people_on_one_phone_each_keep_their_paper_and_type_nothing_twice(page, new_number):
    first, second = new_number(), new_number()
    join(page, first)
    start(page)
    paper = page.url
    page.context.set_offline(True)
    tap(page, "B")
    expect(page.locator("#saved[data-state=off]")).to_be_visible()
    page.context.set_offline(False)

    page.goto(f"/c/{OPEN}/rounds/1")
    page.get_by_role("button", name="Người khác thi trên máy này").click()
    expect(page.locator("#known")).to_be_hidden()  # what the first one typed is not the second's
    fill(page, second)
    page.locator("#name").fill(SECOND)
    page.get_by_role("button", name="Ghi danh").click()
    page.get_by_text(f"Chào {SECOND}.").wait_for()
    page.get_by_role("button", name=f"Tiếp tục với tên {NAME}").click()
    page.get_by_text(f"Chào {NAME}.").wait_for()
    page.get_by_role("button", name="Tiếp tục bài đang làm").click()

    expect(page).to_have_url(paper)
    expect(page.locator("#c1 [value=B]")).to_be_checked()
    expect(page.locator("#done")).to_have_text("1")


def test_what_was_typed_once_is_filled_in_by_one_tap_in_the_next_contest(page, new_number):
    number = new_number()
    page.goto(f"/c/{OPEN}/join?unit=P_HA_NOI")
    page.locator("#name").fill(NAME)
    page.locator("#phone").fill(number)
    page.locator("#pin").fill(PIN)
    page.locator("#consent_take_part").check()
    page.get_by_role("button", name="Ghi danh").click()
    page.wait_for_url(f"**/c/{OPEN}/rounds/*")

    page.goto(f"/c/{COMING}/join")
    page.get_by_role("button", name="Điền giúp tôi").click()

    expect(page.locator("#name")).to_have_value(NAME)
    expect(page.locator("#phone")).to_have_value(number)
    expect(page.locator("[name=unit][value=P_HA_NOI]")).to_be_checked()
    page.reload()
    page.get_by_role("button", name="Không phải tôi").click()
    page.reload()
    expect(page.locator("#known")).to_be_hidden()
