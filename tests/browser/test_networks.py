"""A paper on the networks and in the browsers that people really have."""

import random

import pytest
from playwright.sync_api import expect

from tests.browser.walking import begin, expect_chosen, expect_saved, go_to, tap

ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; SM-A045F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
)
CHROME = "Chrome/154.0.8037.57 Mobile Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148"
)
IN_APP = {
    "Zalo on Android": f"{ANDROID} {CHROME} Zalo android/260901903 ZaloTheme/light ZaloLanguage/vi",
    "Zalo on an iPhone": f"{IPHONE} Zalo iOS/470 ZaloTheme/light ZaloLanguage/vn",
    "Facebook": f"{ANDROID} {CHROME} [FB_IAB/FB4A;FBAV/530.0.0.48.74;]",
}
# What in-app browsers refuse or swallow: a page that uses one of them fails here.
REFUSALS = """for (const name of ["alert", "confirm", "prompt", "open", "print"])
  window[name] = () => { throw new Error("no " + name + " in here") };
delete window.Notification;
Object.defineProperty(navigator, "serviceWorker", { value: undefined });"""
LOCK = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange")) }"""
LETTERS = "BCADBDACBA"


@pytest.mark.parametrize("agent", IN_APP.values(), ids=IN_APP)
def test_a_contest_passes_in_the_browser_inside_an_app(phone, stage, new_number, agent):
    page = phone(user_agent=agent)
    page.add_init_script(REFUSALS)

    begin(page, new_number())
    answer(page, LETTERS[:3])
    page.set_viewport_size({"width": 360, "height": 560})  # the app's bars come back
    expect(page.locator("#submit")).to_be_visible()
    expect_saved(page)
    page.reload()
    for position, letter in enumerate(LETTERS[:3], start=1):
        expect_chosen(page, position, letter)
    page.locator("#submit").click()
    page.locator("#sure-yes").click()

    page.wait_for_url("**/result*")
    assert stage.attempt(page).state == "submitted"
    page.locator("a[href$='/certificate']").click()
    picture = page.locator("img.pic")
    expect(picture).to_have_js_property("naturalWidth", 1080)  # held down, the app saves it
    # A plain address that sends a file: apps save no file that a script makes.
    kept = page.request.get(page.locator(".btn").first.get_attribute("href"))
    assert kept.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("lost", [0, 0.3, 1])
def test_with_packets_lost_every_answer_arrives_once_the_network_lets_it(
    page, stage, new_number, lost
):
    begin(page, new_number())
    chance = random.Random(f"loss {lost}")

    def drop(route):
        if chance.random() < lost:
            # Lost on the way there, or the answer on the way back: the server has it then.
            if chance.random() < 0.5:
                route.fetch()
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/answers", drop)
    answer(page, LETTERS)
    if lost == 1:
        expect(page.locator("#saved[data-state=off]")).to_be_visible()
        page.unroute("**/answers")
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#saved[data-state=ok]")).to_be_visible(timeout=30_000)

    page.unroute("**/answers")
    page.reload()
    for position, letter in enumerate(LETTERS, start=1):
        expect_chosen(page, position, letter)


def test_turned_round_locked_and_left_for_another_page_the_paper_goes_on(page, new_number):
    begin(page, new_number())
    answer(page, LETTERS[:2])
    go_to(page, 2)
    page.set_viewport_size({"width": 740, "height": 360})  # turned round
    expect(page.locator("#c2")).to_be_visible()
    expect(page.locator("#c1")).to_be_hidden()
    page.evaluate(LOCK)
    expect_saved(page)

    page.goto("/")  # a link of the group's chat
    page.go_back()

    for position, letter in enumerate(LETTERS[:2], start=1):
        expect_chosen(page, position, letter)
    tap(page, "D")
    expect_saved(page)


def answer(page, letters):
    """Answer the first questions, one after the other."""
    for position, letter in enumerate(letters, start=1):
        go_to(page, position)
        tap(page, letter)
