"""Every page in every state: for all eyes, on the narrowest phone, in English."""

import csv
import html
import re
import unicodedata

import lxml.html

from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.db import db
from quizapp.people.rules.entry import mask_name
from quizapp.units.commands import CATALOGUE, FILES
from tests.browser.desks import GUESSED
from tests.browser.stage import BANK, PEOPLE
from tests.browser.touring import tour
from tests.browser.walking import NAME, mirrored
from tests.making import drafts, tickets

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# WCAG 2.2 (2.5.8) asks for 24 CSS pixels; a thumb in a moving bus for more.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, label.pick")]
  .filter(it => it.checkVisibility() && !it.closest("label.pick input, [type=hidden]"))
  .filter(it => !it.matches(".skip"))
  .filter(it => getComputedStyle(it).display !== "inline")  // in a sentence, as high as its line
  .map(it => [it.outerHTML.slice(0, 200), it.getBoundingClientRect()])
  .filter(([, box]) => box.height < SMALLEST || box.width < SMALLEST)
  .map(([text, box]) => `${text} ${box.width}×${box.height}`)""".replace("SMALLEST", "44")
NARROWEST = 320
WIDTH = "() => document.documentElement.scrollWidth"
TEXT_SIZE = "size => { document.documentElement.style.fontSize = size }"
# What people read and press may not be wider than its box.
CUT_OFF = """() => [...document.querySelectorAll(".btn, button, label, legend, dd, dt, h2, p, li")]
  .filter(it => it.checkVisibility() && !it.matches(".up") && it.scrollWidth > it.clientWidth + 1)
  .map(it => `${it.outerHTML.slice(0, 200)} ${it.scrollWidth} in ${it.clientWidth}`)"""
# What the guide quotes: files of questions are written in Vietnamese.
WRITTEN_IN_FILES = {
    "Câu 1:",
    "Câu 2:",
    "Đáp án: B",
    "Căn cứ: khoản 1 Điều 20 …",
    "Giải thích: …",
    "Đáp án đúng",
    "Nhiều đáp án",
    "column Loại",
}
MOVING = """() => [...document.querySelectorAll("*")].filter(it => {
  const style = getComputedStyle(it);
  return style.animationName !== "none" || style.transitionDuration !== "0s"
    || style.scrollBehavior === "smooth" }).map(it => it.outerHTML.slice(0, 200))"""


def test_everybody_can_see_and_reach_everything(phone, stage, clock, new_number, axe):
    page, mirror = phone(), phone()
    plain = phone(java_script_enabled=False)
    found = []

    for name, stop in tour(page, plain, stage, new_number=new_number):
        shown = mirrored(plain, mirror) if stop is plain else stop
        found += [f"{name}: {problem}" for problem in problems_of(shown, axe)]

    assert found == [], "\n".join(found)


def problems_of(page, axe):
    """Look at a page in light and dark colours, and on the narrowest phone."""
    yield from violations(page, axe, {"type": "tag", "values": RULES})
    page.emulate_media(color_scheme="dark")
    yield from violations(page, axe, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    width = page.evaluate(WIDTH)
    if width > NARROWEST:
        yield f"{width} px wide on a phone of {NARROWEST}"
    yield from page.evaluate(TOO_SMALL)
    page.set_viewport_size(size)
    yield from problems_of_large_text(page)
    page.emulate_media(reduced_motion="reduce")
    yield from (f"moves: {it}" for it in page.evaluate(MOVING))
    page.emulate_media(reduced_motion="no-preference")


def problems_of_large_text(page):
    """Look at a page whose reader has set letters twice as large."""
    page.evaluate(TEXT_SIZE, "200%")
    width = page.evaluate(WIDTH)
    if width > page.viewport_size["width"]:
        yield f"{width} px wide with large text"
    yield from (f"cut off: {it}" for it in page.evaluate(CUT_OFF))
    page.evaluate(TEXT_SIZE, "")


def violations(page, axe, only):
    found = axe.run(page, options={"runOnly": only, "resultTypes": ["violations"]}).response
    for one in found["violations"]:
        yield f"{one['id']}: {one['nodes'][0]['html']}"


def test_english_pages_hold_no_vietnamese_but_names_titles_and_questions(
    phone, stage, clock, new_number
):
    page, plain = phone(), phone(java_script_enabled=False)
    ours = words_that_are_no_translation(stage)
    found = []

    for name, shown in tour(page, plain, stage, new_number=new_number, query="?lang=en"):
        assert shown.locator("html").get_attribute("lang") == "en", name
        text = ours.sub("", html.unescape(without_vietnamese(shown.content())))
        found += [f"{name}: {line.strip()}" for line in text.splitlines() if is_vietnamese(line)]

    assert found == [], "\n".join(found)


def without_vietnamese(content):
    """Return the page without scripts, styles and what it says itself to be Vietnamese."""
    page = lxml.html.document_fromstring(content)
    for vietnamese in page.body.xpath("//*[@lang='vi'][ancestor::body]"):
        english = vietnamese.xpath(".//*[@lang='en']")
        tail = vietnamese.tail
        vietnamese.clear()
        vietnamese.tail = tail
        vietnamese.extend(english)
    for code in page.xpath("//script | //style"):
        code.drop_tree()
    return lxml.html.tostring(page, encoding="unicode")


def words_that_are_no_translation(stage):
    """Return a pattern of everything that is shown as it was entered, in whatever language."""
    with stage.app.app_context():
        version = banks.find_version(BANK, None)
        questions = banks.get_questions(version.id)
        titles = {one.title for one in (*banks.get_banks(), *contests.get_contests())}
        db.session.rollback()
    names = {NAME, "Trần Thị Bình", *(person[0] for person in PEOPLE)}
    said = {
        "Tiếng Việt",
        "BC-LĐLĐ",
        "Công ty May 10",  # typed by whom other files let join before
        "Lê Ba",
        "Chỉ xem",
        "Đang rà soát",  # a review that the tour before has made
        "Hãy tải lại trang.",
        "12/TL-TLĐ",
        "Lễ tổng kết",
        f"Tìm hiểu pháp luật ({GUESSED})",
        tickets.ASKED,
        *drafts.BASICS.values(),
        *titles,
        *names,
        *map(mask_name, names),
        *unit_names(),
    }
    said |= {f"Vòng {number}" for number in (1, 2)}
    said |= WRITTEN_IN_FILES
    for one in questions:
        said |= {one.stem, *one.options, one.explanation or "-", one.topic or "-"}
        said |= {str(citation.get("text")) for citation in one.citations}
    longest_first = sorted(said, key=len, reverse=True)
    return re.compile("|".join(re.escape(one) for one in longest_first))


def unit_names():
    for name in FILES:
        with (CATALOGUE / name).open(encoding="utf-8", newline="") as file:
            yield from (row["name_vi"] for row in csv.DictReader(file))


def is_vietnamese(text):
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "đ" in text.lower() or any(unicodedata.combining(char) for char in decomposed)
