"""From the contest page to the board on a phone, with JavaScript and without."""

from playwright.sync_api import expect

from tests.browser.stage import OPEN
from tests.browser.walking import NAME, fill, option, tap


def enter(page, number, *, unit):
    page.goto("/")
    page.get_by_role("link", name="Tìm hiểu Bộ luật Lao động").click()
    page.get_by_role("link", name="Vào thi").click()
    fill(page, number, unit=unit)


def send(page):
    page.get_by_label("Hiện đầy đủ họ tên").check()
    page.get_by_role("button", name="Ghi danh").click()
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.wait_for_url("**/a/*")


def see_result_and_board(page, stage, *, points, unit):
    page.wait_for_url("**/result*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận bài của bạn")
    expect(page.locator(".big")).to_have_text(f"{points} điểm")
    stage.make_boards()
    page.get_by_role("link", name="Bảng xếp hạng").click()
    row = page.get_by_role("row", name=NAME).filter(has_text=unit)
    expect(row).to_contain_text(f"{points} điểm")


def test_join_answer_hand_in_and_see_the_board(page, stage, new_number):
    enter(page, new_number(), unit="cd y te")
    page.get_by_label("Công đoàn Y tế Việt Nam").check()
    expect(page.locator("#units-said")).to_have_text("Đã chọn: Công đoàn Y tế Việt Nam")
    send(page)
    right = stage.right_letters(page)

    for letter in right.values():
        tap(page, letter)
        page.get_by_role("button", name="Câu sau").click()
    page.locator("#prediction").fill("1.250")
    page.get_by_role("button", name="Xem lại và nộp").click()
    expect(page.get_by_role("dialog")).to_contain_text("Bạn đã trả lời tất cả các câu.")
    page.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()

    page.wait_for_url("**/result*")
    expect(page.get_by_text("Đúng 20/20 câu")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="1.250")).to_be_visible()
    see_result_and_board(page, stage, points=20, unit="Công đoàn Y tế Việt Nam")


def test_the_same_without_javascript(plain, stage, new_number):
    enter(plain, new_number(), unit="dong nai")
    plain.get_by_role("button", name="Tìm đơn vị").click()
    plain.get_by_label("Liên đoàn Lao động Thành phố Đồng Nai").check()
    send(plain)
    expect(plain.locator("fieldset.q")).to_have_count(20)
    expect(plain.get_by_role("timer")).to_contain_text("Nộp trước")
    right = stage.right_letters(plain)

    for position in range(1, 16):
        option(plain, position, right[position]).click()
    plain.get_by_label("Câu dự đoán").fill("900")
    plain.get_by_role("button", name="Nộp bài").click()

    see_result_and_board(plain, stage, points=15, unit="Thành phố Đồng Nai")


def test_a_form_with_mistakes_keeps_what_was_typed_and_leads_to_them(page, new_number):
    page.goto(f"/c/{OPEN}/join")
    fill(page, "12", unit="Công ty May 10")

    page.locator("#name").press("Enter")  # the key of a phone's keyboard sends the form

    summary = page.get_by_role("alert")
    summary.get_by_role("link", name="Số điện thoại không đúng").click()
    expect(page.locator("#phone")).to_be_focused()
    expect(page.locator("#phone")).to_have_value("12")
    expect(page.locator("#unit_text")).to_have_value("Công ty May 10")
    page.locator("#phone").fill(new_number())
    page.get_by_role("button", name="Ghi danh").click()
    expect(page.get_by_role("button", name="Bắt đầu làm bài")).to_be_visible()
