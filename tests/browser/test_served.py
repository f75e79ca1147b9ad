"""The product as `make run` serves it: gunicorn, the worker, compressed pages."""

import pytest
from playwright.sync_api import expect

from quizapp.demo import SLUG
from tests.browser import budgets
from tests.browser.budgets import LIMITS, Weight
from tests.browser.walking import NAME, begin, expect_saved, tap


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with budgets.served(tmp_path_factory.mktemp("served")) as url:
        yield url


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
        assert 3_000 < size <= LIMITS.bytes, found  # something was weighed
        assert 1 <= requests <= LIMITS.requests, found


def weigh(weight, visit):
    weight.begin()
    visit()
    return weight.bytes, weight.requests
