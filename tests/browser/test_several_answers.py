"""A paper on which some questions have several right options: by touch, by keys, between phones."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from quizapp.contests import service as contests
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import NewContest
from quizapp.db import db, transaction
from tests.browser.test_keyboard import button, press
from tests.browser.test_pages import problems_of
from tests.browser.walking import (
    begin,
    come_back,
    expect_saved,
    go_to,
    mirrored,
    option,
    start,
    tap,
)
from tests.making import banks
from tests.making.contests import NOON, body

SLUG = "nhieu-dap-an"
ASKED = 4
OFFLINE = "Mất mạng – bài vẫn được giữ trên máy"


@pytest.fixture(scope="module", autouse=True)
def _contest(stage):
    """A contest of two questions of each kind, asked as they stand in the bank."""
    drafts = [(banks.several if number > 2 else banks.draft)(number) for number in range(1, 5)]
    paper = {"questions": ASKED, "shuffle_questions": False, "shuffle_options": False}
    with stage.app.app_context():
        bank = banks.published_drafts(drafts, code=SLUG)
        db.session.rollback()
        new = NewContest(
            slug=SLUG,
            title="Hỏi đáp có nhiều đáp án đúng",
            preset="union_weekly_20x20",
            body=body(paper=paper),
            bank=bank.bank_code,
            bank_number=bank.number,
            owner="TLD",
            controller="Tổng Liên đoàn Lao động Việt Nam",
            windows=(Window(opens_at=NOON, closes_at=NOON + timedelta(days=5)),),
        )
        with transaction():
            contests.create_contest(new, actor="system", at=NOON)


@pytest.fixture
def number(new_number):
    return new_number()


@pytest.fixture
def paper(page, number):
    begin(page, number, slug=SLUG)
    return page


def expect_letters(page, position, letters):
    """Expect exactly these options to be chosen."""
    expect(page.locator(f"#c{position} .pick :checked")).to_have_count(len(letters))
    for letter in letters:
        expect(page.locator(f"#c{position} [value={letter}]")).to_be_checked()


def test_ticks_are_saved_one_after_the_other_and_taken_back(paper, stage):
    go_to(paper, 3)
    expect(paper.get_by_role("group").get_by_text("Chọn tất cả phương án đúng")).to_be_visible()
    for letter in "DAB":
        tap(paper, letter)
    tap(paper, "A")
    expect_saved(paper)
    assert stage.attempt(paper).answers == bytes([1, 0, 0, 0b1010, 0])
    expect(paper.locator("#done")).to_have_text("1")
    paper.reload()
    expect_letters(paper, 3, "BD")

    go_to(paper, 3)
    tap(paper, "B")
    tap(paper, "D")
    expect(paper.locator("#done")).to_have_text("0")
    expect_saved(paper)

    assert stage.attempt(paper).answers == bytes([1, 0, 0, 0, 0])
    paper.reload()
    expect_letters(paper, 3, "")


def test_both_kinds_by_touch_are_handed_in_and_counted(paper, stage):
    for position, letters in stage.right_letters(paper).items():
        go_to(paper, position)
        for letter in letters:
            tap(paper, letter)
        expect_letters(paper, position, letters)
    go_to(paper, ASKED + 1)
    paper.locator("#prediction").fill("7")
    paper.get_by_role("button", name="Nộp bài").click()
    paper.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()

    paper.wait_for_url("**/result*")

    expect(paper.get_by_text("Đúng 4/4 câu")).to_be_visible()


def test_both_kinds_with_the_keyboard_alone(paper, stage):
    for position, letters in stage.right_letters(paper).items():
        if len(letters) == 1:
            press(paper, paper.locator(f"#c{position} [type=radio]").first, "Space")
            for _ in range("ABCD".index(letters)):
                paper.keyboard.press("ArrowDown")
        for letter in letters if len(letters) > 1 else "":
            press(paper, paper.locator(f"#c{position} [value={letter}]"), "Space")
        expect_letters(paper, position, letters)
        press(paper, button(paper, "Câu sau"))
    paper.keyboard.press("Tab")
    paper.keyboard.type("7")
    press(paper, button(paper, "Xem lại và nộp"))
    expect(paper.locator("#sure-yes")).to_be_focused()
    paper.keyboard.press("Enter")

    paper.wait_for_url("**/result*")

    expect(paper.get_by_text("Đúng 4/4 câu")).to_be_visible()


def test_without_javascript_what_is_unticked_is_not_counted(plain, stage, number):
    begin(plain, number, slug=SLUG)
    right = stage.right_letters(plain)
    for position in (1, 3, 4):
        for letter in right[position]:
            option(plain, position, letter).click()
    option(plain, 4, right[4][0]).click()
    plain.get_by_role("button", name="Nộp bài").click()

    plain.wait_for_url("**/result*")

    expect(plain.get_by_text("Đúng 2/4 câu")).to_be_visible()
    expect(plain.get_by_text("3/4 câu", exact=True)).to_be_visible()


def test_unticked_without_a_network_it_is_handed_in_unticked(paper, stage):
    go_to(paper, 3)
    tap(paper, "B")
    expect_saved(paper)
    paper.context.set_offline(True)
    tap(paper, "B")
    expect(paper.locator("#saved")).to_have_text(OFFLINE)
    paper.route("**/answers", lambda route: route.abort())  # the submit alone arrives
    paper.get_by_role("button", name="Nộp bài").click()
    paper.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()
    expect(paper.get_by_text("Bài sẽ được nộp khi có mạng")).to_be_visible()
    paper.context.set_offline(False)

    paper.wait_for_url("**/result*")

    assert stage.attempt(paper).answers == bytes([1, 0, 0, 0, 0])


def test_an_old_tab_hands_in_nothing_that_another_one_has_answered(paper, stage):
    other = paper.context.new_page()
    other.goto(paper.url)
    go_to(other, 3)
    tap(other, "B")
    tap(other, "D")
    expect_saved(other)
    go_to(paper, 4)
    tap(paper, "A")
    expect_saved(paper)

    paper.get_by_role("button", name="Nộp bài").click()
    paper.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()
    paper.wait_for_url("**/result*")

    assert stage.attempt(paper).answers == bytes([1, 0, 0, 0b1010, 0b0001])


@pytest.fixture
def lost(phone, paper, number):
    """A phone whose last ticks did not arrive before another one took the paper over."""
    go_to(paper, 4)
    tap(paper, "C")
    expect_saved(paper)
    paper.context.set_offline(True)
    tap(paper, "C")
    go_to(paper, 3)
    tap(paper, "D")
    tap(paper, "B")
    expect(paper.locator("#saved")).to_have_text(OFFLINE)
    second = phone()
    come_back(second, number, slug=SLUG)
    start(second)
    go_to(second, 3)
    tap(second, "A")
    tap(second, "C")
    expect_saved(second)
    paper.context.set_offline(False)
    return paper


def test_ticks_that_did_not_arrive_are_offered_in_words(lost, stage):
    expect(lost.get_by_text("Câu 3: BD, Câu 4: chưa trả lời chưa gửi được")).to_be_visible()
    expect_letters(lost, 3, "AC")
    expect(lost.locator("#c3 [value=B]")).to_be_disabled()
    lost.get_by_role("link", name="Làm tiếp trên máy này").click()
    lost.get_by_role("button", name="Làm tiếp trên máy này").click()
    lost.wait_for_url("**/a/*")
    rows = lost.locator("#offer .pick")
    expect(rows.nth(0)).to_contain_text("Máy này: B. 31 ngày; D. 33 ngày")
    expect(rows.nth(0)).to_contain_text("Máy chủ: A. 30 ngày; C. 32 ngày")
    expect(rows.nth(1)).to_contain_text("Máy này: chưa trả lời")
    expect(rows.nth(1)).to_contain_text("Máy chủ: C. 42 ngày")
    rows.nth(0).click()
    rows.nth(1).click()

    lost.get_by_role("button", name="Dùng các câu đã đánh dấu").click()

    expect_saved(lost)
    assert stage.attempt(lost).answers == bytes([1, 0, 0, 0b1010, 0])
    expect_letters(lost, 3, "BD")
    expect_letters(lost, 4, "")


def test_everybody_can_see_and_reach_the_boxes(phone, plain, paper, stage, clock, number):
    go_to(paper, 3)
    tap(paper, "B")
    tap(paper, "D")
    expect_saved(paper)
    found = [f"paper: {one}" for one in problems_of(paper, Axe())]
    come_back(plain, number, slug=SLUG)
    start(plain)
    found += [f"plain: {one}" for one in problems_of(mirrored(plain, phone()), Axe())]
    plain.get_by_role("button", name="Nộp bài").click()
    clock.move(days=6)
    stage.make_boards()  # ends the papers that others left
    plain.reload()
    expect(plain.get_by_text("Chỉ tính là đúng khi chọn đủ").first).to_be_visible()
    found += [f"result: {one}" for one in problems_of(mirrored(plain, phone()), Axe())]

    assert found == [], "\n".join(found)
