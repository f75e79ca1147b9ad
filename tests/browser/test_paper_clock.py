"""The paper's time is the server's, whatever the phone believes or sleeps through."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from quizapp.attempts import service as attempts
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from tests.browser.stage import OPEN
from tests.browser.walking import begin, expect_saved, go_to, tap
from tests.making.contests import NOON

DAY = timedelta(days=1)
ASIDE = "Đến sau khi hết giờ: 1 câu trả lời. Không được tính"


def expect_left(page, *, minutes):
    """Expect a time left in that minute; the server's clock runs, so no second is certain."""
    expect(page.locator("#left")).to_have_text(re.compile(rf"^{minutes}:[0-5]\d$"))


@pytest.mark.parametrize("wrong", [-DAY, DAY], ids=["slow", "fast"])
def test_the_time_left_is_the_servers_when_the_phones_clock_is_a_day_off(page, new_number, wrong):
    page.clock.install(time=NOON + wrong)
    begin(page, new_number())

    expect_left(page, minutes=19)


@pytest.mark.parametrize("jump", [-DAY, DAY], ids=["back", "forward"])
def test_a_phone_whose_clock_is_set_meanwhile_loses_no_time(page, stage, new_number, jump):
    page.clock.install(time=NOON)
    begin(page, new_number())
    expect_left(page, minutes=19)

    page.clock.set_system_time(NOON + jump)

    expect_saved(page)  # the server was asked for the time
    expect_left(page, minutes=19)
    page.clock.fast_forward("05:00")
    expect_left(page, minutes=14)
    assert stage.attempt(page).state == "running"


def test_a_phone_that_slept_shows_the_time_that_is_left_now(page, clock, new_number):
    page.clock.install(time=NOON)
    begin(page, new_number())
    expect_left(page, minutes=19)

    clock.move(minutes=12)
    page.clock.fast_forward("12:00")

    expect_left(page, minutes=7)


def test_a_phone_whose_timers_slept_too_asks_before_it_ends_the_paper(
    page, stage, clock, new_number
):
    """Some phones stop every clock of a page but the calendar's while they sleep."""
    page.clock.install(time=NOON)
    begin(page, new_number())
    expect_left(page, minutes=19)
    give_five_minutes(stage, page)
    clock.move(minutes=21)

    asked = []

    def hold(route):
        asked.append(route)

    page.route("**/answers", hold)
    page.clock.set_system_time(NOON + timedelta(minutes=21))
    expect(page.locator("#saved")).to_have_text("Đang lưu…")
    expect(page.locator("#paper")).to_be_visible()
    expect_left(page, minutes=19)  # as before the sleep, until the server has answered
    asked.pop().continue_()

    expect_left(page, minutes=3)
    expect(page.locator("#paper")).to_be_visible()
    assert stage.attempt(page).state == "running"


def test_a_paper_open_at_its_end_is_handed_in_and_shows_the_result(page, clock, new_number):
    begin(page, new_number())
    clock.move(minutes=19, seconds=58)
    page.reload()
    tap(page, "A")

    page.wait_for_url("**/result*")

    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận bài của bạn")
    expect(page.get_by_text("1/20", exact=False).first).to_be_visible()


def test_a_paper_whose_end_passed_unseen_leads_to_the_result(page, stage, clock, new_number):
    begin(page, new_number())
    clock.move(minutes=21)
    stage.make_boards()

    tap(page, "A")

    page.wait_for_url("**/result*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hết giờ: bài đã được chấm")


def test_time_given_while_the_paper_is_open_is_time_left(page, stage, clock, new_number):
    begin(page, new_number())
    clock.move(minutes=19, seconds=57)
    page.reload()
    give_five_minutes(stage, page)

    expect_left(page, minutes=4)

    expect(page.locator("#paper")).to_be_visible()
    tap(page, "A")
    expect_saved(page)
    assert stage.attempt(page).state == "running"


def give_five_minutes(stage, page):
    person_id = stage.attempt(page).person_id
    with stage.app.app_context():
        one = contests.get_round(contests.get_contest(OPEN), 1)
        db.session.rollback()
        whom, why = (
            attempts.For(person_id=person_id),
            attempts.Why(actor="system", reason="mất điện"),
        )
        with transaction():
            attempts.grant_time(one, whom, 300, why, at=stage.clock.now())


def test_a_pause_stands_on_the_paper_and_a_phone_hears_by_itself_that_it_is_over(
    page, stage, clock, new_number
):
    page.clock.install(time=NOON)
    begin(page, new_number())
    decide(stage, attempts.pause_round)

    tap(page, "A")

    expect_saved(page)
    expect(page.locator("#paused")).to_contain_text("đồng hồ đứng yên")
    stood = page.locator("#left").text_content()
    page.clock.run_for("00:10")
    expect(page.locator("#left")).to_have_text(stood)

    clock.move(minutes=3)
    decide(stage, attempts.resume_round)
    page.clock.run_for("00:31")

    expect(page.locator("#paused")).to_be_empty()


def decide(stage, deed):
    with stage.app.app_context(), transaction():
        one = contests.get_round(contests.get_contest(OPEN), 1)
        deed(one, attempts.Why(actor="system", reason="mất điện"), at=stage.clock.now())


def test_the_last_minutes_are_said_three_times_and_no_more(page, new_number):
    page.clock.install(time=NOON)
    begin(page, new_number())
    page.evaluate(
        """() => { const box = document.getElementById("said"); window.said = [];
        window.wasThere = box.checkVisibility() && box.getAttribute("role");
        const left = () => document.getElementById("left").textContent;
        const note = () => { if (box.textContent) said.push([left(), box.textContent]) };
        new MutationObserver(note).observe(box, { childList: true, subtree: true }) }"""
    )

    page.clock.run_for("19:40")

    assert page.evaluate("wasThere") == "status"
    assert page.evaluate("said") == [
        ["5:00", "Còn 5 phút."],
        ["1:00", "Còn 1 phút."],
        ["0:30", "Còn 30 giây."],
    ]


@pytest.fixture
def cut_off(page, clock, new_number):
    """A paper with one answer saved and ten minutes left, on a phone that loses the network."""
    page.clock.install(time=NOON)
    begin(page, new_number())
    tap(page, "A")
    expect_saved(page)
    clock.move(minutes=10)
    page.clock.fast_forward("10:00")
    expect_left(page, minutes=9)
    page.context.set_offline(True)
    return page


def test_answers_that_come_after_the_end_are_kept_aside_and_the_result_says_so(
    cut_off, stage, clock
):
    go_to(cut_off, 2)
    tap(cut_off, "B")
    clock.move(minutes=11)
    cut_off.clock.fast_forward("11:00")
    expect(cut_off.get_by_role("heading", name="Hết giờ làm bài")).to_be_visible()
    expect(cut_off.get_by_text("Câu chưa gửi được sẽ gửi khi có mạng; đến muộn")).to_be_visible()
    stage.make_boards()
    cut_off.context.set_offline(False)

    cut_off.wait_for_url("**/result*")
    expect(cut_off.get_by_text(ASIDE)).to_be_visible()
    expect(cut_off.get_by_text("1/20 câu", exact=True)).to_be_visible()
    counted, late = stage.attempt(cut_off), stage.late_sheet(cut_off)
    assert (counted.answers[1] != 0, counted.answers[2]) == (True, 0)
    assert late.answers[2] != 0


def test_where_all_was_saved_before_the_end_the_page_says_that_it_counts(cut_off, stage, clock):
    clock.move(minutes=11)
    cut_off.clock.fast_forward("11:00")

    expect(cut_off.get_by_text("Mọi câu bạn đã chọn đều có trên máy chủ")).to_be_visible()
    stage.make_boards()
    cut_off.context.set_offline(False)
    cut_off.wait_for_url("**/result*")
    expect(cut_off.get_by_text("1/20 câu", exact=True)).to_be_visible()
    expect(cut_off.get_by_text("Đến sau khi hết giờ")).to_have_count(0)
    assert stage.late_sheet(cut_off) is None
