"""A clerk prepares a contest, approves it, and it opens, runs and is closed: all on pages."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import RULES, WIDTH, violations
from tests.browser.week import MONTH, Held, begun, signed_up, week

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
HAND = Held(
    title="Tháng Công nhân trên điện thoại",
    slug="thang-cong-nhan-tren-dien-thoai",
    bank="luat-dien-thoai",
)


@pytest.fixture(params=[(LAPTOP, MONTH), (PHONE, HAND)], ids=["laptop", "phone"])
def desk(request, phone):
    """Return a page and the contest that is prepared and run on it."""
    size, held = request.param
    return phone(viewport=size), held


@pytest.mark.usefixtures("clock")
def test_from_a_word_file_to_a_closed_round(desk, phone, stage, new_number, tmp_path, axe):
    page, held = desk
    seen, found = [], []

    for name in week(page, phone, stage, new_number=new_number, folder=tmp_path, held=held):
        seen.append(name)
        found += [f"{name}: {problem}" for problem in problems_of(page, axe)]

    assert seen[0] == "home"
    assert seen[-1] == "closed"
    assert found == [], "\n".join(found)


def problems_of(page, axe):
    """Look at a page as it stands in the middle of the work: what is open stays open."""
    yield from violations(page, axe, {"type": "tag", "values": RULES})
    width = page.evaluate(WIDTH)
    if width > page.viewport_size["width"]:
        yield f"{width} px wide"


def test_without_javascript_a_draft_is_saved_by_its_button(plain, stage, clock, new_number):
    signed_up(plain, stage, new_number())
    steps = begun(plain, "Không có JavaScript")
    plain.locator("#f-controller_contact").fill("024 3942 1794")
    plain.get_by_role("button", name="Lưu, ở lại bước này").click()

    plain.goto(f"{steps}/basics")

    expect(plain.locator("#f-controller_contact")).to_have_value("024 3942 1794")
