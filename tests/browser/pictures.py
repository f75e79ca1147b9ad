"""Make docs/pictures/phone.png for the README: `python -m tests.browser.pictures`.

Four pages on a phone of 360×740, side by side, as Chromium shows them.
"""

import base64
import shutil
import struct
import tempfile
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from quizapp import clock
from quizapp.config import ROOT
from tests.browser.stage import OPEN, staged
from tests.browser.walking import begin, expect_saved, tap

TARGET = ROOT / "docs" / "pictures" / "phone.png"
PHONE = {"width": 360, "height": 740}
SHEET = """<style>body{{margin:0;padding:24px;display:flex;gap:24px;background:#dfe5ec}}
img{{border-radius:18px}}</style>{}"""


def main():
    def keep(browser, stage):
        phone = browser.new_context(
            base_url=stage.url, viewport=PHONE, locale="vi-VN", device_scale_factor=0.7
        )
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_bytes(side_by_side(browser, list(pages(phone.new_page(), stage))))

    on_stage(keep)


def on_stage(work):
    """Call `work` with a browser and a stage of its own."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), chromium_sandbox=False
        )
        for stage in staged(Path(folder)):
            patch.setattr(clock, "now", stage.clock.now)
            work(browser, stage)
        browser.close()


def pages(page, stage):
    """Yield pictures of the contest, its paper, a result and the board."""
    page.goto(f"/c/{OPEN}")
    yield page.screenshot()
    begin(page, "0912 345 678")
    right = list(stage.right_letters(page).values())
    for letter in right[:7]:
        tap(page, letter)
        page.locator("#next").click()
    tap(page, right[7])
    expect_saved(page)
    yield page.screenshot()
    for letter in right[8:19]:
        page.locator("#next").click()
        tap(page, letter)
    stage.clock.move(minutes=9)
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")
    yield page.screenshot()
    stage.make_boards()
    page.goto(f"/c/{OPEN}/boards/people")
    yield page.screenshot()


def side_by_side(browser, pictures):
    sheet = browser.new_page(viewport={"width": 24 + 276 * len(pictures), "height": 566})
    encoded = [base64.b64encode(picture).decode() for picture in pictures]
    sheet.set_content(
        SHEET.format("".join(f'<img src="data:image/png;base64,{one}">' for one in encoded))
    )
    return packed(sheet.screenshot())


def packed(png):
    """Return the same picture with its pixels compressed as far as zlib can."""
    head, pixels, at = png[:33], b"", 33  # the signature and the header are 33 bytes long
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            pixels += png[at + 8 : at + 8 + size]
        at += size + 12
    return head + part(b"IDAT", zlib.compress(zlib.decompress(pixels), 9)) + part(b"IEND", b"")


def part(name, body):
    checked = name + body
    return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))


if __name__ == "__main__":
    main()
