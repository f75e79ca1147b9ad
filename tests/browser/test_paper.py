"""The paper while phones, networks and clocks misbehave. What it says of itself must be true."""

from datetime import timedelta

from playwright.sync_api import expect

from quizapp.attempts import service as attempts
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from tests.browser.stage import OPEN
from tests.browser.walking import (
    begin,
    come_back,
    expect_chosen,
    expect_saved,
    tap,
)
from tests.making.contests import NOON

NOTHING = bytes([1] + [0] * 20)


def test_a_tap_is_saved_by_itself_and_outlives_a_reload(page, stage, new_number):
    begin(page, new_number())
    tap(page, "B")
    expect_saved(page)
    assert stage.attempt(page).state == "running"
    assert stage.attempt(page).answers != NOTHING
    page.get_by_role("button", name="Câu sau").click()
    tap(page, "C")
    page.reload()

    expect(page.get_by_text("Câu 3/20")).to_be_visible()
    expect_chosen(page, 1, "B")
    expect_chosen(page, 2, "C")
    expect_saved(page)
    assert sum(1 for chosen in stage.attempt(page).answers[1:] if chosen) == 2


def test_without_a_network_taps_are_kept_here_and_sent_when_it_is_back(page, stage, new_number):
    begin(page, new_number())
    page.context.set_offline(True)
    tap(page, "D")

    expect(page.locator("#saved")).to_have_text("Mất mạng – bài vẫn được giữ trên máy")
    assert stage.attempt(page).answers == NOTHING
    page.context.set_offline(False)

    expect_saved(page)
    assert stage.attempt(page).answers != NOTHING


def test_a_page_in_place_of_our_answer_is_no_save(page, new_number):
    begin(page, new_number())
    portal = {"content_type": "text/html; charset=utf-8", "body": "<h1>Đăng nhập Wi-Fi</h1>"}
    page.route("**/answers*", lambda route: route.fulfill(**portal))
    page.evaluate(
        "() => new MutationObserver(() => { window.said = (window.said || '') + '|' +"
        " document.getElementById('saved').textContent })"
        ".observe(document.getElementById('saved'), { childList: true })"
    )
    tap(page, "A")

    expect(page.locator("#saved")).to_have_text("Chưa gửi được – bài vẫn được giữ trên máy")
    assert "Đã lưu" not in page.evaluate("window.said").split("|")
    page.unroute("**/answers*")
    expect(page.locator("#saved")).to_have_text("Đã lưu")


def test_another_phone_goes_on_and_the_first_may_only_read(page, phone, stage, new_number):
    number = new_number()
    begin(page, number)
    tap(page, "A")
    expect_saved(page)
    second = phone()
    come_back(second, number)
    second.get_by_role("button", name="Tiếp tục bài đang làm").click()
    expect_chosen(second, 1, "A")
    second.get_by_role("button", name="Câu 1,").click()
    tap(second, "C")
    expect_saved(second)

    tap(page, "B")

    expect(page.get_by_role("heading", name="Đang làm trên máy khác")).to_be_visible()
    expect_chosen(page, 1, "C")
    expect(page.locator("#c1 [value=B]")).to_be_disabled()
    expect(page.get_by_role("button", name="Nộp bài")).to_be_hidden()
    page.get_by_role("link", name="Làm tiếp trên máy này").click()
    page.get_by_role("button", name="Làm tiếp trên máy này").click()
    expect_chosen(page, 1, "C")


def test_the_time_left_is_the_servers_when_the_phones_clock_is_a_day_off(page, new_number):
    page.clock.install(time=NOON - timedelta(days=1))
    begin(page, new_number())

    expect(page.locator("#left")).to_have_text("19:59")


def test_a_phone_whose_clock_is_set_meanwhile_loses_no_time(page, stage, new_number):
    page.clock.install(time=NOON)
    begin(page, new_number())
    expect(page.locator("#left")).to_have_text("19:59")

    page.clock.set_system_time(NOON - timedelta(days=1))

    expect_saved(page)  # the server was asked for the time
    expect(page.locator("#left")).to_have_text("19:57")
    assert stage.attempt(page).state == "running"


def test_a_paper_open_at_its_end_is_handed_in_and_shows_the_result(page, stage, clock, new_number):
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

    expect(page.locator("#left")).to_have_text("4:59")

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


def test_handing_in_without_a_network_waits_for_it_and_says_so(page, new_number):
    begin(page, new_number())
    tap(page, "A")
    expect_saved(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Nộp bài").click()
    page.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()

    expect(page.get_by_text("Bài sẽ được nộp khi có mạng")).to_be_visible()
    page.context.set_offline(False)

    page.wait_for_url("**/result*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận bài của bạn")


def test_a_prediction_that_is_no_number_is_named_and_not_saved(page, stage, new_number):
    begin(page, new_number())
    page.get_by_role("button", name="Câu dự đoán").click()
    box = page.locator("#prediction")

    box.fill("1250")
    expect_saved(page)
    box.fill("rất nhiều")

    expect(page.get_by_text("Dự đoán này chưa được lưu")).to_be_visible()
    expect_saved(page)
    assert stage.attempt(page).prediction == 1250
    box.fill("")
    expect(page.locator("#saved")).not_to_have_text("Đã lưu")
    expect_saved(page)
    assert stage.attempt(page).prediction is None
