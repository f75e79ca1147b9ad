"""A clerk prepares a contest, approves it, and it opens, runs and is closed: all on pages."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import RULES, WIDTH, violations
from tests.browser.week import MONTH, Held, begun, signed_up, week
from tests.making.drafts import PDF

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


@pytest.fixture
def draft(phone, stage, clock, new_number):
    """A laptop's page of a new draft, and the address of its steps."""
    page = phone(viewport=LAPTOP)
    signed_up(page, stage, new_number())
    return page, begun(page, "Gõ rồi bấm ngay")


@pytest.mark.parametrize("is_saving", [False, True], ids=["at once", "while it is saved"])
def test_what_is_typed_a_moment_before_a_file_is_sent_is_kept(draft, is_saving):
    page, steps = draft
    page.goto(f"{steps}/regulation")
    page.locator("#file").set_input_files(
        {"name": "the-le.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.route("**/steps/regulation", slow)

    page.locator("#f-regulation_number").fill("12/TL")
    if is_saving:
        with page.expect_request("**/steps/regulation"):
            page.locator("#f-regulation_number").fill("12/TL-TLĐ")
    page.locator("#f-regulation_date").fill("20/11/2026")
    page.get_by_role("button", name="Tải lên").click()

    expect(page.get_by_text("the-le.pdf")).to_be_visible()
    number = "12/TL-TLĐ" if is_saving else "12/TL"
    expect(page.locator("#f-regulation_number")).to_have_value(number)
    expect(page.locator("#f-regulation_date")).to_have_value("20/11/2026")
    page.locator("#f-regulation_date").fill("21/11/2026")
    expect(page.locator("#draft-saved[data-state=ok]")).to_be_visible()


def slow(route):
    """Let a save arrive, and its answer be a while on the way."""
    answer = route.fetch(max_redirects=0)
    route.request.frame.page.wait_for_timeout(1_000)
    route.fulfill(response=answer)


def test_a_save_whose_answer_is_lost_is_no_conflict(draft):
    page, steps = draft
    page.goto(f"{steps}/basics")
    lost = []

    def lose(route):
        route.fetch()
        lost.append(route.request.post_data)
        route.abort()

    page.route("**/steps/basics", lose, times=1)
    page.locator("#f-controller_contact").fill("024 3942 1794")
    expect(page.locator("#draft-saved[data-state=off]")).to_be_visible()
    page.locator("#f-controller_address").fill("82 Trần Hưng Đạo")
    expect(page.locator("#draft-saved[data-state=ok]")).to_be_visible(timeout=15_000)

    page.wait_for_timeout(3_000)
    page.goto(f"{steps}/basics")
    assert len(lost) == 1
    expect(page.locator("#f-controller_contact")).to_have_value("024 3942 1794")
    expect(page.locator("#f-controller_address")).to_have_value("82 Trần Hưng Đạo")


def test_a_link_waits_until_what_was_typed_is_kept(draft):
    page, steps = draft
    page.goto(f"{steps}/basics")
    page.locator("#f-controller_contact").fill("024 3942 1794")

    page.locator("#steps a[href$='/steps/paper']").click()
    page.wait_for_url("**/steps/paper")
    page.locator("#steps a[href$='/steps/basics']").click()

    expect(page.locator("#f-controller_contact")).to_have_value("024 3942 1794")
    page.locator("#f-controller_address").fill("82 Trần Hưng Đạo")
    expect(page.locator("#draft-saved[data-state=ok]")).to_be_visible()
