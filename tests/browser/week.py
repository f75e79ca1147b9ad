"""A contest from a Word file to final results, as a clerk sees it: for a test and for the guide."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from quizapp.jobs import service as jobs
from tests.browser.test_banks import word_file
from tests.browser.walking import NAME, PIN, begin, tap
from tests.making.drafts import PDF
from tests.making.people import PASSWORD

NEW_PIN = "730164"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The contest of a week, by names that no other week on the same stage has."""

    title: str
    slug: str
    bank: str


MONTH = Held(title="Tháng Công nhân 2026", slug="thang-cong-nhan-2026", bank="luat-tu-word")


def week(page, phone, stage, *, new_number, folder, held=MONTH):
    """Prepare, open, run and close a contest; yield a name wherever the guide shows a picture.

    `page` is the desk's browser, `phone` makes phones of contestants, files are put in `folder`.
    """
    number, caller = new_number(), new_number()
    signed_up(page, stage, number)
    yield "home"
    yield from _bank(page, stage, held, word_file(folder))
    yield from _draft(page, held, folder / "the-le.pdf")
    stage.clock.move(days=1, minutes=31)  # a minute after the opening
    signed_in(page, number)
    person = phone()
    yield from _live(page, person, stage, held, caller)
    yield from _call(page, phone, held, caller)
    yield from _question(page, person, held)
    page.goto(f"/admin/c/{held.slug}/typed-units")
    yield "typed-units"
    stage.clock.move(days=2)
    signed_in(page, number)
    yield from _close(page, stage, held)


def signed_up(page, stage, number):
    """Choose a password by the one-time link."""
    page.goto(stage.invite_organiser(phone=number))
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")


def signed_in(page, number):
    page.goto("/signin")
    page.locator("#phone").fill(number)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")


def begun(page, title):
    """Begin a draft; return the address of its steps."""
    page.goto("/admin/contests/new")
    page.locator("#title").fill(title)
    page.locator("main form .btn").click()
    page.wait_for_url("**/steps/basics")
    return page.url.rpartition("/")[0]


def _pressed(page, name, **given):
    page.get_by_role("button", name=name, **given).click()


def _on(page, step):
    _pressed(page, "Lưu và sang bước sau")
    page.wait_for_url(f"**/steps/{step}")


def _typed_by_itself(page):
    expect(page.locator("#draft-saved[data-state=ok]")).to_be_visible(timeout=15_000)


def _bank(page, stage, held, path):
    page.goto("/admin/banks")
    page.locator("#files").set_input_files(path)
    page.locator("#bank").fill(held.bank)
    page.locator("#title").fill("Luật Công đoàn")
    yield "bank-bring"
    _pressed(page, "Đọc tệp")
    page.wait_for_url("**/admin/jobs/*")
    with stage.app.app_context():
        jobs.do_waiting()
    page.get_by_role("link", name="Xem kết quả").click(timeout=15_000)
    page.wait_for_url("**/admin/banks/reviews/*")
    yield "bank-review"
    page.get_by_role("link", name="Sửa câu này").click()
    page.locator("#right-A-2").check()
    page.locator("#q-2 form").scroll_into_view_if_needed()
    yield "bank-mend"
    _pressed(page, "Lưu", exact=True)
    expect(page.locator("#q-2")).to_contain_text("Đã lưu câu này")
    _pressed(page, "Công bố 3 câu thành bản 1")
    page.wait_for_url("**/admin/banks")


def _draft(page, held, signed):
    steps = begun(page, held.title)
    page.locator("#f-controller_address").fill("82 Trần Hưng Đạo, Hà Nội")
    page.locator("#f-controller_contact").fill("024 3942 1794")
    _typed_by_itself(page)  # without any button
    yield "step-1"
    _on(page, "rules")
    page.locator('[id="f-attempts.max"]').fill("3")
    yield "step-2"
    _on(page, "paper")
    page.locator("#f-bank").select_option(held.bank)
    page.locator('[id="f-paper.questions"]').fill("3")
    _typed_by_itself(page)
    yield "step-3"
    _on(page, "rounds")
    page.locator("#f-rounds-0-opens").fill("24/11/2026 12:30")
    page.locator("#f-rounds-0-closes").fill("25/11/2026 24h00")
    _typed_by_itself(page)
    expect(page.locator("#preview .tiles dd").first).to_have_text("3")
    yield "step-4"
    _on(page, "regulation")
    _compared(page, signed)
    yield "step-5"
    _on(page, "check")
    yield from _tried(page)
    page.goto(f"{steps}/check")
    yield "step-6"
    _pressed(page, "Duyệt cuộc thi")
    page.wait_for_url("**/admin*")
    expect(page.locator(f"#c-{held.slug}")).to_contain_text("tự mở lúc 12:30 ngày 24/11/2026")
    yield "approved"


def _compared(page, signed):
    """Upload the signed regulation and tick every point."""
    signed.write_bytes(PDF)
    page.locator("#file").set_input_files(signed)
    _pressed(page, "Tải lên")
    page.wait_for_url("**/steps/regulation")
    expect(page.get_by_text("the-le.pdf")).to_be_visible()
    page.locator("#f-regulation_number").fill("12/TL-TLĐ")
    page.locator("#f-regulation_date").fill("20/11/2026")
    for tick in page.locator("input[type=checkbox]").all():
        tick.check()


def _tried(page):
    """Take a trial paper: it saves and ends as a real one, and says that nothing counts."""
    page.get_by_role("link", name="Thử như thí sinh").click()
    page.get_by_role("link", name="Bắt đầu thử").click()
    tap(page, "A")
    expect(page.locator("#saved[data-state=ok]")).to_be_visible(timeout=15_000)
    yield "trial"
    page.locator("#submit").click()
    page.locator("#sure-yes").click()
    page.wait_for_url("**/result*")
    expect(page.get_by_text("không có gì được lưu hay tính")).to_be_visible()


def _live(page, person, stage, held, caller):
    """Watch the live room while somebody takes part: it changes without being loaded again."""
    page.goto(f"/admin/c/{held.slug}/live")
    expect(page.locator("#live .tiles dd").first).to_have_text("0")
    page.locator("#minutes summary").click()
    page.evaluate("window.isSamePage = true")
    begin(person, caller, slug=held.slug)
    tap(person, "A")
    stage.clock.move(minutes=1)
    stage.make_boards()
    expect(page.locator("#live .tiles dd").first).to_have_text("1", timeout=20_000)
    assert page.evaluate("window.isSamePage")
    expect(page.locator("#minutes[open]")).to_have_count(1)  # what was opened stays open
    page.locator("#minutes summary").click()
    page.evaluate("scrollTo(0, 0)")
    yield "live"
    person.locator("#submit").click()
    person.locator("#sure-yes").click()
    person.wait_for_url("**/result*")
    stage.make_boards()


def _call(page, phone, held, caller):
    """Somebody has forgotten the PIN and calls."""
    page.goto(f"/admin/c/{held.slug}/people")
    page.locator("#who").press_sequentially(NAME.lower())
    expect(page.locator("#found li")).to_have_count(1)
    yield "find"
    page.locator("#found li a").click()
    page.wait_for_url(re.compile("/people/[0-9a-f]+"))
    yield "person"
    page.locator("details.act summary").first.click()
    page.locator("#pin-reason").fill("Quên PIN")
    page.locator("details[open] .btn").click()
    code = page.locator(".big.code").inner_text()
    yield "code"
    other = phone()
    other.goto(f"/return/new-pin?contest={held.slug}")
    other.locator("#phone").fill(caller)
    other.locator("#code").fill(code)
    other.locator("#pin").fill(NEW_PIN)
    other.locator("main form .btn").click()
    other.wait_for_url(f"**/c/{held.slug}/rounds/*")
    assert PIN != NEW_PIN


def _question(page, person, held):
    person.goto(f"/help?contest={held.slug}")
    person.locator("textarea").fill("Tôi nộp rồi mà chưa thấy tên trên bảng?")
    person.locator("main form .btn").last.click()
    page.goto(f"/admin/c/{held.slug}/tickets")
    page.evaluate("window.isSamePage = true")
    page.locator("textarea").fill("Bảng cập nhật sau ít giây, mời bạn tải lại trang.")
    yield "tickets"
    _pressed(page, "Trả lời")
    expect(page.locator("main .note.ok")).to_contain_text("tải lại trang")
    expect(page.locator("#tabs")).to_contain_text("Chờ trả lời (0)")
    assert page.evaluate("window.isSamePage")


def _close(page, stage, held):
    stage.make_boards()
    page.goto("/admin")
    expect(page.locator(f"#c-{held.slug}")).to_contain_text("Chờ chốt")
    page.goto(f"/admin/c/{held.slug}/ties")
    yield "ties"
    page.goto(f"/admin/c/{held.slug}/close")
    page.locator("#reason-1").fill("Hết vòng")
    yield "close"
    _pressed(page, "Chốt Vòng 1")
    expect(page.locator("#round-1")).to_contain_text("Đang làm")
    page.evaluate("window.isSamePage = true")
    stage.make_boards()
    expect(page.locator("#round-1")).to_contain_text("Đã chốt", timeout=15_000)
    assert page.evaluate("window.isSamePage")
    yield "closed"
    page.goto("/admin")
    expect(page.locator(f"#c-{held.slug}")).to_contain_text("Đã chốt")
