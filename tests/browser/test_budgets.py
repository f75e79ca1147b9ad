"""The budgets of contestants' pages, on the product as `make run` serves it.

Marked `alone`: times are worth something only while no other test runs.
"""

import pytest

from tests.browser import budgets
from tests.browser.budgets import Cost, dearer, measure, served


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.mark.alone
def test_every_page_keeps_its_budget_on_a_slow_phone_and_a_slow_line(phone, address):
    found = measure(lambda: phone(base_url=address))

    assert {"list", "contest", "join", "ready", "paper", "result", "me", "board"} <= found.keys()
    assert all(one.bytes > 3_000 and one.lcp_ms > 400 for one in found.values())  # it was slowed
    assert found["paper"].tap_ms > 0  # taps were seen
    assert dearer(found) == []


def test_what_is_dearer_than_a_budget_is_named(monkeypatch):
    cheap = Cost(*(0 for _ in Cost.__slots__))
    monkeypatch.setattr(budgets, "LIMITS", cheap)
    dear = Cost(bytes=1, requests=0, blocking=0, css=0, js=0, lcp_ms=0, shift=0.1, tap_ms=0)

    assert dearer({"paper": dear, "list": cheap}) == ["paper: bytes 1 > 0", "paper: shift 0.1 > 0"]
