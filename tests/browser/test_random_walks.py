"""People who press anything: nothing breaks, nobody else is asked, nothing typed is lost."""

import os
import random

import pytest
from playwright.sync_api import Error as BrowserError

from tests.browser.stage import OPEN
from tests.browser.walking import PIN, begin

# A hundred by `QUIZAPP_WALKS=100`; CI takes fewer, the same ones each time.
WALKS = int(os.environ.get("QUIZAPP_WALKS", "24"))
STEPS = 8
GROUPS = 4
PRESSED = "a[href], button, label.pick, input, select, summary"
THINGS = """pressed => [...document.querySelectorAll(pressed)]
  .map((it, n) => [it, n])
  .filter(([it]) => it.checkVisibility() && !it.closest("label.pick input")
    && !(it.href || "").startsWith("tel:") && !(it.href || "").endsWith(".pdf"))
  .map(([it, n]) => [n, it.tagName, it.type || ""])"""
TYPED = ("", "Nguyễn Văn A", "0912 000", "'; --", "<b>ạ</b>", "😀" * 30, "1.250", PIN)


@pytest.mark.parametrize("group", range(GROUPS))
def test_whoever_presses_anything_breaks_nothing(page, new_number, group):
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog of the browser: {dialog.message}"))
    steps = 0
    for walk in range(group, WALKS, GROUPS):
        chance = random.Random(walk)
        if walk % 2:
            page.context.clear_cookies()
            begin(page, new_number())
        else:
            page.goto(chance.choice(("/", f"/c/{OPEN}", f"/c/{OPEN}/join", "/return", "/help")))
        for _ in range(STEPS):
            steps += press(page, chance)
    assert steps > WALKS // GROUPS * STEPS / 2


def press(page, chance):
    """Press or fill in something that is shown; return whether it could be done."""
    things = page.evaluate(THINGS, PRESSED)
    if not things or chance.random() < 0.05:
        page.goto("/")
        return False
    place, tag, kind = chance.choice(things)
    it = page.locator(PRESSED).nth(place)
    try:
        if tag == "SELECT":
            it.select_option(index=0, timeout=2000)
        elif tag == "INPUT" and kind not in {"checkbox", "radio", "submit"}:
            it.fill(chance.choice(TYPED), timeout=2000)
        else:
            it.click(timeout=2000)
    except BrowserError:
        return False  # covered by a dialog, or gone with the page before
    page.wait_for_load_state()
    return True
