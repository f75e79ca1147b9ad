"""A clerk's Word file becomes a bank: upload, mend, publish, and what changed the next time."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from quizapp.banks import service as banks
from quizapp.db import db
from quizapp.jobs import service as jobs
from tests.making.documents import document, paragraph, run
from tests.making.people import PASSWORD

CODE = "bank-tu-word"


def word_file(folder, *, third_of_first="Đủ 16 tuổi"):
    """Write a Word file: the first question's key in bold, the second's forgotten."""
    parts = [
        "Câu 1: Người lao động phải đủ bao nhiêu tuổi?",
        "A. Đủ 14 tuổi",
        paragraph(run("B. Đủ 15 tuổi", "bold")),
        f"C. {third_of_first}",
        "Câu 2: Ai đóng kinh phí công đoàn?",
        "A. Người sử dụng lao động",
        "B. Người lao động",
        "C. Nhà nước",
        "Câu 3: Mức đóng là bao nhiêu?",
        paragraph(run("A. 2%", "bold")),
        "B. 1%",
        "C. 3%",
    ]
    path = Path(folder) / "câu hỏi.docx"
    path.write_bytes(document(*parts))
    return path


@pytest.fixture
def clerk(page, stage, new_number):
    page.goto(stage.invite_organiser(phone=new_number()))
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeat").fill(PASSWORD)
    page.locator("main form .btn").click()
    page.wait_for_url("**/admin*")
    return page


def bring(page, stage, path):
    """Upload a file and wait, as people do, on the page that tells how far it is by itself."""
    page.goto("/admin/banks")
    page.locator("#files").set_input_files(path)
    page.locator("#bank").fill(CODE)
    page.locator("#title").fill("Luật Công đoàn từ tệp Word")
    page.get_by_role("button", name="Đọc tệp").click()
    page.wait_for_url("**/admin/jobs/*")
    # Others' work may be before it: the browser tests of one process share their installation.
    expect(page.get_by_text(re.compile("Sắp được làm|việc phía trước"))).to_be_visible()
    page.evaluate("window.isSamePage = true")
    with stage.app.app_context():
        jobs.do_waiting()
    page.get_by_role("link", name="Xem kết quả").wait_for()
    assert page.evaluate("window.isSamePage")
    expect(page.locator("#job[hx-trigger]")).to_have_count(0)
    page.get_by_role("link", name="Xem kết quả").click()
    page.wait_for_url("**/admin/banks/reviews/*")


def mend_second(page):
    """Tick the key that the file forgot; nothing else is wrong."""
    expect(page.get_by_role("heading", name="Ai đóng kinh phí công đoàn?")).to_be_visible()
    expect(page.get_by_role("heading", name="Mức đóng là bao nhiêu?")).to_have_count(0)
    at = page.url
    page.get_by_role("link", name="Sửa câu này").click()
    page.locator("#right-A-2").check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator("#q-2")).to_contain_text("Đã lưu câu này")
    expect(page.locator("#tiles dd").nth(1)).to_have_text("0")
    expect(page.locator("#whole dd").first).to_have_text("3")
    assert page.url == at


def publish(page, number):
    page.get_by_role("button", name=f"Công bố 3 câu thành bản {number}").click()
    page.wait_for_url("**/admin/banks")


def test_a_word_file_is_mended_published_and_compared_with_the_next_one(clerk, stage, tmp_path):
    bring(clerk, stage, word_file(tmp_path))
    mend_second(clerk)
    publish(clerk, 1)
    bring(clerk, stage, word_file(tmp_path, third_of_first="Đủ 18 tuổi"))
    mend_second(clerk)
    publish(clerk, 2)

    clerk.get_by_role("link", name="Luật Công đoàn từ tệp Word").click()
    clerk.get_by_role("button", name="Xem khác nhau từng chữ").click()

    expect(clerk.locator("del")).to_have_text(["16"])
    expect(clerk.locator("ins")).to_have_text(["18"])
    with stage.app.app_context():
        found = banks.get_questions(banks.find_version(CODE).id)
        db.session.rollback()
    assert [one.right for one in found] == [2, 1, 1]
