"""From a QR code on a wall to the paper: what it asks of a hand, and how long pages keep it.

`python -m tests.browser.entrance` prints one JSON object: way → taps, fields, signs typed and the
seconds from opening the link to the paper, the median of three, on the phone and the line that
`tests.browser.budgets` describes. Hands type at once here: the seconds are those of the pages.
"""

import json
import statistics
import time

from playwright.sync_api import expect

from quizapp.demo import SLUG
from tests.browser.budgets import LINE, NUMBERS, SLOWDOWN, VISITS, phones
from tests.browser.walking import NAME, PIN

UNIT, UNIT_NAME = "P25_DONG_NAI_CITY", "Liên đoàn Lao động Thành phố Đồng Nai"
PIECE = "dong nai"  # as people type it


class Hand:
    """A hand on a phone: it counts its taps, and the fields and signs that it types."""

    def __init__(self, page):
        self.page = page
        self.taps = self.fields = self.signs = 0

    def tap(self, place):
        place.click()
        self.taps += 1

    def type(self, name, text):
        self.page.locator(f"#{name}").fill(text)
        self.fields += 1
        self.signs += len(text)


def by_link_of_a_unit(page, slug, number):
    """Open the link behind a unit's QR code and go on to the paper. Return the hand."""
    page.goto(f"/c/{slug}/join?unit={UNIT}")
    expect(page.get_by_label(UNIT_NAME)).to_be_checked()
    hand = Hand(page)
    _enter(hand, number)
    return hand


def by_picking_the_unit(page, slug, number):
    """Open the contest's own link, find the unit by a piece of its name, go on to the paper."""
    page.goto(f"/c/{slug}/join")
    hand = Hand(page)
    hand.type("unit_text", PIECE)
    hand.tap(page.locator("#units label", has_text=UNIT_NAME))
    _enter(hand, number)
    return hand


def by_link_again(page, slug, _number):
    """Open the unit's link once more on a phone that has joined, and go on with the paper."""
    page.goto(f"/c/{slug}/join?unit={UNIT}")
    hand = Hand(page)
    _start(hand)
    return hand


def _enter(hand, number):
    hand.type("name", NAME)
    hand.type("phone", number)
    hand.type("pin", PIN)
    hand.tap(hand.page.locator("#consent_take_part"))
    hand.tap(hand.page.locator("#join .btn[type=submit]").last)
    hand.page.wait_for_url("**/rounds/*")
    _start(hand)


def _start(hand):
    hand.tap(hand.page.locator("main form .btn").first)
    hand.page.wait_for_url("**/a/*")
    expect(hand.page.locator("fieldset.q").first).to_be_visible()


def measure(phone):
    """Return way → what it asks, and its seconds; `phone` makes a page on a phone of its own."""
    visits = [_visit(phone) for _ in range(VISITS)]
    return {way: _median([one[way] for one in visits]) for way in visits[0]}


def _visit(phone):
    page, other = _slow(phone()), _slow(phone())
    found = {
        "link of a unit": _timed(by_link_of_a_unit, page),
        "the same link again": _timed(by_link_again, page),
        "unit picked": _timed(by_picking_the_unit, other),
    }
    for one in (page, other):
        one.context.close()
    return found


def _slow(page):
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", LINE)
    network.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    return page


def _timed(way, page):
    began = time.monotonic()
    hand = way(page, SLUG, next(NUMBERS))
    seconds = round(time.monotonic() - began, 2)
    return {"taps": hand.taps, "fields": hand.fields, "signs": hand.signs, "seconds": seconds}


def _median(visits):
    return {name: statistics.median(one[name] for one in visits) for name in visits[0]}


def main():
    with phones() as phone:
        found = measure(phone)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
