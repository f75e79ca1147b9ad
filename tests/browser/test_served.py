"""The product as `make run` serves it: gunicorn, the worker, compressed pages."""

import socket

import pytest
from playwright.sync_api import expect

from quizapp.demo import SLUG
from tests.browser.walking import NAME, begin, expect_saved, tap
from tests.integration.test_start import serving

MOST_BYTES = 30_000
MOST_REQUESTS = 4


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return the address of a running `make run` of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(tmp_path_factory.mktemp("served"), PORT=port):
        yield f"http://127.0.0.1:{port}"


class Weight:
    """What a page costs a phone: bytes as they crossed the network, headers too, and requests."""

    def __init__(self, page):
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", self._finished)
        network.on("Network.requestWillBeSent", self._sent)
        self.begin()

    def begin(self):
        self.bytes, self.requests = 0, 0

    def _sent(self, event):
        if not event["request"]["url"].startswith("data:"):
            self.requests += 1

    def _finished(self, event):
        self.bytes += int(event["encodedDataLength"])


def test_the_demo_contest_runs_from_its_page_to_the_board(phone, served):
    page = phone(base_url=served)
    weight, found = Weight(page), {}
    for name, path in {"contest": f"/c/{SLUG}", "join": f"/c/{SLUG}/join"}.items():
        found[name] = weigh(weight, lambda path=path: page.goto(path, wait_until="networkidle"))
    begin(page, "0912 345 678", slug=SLUG)
    found["paper"] = weigh(weight, lambda: page.reload(wait_until="networkidle"))
    tap(page, "A")
    expect_saved(page)
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")

    page.get_by_role("link", name="Bảng xếp hạng").click()
    row = page.get_by_role("row", name=NAME)
    for _ in range(20):  # the worker passes twice a second; the page is asked again
        if row.count():
            break
        page.reload(wait_until="networkidle")
    expect(row).to_be_visible()
    for size, requests in found.values():
        assert 3_000 < size <= MOST_BYTES, found  # something was weighed
        assert 1 <= requests <= MOST_REQUESTS, found


def weigh(weight, visit):
    weight.begin()
    visit()
    return weight.bytes, weight.requests
