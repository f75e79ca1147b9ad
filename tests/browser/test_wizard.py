"""A clerk prepares a contest, approves it, and it opens, runs and is closed: all on pages."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.stage import BANK
from tests.browser.test_pages import problems_of
from tests.browser.walking import begin, tap
from tests.making.drafts import PDF
from tests.making.people import PASSWORD

SLUG = "thang-cong-nhan-2026"
STEPS = ("basics", "rules", "paper", "rounds", "regulation", "check")


@pytest.fixture
def desk(phone, stage, clock, new_number):
    """A desk's browser in which an organiser is signed in, and the number to sign in with."""
    page, number = phone(viewport={"width": 1280, "height": 800}), new_number()
    page.goto(stage.invite_organiser(phone=number))
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")
    return page, number


def begun(page, title):
    """Begin a draft; return the address of its steps."""
    page.goto("/admin/contests/new")
    page.locator("#title").fill(title)
    page.locator("main form .btn").click()
    page.wait_for_url("**/steps/basics")
    return page.url.rpartition("/")[0]


def on(page):
    page.get_by_role("button", name="Lưu và sang bước sau").click()


def typed_by_itself(page):
    expect(page.locator("#draft-saved[data-state=ok]")).to_be_visible(timeout=15_000)


def test_from_an_empty_draft_to_a_closed_round(desk, phone, stage, clock, new_number, tmp_path):
    page, number = desk
    steps = begun(page, "Tháng Công nhân 2026")
    _rules_and_rounds(page)
    _compared(page, tmp_path / "the-le.pdf")
    _tried(page)
    page.goto(f"{steps}/check")
    page.get_by_role("button", name="Duyệt cuộc thi").click()
    page.wait_for_url("**/admin*")
    expect(page.locator(f"#c-{SLUG}")).to_contain_text("tự mở lúc 12:30 ngày 24/11/2026")

    clock.move(days=1, minutes=31)
    _taken(phone(), new_number())
    clock.move(days=2)
    stage.make_boards()
    _signed_in(page, number)
    card = page.locator(f"#c-{SLUG}")
    expect(card).to_contain_text("Chờ chốt")
    card.get_by_role("link", name="Chốt kết quả").first.click()
    page.locator("#reason-1").fill("Hết vòng")
    page.get_by_role("button", name="Chốt Vòng 1").click()
    stage.make_boards()
    page.goto("/admin")
    expect(card).to_contain_text("Đã chốt")


def _rules_and_rounds(page):
    page.locator("#f-controller_address").fill("82 Trần Hưng Đạo, Hà Nội")
    page.locator("#f-controller_contact").fill("024 3942 1794")
    typed_by_itself(page)  # without any button
    on(page)
    page.wait_for_url("**/steps/rules")
    page.locator('[id="f-attempts.max"]').fill("3")
    on(page)
    page.wait_for_url("**/steps/paper")
    page.locator("#f-bank").select_option(BANK)  # other tests bring banks of their own
    page.locator('[id="f-paper.questions"]').fill("5")
    on(page)
    page.wait_for_url("**/steps/rounds")
    page.locator("#f-rounds-0-opens").fill("24/11/2026 12:30")
    page.locator("#f-rounds-0-closes").fill("25/11/2026 24h00")
    typed_by_itself(page)
    expect(page.locator("#preview .tiles dd").first).to_have_text("5")
    on(page)
    page.wait_for_url("**/steps/regulation")


def _compared(page, signed):
    """Upload the signed regulation and tick every point."""
    signed.write_bytes(PDF)
    page.locator("#file").set_input_files(signed)
    page.get_by_role("button", name="Tải lên").click()
    page.wait_for_url("**/steps/regulation")
    expect(page.get_by_text("the-le.pdf")).to_be_visible()
    page.locator("#f-regulation_number").fill("12/TL-TLĐ")
    page.locator("#f-regulation_date").fill("20/11/2026")
    for tick in page.locator("input[type=checkbox]").all():
        tick.check()
    on(page)
    page.wait_for_url("**/steps/check")


def _taken(page, number):
    """Take part in the contest that opened by the clock."""
    begin(page, number, slug=SLUG)
    tap(page, "A")
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")


def _signed_in(page, number):
    page.goto("/signin")
    page.locator("#phone").fill(number)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")


def _tried(page):
    """Take a trial paper: it saves and ends as a real one, and says that nothing counts."""
    page.get_by_role("link", name="Thử như thí sinh").click()
    page.get_by_role("link", name="Bắt đầu thử").click()
    tap(page, "A")
    expect(page.locator("#saved[data-state=ok]")).to_be_visible(timeout=15_000)
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")
    expect(page.get_by_text("không có gì được lưu hay tính")).to_be_visible()


def test_the_steps_can_be_seen_and_reached_on_a_phone(phone, stage, clock, new_number, axe):
    page = phone()
    page.goto(stage.invite_organiser(phone=new_number()))
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")
    steps = begun(page, "Thi thử giao diện")
    found = []
    for step in STEPS:
        page.goto(f"{steps}/{step}?told=1")
        found += [f"{step}: {problem}" for problem in problems_of(page, axe)]
    for path in (
        "/admin",
        re.sub("/steps$", "/print", steps),
        re.sub("/steps$", "/preview", steps),
    ):
        page.goto(path)
        found += [f"{path}: {problem}" for problem in problems_of(page, axe)]

    assert found == [], "\n".join(found)


def test_without_javascript_a_draft_is_saved_by_its_button(plain, stage, clock, new_number):
    plain.goto(stage.invite_organiser(phone=new_number()))
    plain.locator("#password").fill(PASSWORD)
    plain.locator("#repeat").fill(PASSWORD)
    plain.locator("main form .btn").click()
    steps = begun(plain, "Không có JavaScript")
    plain.locator("#f-controller_contact").fill("024 3942 1794")
    plain.get_by_role("button", name="Lưu, ở lại bước này").click()

    plain.goto(f"{steps}/basics")

    expect(plain.locator("#f-controller_contact")).to_have_value("024 3942 1794")
