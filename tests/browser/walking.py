"""What people do with the pages, and what a browser complains about meanwhile."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.stage import OPEN

PIN = "204817"
NAME = "Bùi Thị Xuân Mai"
HOME = "127.0.0.1"
PLANTED = "x-planted"  # a header of what a test answers in place of the product
SHEET_OF_PEOPLE = "Họ và tên;Số điện thoại;Mã đơn vị;Vai trò\r\nLê Ba;{phone};{unit};Chỉ xem\r\n"


class Watch:
    """Everything a browser had to complain about: console, script errors, requests, answers."""

    def __init__(self):
        self.complaints = []

    def follow(self, context):
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def check(self):
        assert not self.complaints, "\n".join(self.complaints)

    def _console(self, message):
        # A refused form or a lost network is no mistake of the page; _response sees real ones.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _request(self, request):
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname != HOME:
            self.complaints.append(f"request to {address.hostname}")

    def _response(self, response):
        if PLANTED in response.headers:
            return
        is_page = response.request.resource_type in {"document", "fetch"}
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"{response.status} for {response.url}")


def fill(page, number, *, unit="Công ty May 10"):
    """Fill in the form that the page shows; without a name on the boards."""
    page.locator("#name").fill(NAME)
    page.locator("#phone").fill(number)
    page.locator("#unit_text").fill(unit)
    page.locator("#pin").fill(PIN)
    page.locator("#consent_take_part").check()


def join(page, number, *, slug=OPEN, query=""):
    """Enter the contest as somebody who shows the name."""
    page.goto(f"/c/{slug}/join{query}")
    fill(page, number)
    page.locator("#consent_show_name").check()
    page.locator("form .btn[type=submit]").last.click()
    page.wait_for_url(f"**/c/{slug}/rounds/*")


def start(page):
    """Start the paper, or go on with it, from the page before it."""
    page.locator("main form .btn").first.click()
    page.wait_for_url("**/a/*")


def begin(page, number, *, slug=OPEN, query=""):
    """Enter the contest and start the paper."""
    join(page, number, slug=slug, query=query)
    start(page)


def come_back(page, number, *, slug=OPEN, query=""):
    """Enter again on another phone, by PIN."""
    page.goto(f"/return?contest={slug}{query.replace('?', '&')}")
    page.locator("#phone").fill(number)
    page.locator("#pin").fill(PIN)
    page.locator("main form .btn").click()
    page.wait_for_url(f"**/c/{slug}/rounds/*")


def take_over(page, number):
    """Go on with the running paper on another phone, as the same person."""
    come_back(page, number)
    start(page)


def go_to(page, position):
    """Show the question at this position."""
    page.locator("#grid button").nth(position - 1).click()


def option(page, position, letter):
    """Return the option of a question, to be tapped."""
    return page.locator(f"#c{position} label.pick", has=page.locator(f"[value={letter}]"))


def tap(page, letter):
    """Tap an option of the question that is shown."""
    page.locator("fieldset.q:visible label.pick", has=page.locator(f"[value={letter}]")).click()


def expect_chosen(page, position, letter):
    expect(page.locator(f"#c{position} [value={letter}]")).to_be_checked()


def expect_saved(page):
    """Wait until the server has everything."""
    expect(page.locator("#saved")).to_have_text("Đã lưu")


def mirrored(plain, mirror):
    """Show in `mirror` what a page without JavaScript shows, so that scripts can look at it."""
    mirror.set_content(re.sub(r"<script>.*?</script>", "", plain.content(), flags=re.DOTALL))
    return mirror
