"""A second phone takes the paper over while answers of the first have not arrived."""

import pytest
from playwright.sync_api import expect

from tests.browser.walking import (
    begin,
    expect_chosen,
    expect_saved,
    go_to,
    start,
    take_over,
    tap,
)

OFFLINE = "Mất mạng – bài vẫn được giữ trên máy"
NOT_ARRIVED = "Câu 1: B, Câu 2: D, Câu dự đoán: 900 chưa gửi được"


@pytest.fixture
def number(new_number):
    return new_number()


@pytest.fixture
def first(page, number):
    """A phone with a paper on which three answers did not arrive; question 3 did."""
    begin(page, number)
    go_to(page, 3)
    tap(page, "A")
    expect_saved(page)
    page.context.set_offline(True)
    go_to(page, 1)
    tap(page, "B")
    go_to(page, 2)
    tap(page, "D")
    page.get_by_role("button", name="Câu dự đoán").click()
    page.locator("#prediction").fill("900")
    expect(page.locator("#saved")).to_have_text(OFFLINE)
    return page


@pytest.fixture
def second(phone, first, number):
    """Another phone that holds the same paper now and has answered question 1."""
    page = phone()
    take_over(page, number)
    tap(page, "C")
    expect_saved(page)
    return page


def told(page):
    """Bring the first phone back to the network; it learns that another one holds the paper."""
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Đang làm trên máy khác")).to_be_visible()


def take_back(page):
    page.get_by_role("link", name="Làm tiếp trên máy này").click()
    page.get_by_role("button", name="Làm tiếp trên máy này").click()
    page.wait_for_url("**/a/*")


def kept_papers(page):
    """Return how many papers this phone keeps."""
    return page.evaluate(
        """() => new Promise(done => { indexedDB.open("quizapp", 1).onsuccess = event =>
        event.target.result.transaction("papers").objectStore("papers").count()
        .onsuccess = count => done(count.target.result) })"""
    )


def test_the_first_phone_may_only_read_and_names_what_did_not_arrive(first, second):
    told(first)

    expect(first.get_by_text(NOT_ARRIVED)).to_be_visible()
    expect_chosen(first, 1, "C")
    expect(first.locator("#c1 [value=B]")).to_be_disabled()
    expect(first.locator("#c2 :checked")).to_have_count(0)
    expect(first.locator("#prediction")).to_have_value("")
    expect(first.locator("#paper").get_by_role("button", name="Nộp bài")).to_be_hidden()
    first.reload()
    expect(first.get_by_role("heading", name="Bài này đang được làm trên máy khác")).to_be_visible()
    expect(first.get_by_text(NOT_ARRIVED)).to_be_visible()


def test_taken_back_only_the_answers_that_are_ticked_are_put_over_the_servers(first, second, stage):
    told(first)
    take_back(first)

    expect(first.get_by_role("heading", name="Câu trả lời chưa gửi được")).to_be_visible()
    expect_chosen(first, 1, "C")
    expect(first.locator("#c2 :checked")).to_have_count(0)
    assert stage.attempt(first).prediction is None
    rows = first.locator("#offer .pick")
    expect(rows.nth(0)).to_contain_text("Câu 1")
    expect(rows.nth(0)).to_contain_text("Máy này: B. ")
    expect(rows.nth(0)).to_contain_text("Máy chủ: C. ")
    expect(rows.nth(0).get_by_role("checkbox")).not_to_be_checked()
    expect(rows.nth(1)).to_contain_text("Máy chủ: chưa trả lời")
    expect(rows.nth(1).get_by_role("checkbox")).to_be_checked()
    rows.nth(2).click()  # the prediction, not to be taken
    first.get_by_role("button", name="Dùng các câu đã đánh dấu").click()

    expect_saved(first)
    expect_chosen(first, 1, "C")
    expect_chosen(first, 2, "D")
    expect_chosen(first, 3, "A")
    first.reload()
    expect_chosen(first, 1, "C")
    expect_chosen(first, 2, "D")
    expect(first.locator("#offer")).to_be_hidden()
    assert stage.attempt(first).prediction is None


def test_the_choice_waits_through_reloads_and_a_new_tap_decides_about_its_question(first, second):
    told(first)
    take_back(first)
    expect(first.locator("#offer .pick")).to_have_count(3)
    first.reload()
    expect(first.locator("#offer .pick")).to_have_count(3)

    go_to(first, 2)
    tap(first, "A")

    expect(first.locator("#offer .pick")).to_have_count(2)
    expect_saved(first)
    first.get_by_role("button", name="Nộp bài").click()
    expect(first.get_by_role("dialog")).to_contain_text("Còn câu trả lời chưa gửi được")
    first.get_by_role("button", name="Làm tiếp").click()
    first.reload()
    expect(first.locator("#offer .pick")).to_have_count(2)
    expect_chosen(first, 2, "A")
    first.get_by_role("button", name="Giữ tất cả theo máy chủ").click()
    expect(first.locator("#offer")).to_be_hidden()
    first.reload()
    expect_chosen(first, 1, "C")
    expect(first.locator("#offer")).to_be_hidden()


def test_left_on_the_first_phone_they_are_gone_for_good(first, second, stage):
    before = stage.attempt(second).answers
    told(first)
    first.get_by_role("button", name="Bỏ các câu này").click()

    expect(first.locator("#offer")).to_be_hidden()
    first.reload()
    first.get_by_role("button", name="Làm tiếp trên máy này").click()
    first.wait_for_url("**/a/*")
    expect(first.locator("#grid")).to_be_visible()
    expect(first.locator("#offer")).to_be_hidden()
    assert stage.attempt(first).answers == before


def test_they_may_be_left_on_the_page_that_comes_after_a_reload_too(first, second):
    told(first)
    first.reload()
    first.get_by_role("button", name="Bỏ các câu này").click()
    expect(first.locator("#offer")).to_be_hidden()

    first.reload()

    expect(first.get_by_role("button", name="Làm tiếp trên máy này")).to_be_visible()
    assert kept_papers(first) == 0
    expect(first.locator("#offer")).to_be_hidden()


def test_a_phone_that_was_never_told_asks_before_it_replaces_anything(first, second, stage):
    """Both phones saved under the same number; only what is in the answers tells them apart."""
    before = stage.attempt(second).answers
    first.route("**/answers", lambda route: route.abort())
    first.context.set_offline(False)
    path = first.url
    first.goto("/c/tuan-phap-luat/rounds/1")
    start(first)

    assert first.url == path
    expect(first.locator("#offer .pick")).to_have_count(3)
    expect_chosen(first, 1, "C")
    first.unroute("**/answers")
    assert stage.attempt(first).answers == before


def test_when_the_other_phone_hands_in_the_first_shows_the_result_and_keeps_nothing(
    first, second, stage
):
    told(first)
    assert kept_papers(first) == 1
    second.get_by_role("button", name="Nộp bài").click()
    second.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()
    second.wait_for_url("**/result*")

    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # looked at again

    first.wait_for_url("**/result*")
    assert kept_papers(first) == 0


def test_where_nothing_can_be_kept_the_person_is_told_to_write_it_down(phone, number):
    first = phone()
    first.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no') }")
    begin(first, number)
    first.context.set_offline(True)
    tap(first, "B")
    expect(first.locator("#saved")).to_have_text("Chưa gửi được – đừng đóng trang này")
    take_over(phone(), number)

    told(first)

    expect(first.get_by_text("Câu 1: B chưa gửi được")).to_be_visible()
    expect(first.locator("#offer")).to_contain_text("hãy ghi lại trước")
