"""Taps on their way to the server. What the paper says of them must be true."""

from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Error, expect

from tests.browser.walking import PLANTED, begin, expect_chosen, expect_saved, go_to, tap
from tests.making.contests import NOON

NOTHING = bytes([1] + [0] * 20)
ON_PHONE = "Đã lưu trên máy"
SAVING = "Đang lưu…"
OFFLINE = "Mất mạng – bài vẫn được giữ trên máy"
SAVES = "**/answers"
# Two ways in which browsers refuse to keep anything, as in private windows.
THROWS = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }"
FAILS = """IDBFactory.prototype.open = () => {
  const request = {}; queueMicrotask(() => request.onerror()); return request }"""


@pytest.fixture
def still(page, new_number):
    """A paper on a phone whose clock stands: its timers run only when the test says so."""
    page.clock.install(time=NOON)
    begin(page, new_number())
    page.clock.pause_at(NOON + timedelta(seconds=90))
    page.evaluate(
        """() => { const send = fetch; window.asked = []; window.settled = 0;
        window.fetch = (url, how) => { asked.push(how);
          return send(url, how).finally(() => { settled += 1 }) } }"""
    )
    return page


def count_sent(page):
    """Return how many saves left a `still` phone."""
    return page.evaluate("asked.length")


def settle(page, count):
    """Wait until so many saves of a `still` phone were answered or failed, and it knows."""
    for _ in range(400):
        if page.evaluate("settled") >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError("never")


def record_states(page):
    """Let the page note whatever it says about saving from now on."""
    page.evaluate(
        """() => { const box = document.getElementById("saved"); window.states = [];
        const note = () => states.push(box.textContent);
        new MutationObserver(note).observe(box, { childList: true }) }"""
    )


def states(page):
    return [state for state in page.evaluate("states") if state]


def let_go(page, held):
    """Let the save go on that a page has sent, or is sending, to a handler that holds it."""
    for _ in range(400):
        if held:
            return held.pop().continue_()
        page.wait_for_timeout(50)
    raise AssertionError("no save was sent")


def aborted(route):
    route.abort()


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


def test_a_tap_is_sent_within_three_seconds_however_fast_others_follow(still):
    tap(still, "A")
    expect(still.locator("#saved")).to_have_text(ON_PHONE)
    assert count_sent(still) == 0

    for letter in "BCD":
        still.clock.run_for(1000)
        tap(still, letter)

    assert count_sent(still) >= 1
    still.clock.run_for(3000)
    expect_saved(still)


@pytest.mark.parametrize(
    "hide",
    [
        "window.dispatchEvent(new Event('pagehide'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
    ],
    ids=["pagehide", "visibilitychange"],
)
def test_a_page_that_hides_sends_at_once_what_a_closing_one_still_delivers(still, hide):
    still.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
    tap(still, "A")
    expect(still.locator("#saved")).to_have_text(ON_PHONE)

    still.evaluate(hide)

    expect_saved(still)
    assert still.evaluate("asked.map(how => how.keepalive)") == [True]


def test_leaving_the_page_delivers_the_last_tap(still, stage):
    path = still.url
    with stage.until_saved():
        tap(still, "A")
        expect(still.locator("#saved")).to_have_text(ON_PHONE)
        still.goto("/")

    still.goto(path)
    assert stage.attempt(still).answers != NOTHING


def test_after_a_lost_answer_the_very_same_save_is_sent_again(still, stage):
    sent = []

    def take_and_lose_the_first(route):
        sent.append(route.request.post_data_buffer)
        if len(sent) == 1:
            assert route.fetch().status == 200
            route.abort()
        else:
            route.continue_()

    still.route(SAVES, take_and_lose_the_first)
    tap(still, "A")
    still.clock.run_for(1200)
    expect(still.locator("#saved")).to_have_text(OFFLINE)
    still.clock.run_for(3000)

    expect_saved(still)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert stage.attempt(still).last_op == 1


def test_phones_that_failed_together_try_again_at_different_times(still):
    still.route(SAVES, aborted)
    still.evaluate("Math.random = () => 0")
    tap(still, "A")
    still.clock.run_for(1200)
    expect(still.locator("#saved")).to_have_text(OFFLINE)
    still.evaluate("Math.random = () => 0.999")
    still.clock.run_for(1000)
    assert count_sent(still) == 1
    still.clock.run_for(100)
    assert count_sent(still) == 2
    settle(still, 2)
    expect(still.locator("#saved")).to_have_text(OFFLINE)

    still.clock.run_for(3000)
    assert count_sent(still) == 2
    still.clock.run_for(1000)

    assert count_sent(still) == 3


def test_each_state_is_shown_while_it_is_true(still):
    held = []

    def hold(route):
        held.append(route)

    still.route(SAVES, hold)
    record_states(still)
    tap(still, "A")
    expect(still.locator("#saved")).to_have_text(ON_PHONE)
    still.clock.run_for(1200)
    expect(still.locator("#saved")).to_have_text(SAVING)
    go_to(still, 2)
    tap(still, "B")
    expect(still.locator("#saved")).to_have_text(ON_PHONE)
    let_go(still, held)
    expect(still.locator("#saved")).to_have_text(SAVING)  # the first is saved, the second is not
    let_go(still, held)

    expect_saved(still)
    assert states(still) == [ON_PHONE, SAVING, ON_PHONE, SAVING, "Đã lưu"]


def test_taps_are_kept_on_the_phone_until_they_can_be_sent(page, stage, new_number):
    # What a closing page sends passes by Playwright's routes; so here the page itself cannot send.
    page.add_init_script(
        "if (!localStorage.reached) window.fetch = () => Promise.reject(new TypeError())"
    )
    begin(page, new_number())
    tap(page, "D")
    expect(page.locator("#saved")).to_have_text(OFFLINE)
    page.reload()

    expect_chosen(page, 1, "D")
    expect(page.locator("#saved")).to_have_text(OFFLINE)
    assert stage.attempt(page).answers == NOTHING
    page.evaluate("localStorage.reached = 'yes'")
    page.reload()
    expect_chosen(page, 1, "D")
    expect_saved(page)
    assert stage.attempt(page).answers != NOTHING


def test_a_tab_that_was_killed_loses_no_tap(page, stage, new_number):
    begin(page, new_number())
    path, context = page.url, page.context
    page.route(SAVES, aborted)
    tap(page, "D")
    expect(page.locator("#saved")).to_have_text(OFFLINE)
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    again = context.new_page()

    again.goto(path)

    expect_chosen(again, 1, "D")
    expect_saved(again)
    assert stage.attempt(again).answers != NOTHING


@pytest.mark.parametrize("refusal", [THROWS, FAILS], ids=["throws", "fails"])
def test_where_nothing_can_be_kept_the_page_says_not_to_close_it(page, stage, new_number, refusal):
    page.add_init_script(refusal)
    begin(page, new_number())
    record_states(page)
    page.route(SAVES, aborted)
    tap(page, "D")

    expect(page.locator("#saved")).to_have_text("Chưa gửi được – đừng đóng trang này")
    assert ON_PHONE not in states(page)
    assert stage.attempt(page).answers == NOTHING
    page.unroute(SAVES)
    expect(page.locator("#saved")).to_have_text("Đã lưu")
    assert stage.attempt(page).answers != NOTHING


def test_without_a_network_taps_are_kept_here_and_sent_when_it_is_back(page, stage, new_number):
    begin(page, new_number())
    page.context.set_offline(True)
    tap(page, "D")

    expect(page.locator("#saved")).to_have_text(OFFLINE)
    assert stage.attempt(page).answers == NOTHING
    page.context.set_offline(False)

    expect_saved(page)
    assert stage.attempt(page).answers != NOTHING


@pytest.mark.parametrize(
    "portal",
    [
        {"content_type": "text/html; charset=utf-8", "body": "<h1>Đăng nhập Wi-Fi</h1>"},
        {"content_type": "application/json", "body": '{"status": "ok"}'},
        # What the product says itself while its disk is full or its database away.
        {
            "status": 503,
            "headers": {"Retry-After": "3", "Content-Type": "application/json", PLANTED: "yes"},
            "body": '{"error": "Máy chủ đang gián đoạn"}',
        },
    ],
    ids=["page", "json", "no room"],
)
def test_what_is_answered_in_place_of_a_save_is_none(page, stage, new_number, portal):
    begin(page, new_number())
    page.route(SAVES, lambda route: route.fulfill(**portal))
    record_states(page)
    tap(page, "A")

    expect(page.locator("#saved")).to_have_text("Chưa gửi được – bài vẫn được giữ trên máy")
    assert "Đã lưu" not in states(page)
    assert stage.attempt(page).answers == NOTHING
    page.unroute(SAVES)
    expect(page.locator("#saved")).to_have_text("Đã lưu")


def test_an_old_tab_puts_nothing_back_that_was_changed_in_another(page, stage, new_number):
    begin(page, new_number())
    tap(page, "A")
    expect_saved(page)
    other = page.context.new_page()
    other.goto(page.url)
    go_to(other, 1)
    tap(other, "C")
    expect_saved(other)
    go_to(page, 2)
    tap(page, "D")
    expect_saved(page)

    other.reload()

    expect_chosen(other, 1, "C")
    expect_chosen(other, 2, "D")


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
