"""Make the pictures of the guides: `python -m tests.browser.guide`.

Writes docs/pictures/guide/NAME.webp, one for each stop of an organiser's `week` and of a few pages
beside it, docs/pictures/contestant/NAME.webp, one for each stop of a contestant,
docs/pictures/event/NAME.webp of a hall's screen and its remote, and
docs/pictures/administrator/NAME.webp of what the program says about its machine.
"""

import io
import itertools
import tempfile
from pathlib import Path

from PIL import Image

from quizapp.config import ROOT
from tests.browser.hall import hall
from tests.browser.machine import machine
from tests.browser.pictures import on_stage
from tests.browser.stage import OPEN, OWNER
from tests.browser.walking import SHEET_OF_PEOPLE, expect_saved, fill, join, start, tap
from tests.browser.week import week

FOLDER = ROOT / "docs" / "pictures" / "guide"
CONTESTANT = ROOT / "docs" / "pictures" / "contestant"
EVENT = ROOT / "docs" / "pictures" / "event"
ADMINISTRATOR = ROOT / "docs" / "pictures" / "administrator"
PHONE = {"width": 360, "height": 740}
SIZE = {"width": 760, "height": 900}
LOW = {"width": 760, "height": 560}
QUALITY = 70
AS_SCROLLED = {"approved", "bank-mend", "step-5"}  # the others from their top


def main():
    for folder in (FOLDER, CONTESTANT, EVENT, ADMINISTRATOR):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.webp"):
            old.unlink()
    on_stage(keep_contestants)
    on_stage(keep_event)
    on_stage(keep_administrator)
    on_stage(keep_all)


def keep_contestants(browser, stage):
    phone = {"base_url": stage.url, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
    page = browser.new_context(viewport=PHONE, **phone).new_page()
    for name in take_part(page, stage):
        page.evaluate("scrollTo(0, 0)")
        keep(CONTESTANT / name, page.screenshot(animations="disabled"))


def keep_event(browser, stage):
    for name, picture in hall(browser, stage):
        keep(EVENT / name, picture)


def keep_administrator(browser, stage):
    given = {"base_url": stage.url, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
    page = browser.new_context(viewport=LOW, **given).new_page()
    for name in machine(page, stage):
        keep(ADMINISTRATOR / name, page.screenshot(animations="disabled"))


def take_part(page, stage):
    """Go through a contest as a contestant; yield the name of each stop."""
    page.goto(f"/c/{OPEN}")
    yield "contest"
    page.goto(f"/c/{OPEN}/join")
    fill(page, "0912 345 678", unit="dong nai")
    page.locator("#units label").first.wait_for()
    yield "join"
    join(page, "0912 345 679")
    yield "ready"
    start(page)
    right = list(stage.right_letters(page).values())
    for letter in right[:7]:
        tap(page, letter)
        page.locator("#next").click()
    tap(page, right[7])
    expect_saved(page)
    yield "paper"
    for letter in right[8:18]:
        page.locator("#next").click()
        tap(page, letter)
    stage.clock.move(minutes=9)
    page.locator("#submit").click()
    page.locator("#sure-yes").wait_for()
    yield "submit"
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")
    yield "result"
    stage.make_boards()
    page.goto(f"/c/{OPEN}/me")
    yield "me"


def keep_all(browser, stage):
    def context(**options):
        given = {"base_url": stage.url, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
        return browser.new_context(**given | options)

    page = context(viewport=SIZE).new_page()
    numbers = itertools.count(1)

    def new_number():
        return f"0912 42{next(numbers):02d} 77"

    def phone(**options):
        return context(viewport=PHONE, **options).new_page()

    with tempfile.TemporaryDirectory() as folder:
        walk = week(page, phone, stage, new_number=new_number, folder=Path(folder))
        for name in itertools.chain(walk, beside(page, new_number)):
            if name not in AS_SCROLLED:
                page.evaluate("scrollTo(0, 0)")
            keep(FOLDER / name, page.screenshot(animations="disabled"))


def beside(page, new_number):
    """Go to what belongs to no contest."""
    page.goto("/admin/team")
    page.locator("details.card summary").click()
    yield "team"
    page.goto("/admin/team/invitations")
    sheet = SHEET_OF_PEOPLE.format(phone=new_number(), unit=OWNER).encode()
    file = {"name": "moi-51-don-vi.csv", "mimeType": "text/csv", "buffer": sheet}
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp").click()
    page.get_by_role("button", name="Giao quyền cho 1 người").wait_for()
    yield "invitations"
    page.goto("/admin/account")
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    page.locator(".qr").wait_for()
    yield "second-step"
    page.goto("/admin/log")
    yield "log"


def keep(path, png):
    """Write a picture as small as its colours let it be; `path` has no suffix yet."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.save(path.with_suffix(".webp"), quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
