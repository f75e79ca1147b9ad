"""What readers of question banks say is in the language of who looks, whoever sent the file."""

import html
import json
import re

import pytest
from sqlalchemy import select, update

from quizapp.banks.errors import CannotRead
from quizapp.banks.models import ReviewFile, ReviewQuestion
from quizapp.banks.reading import apart, read_bank, read_here, wire
from quizapp.db import db, transaction
from quizapp.web.language import speaking, told, words_of
from tests.integration.test_bank_pages import brought, clerk, text_of  # noqa: F401 - a fixture
from tests.making.documents import document, paragraph, run
from tests.making.workbooks import workbook

VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
# Only letters of English in the files, so that any other letter was said by a reader.
WORD = document(
    "Question 1: Who pays?",
    "A. One",
    "B. Two",
    paragraph("Question 2: How ", run("many", "struck"), "?"),
    "A. One",
    "B. Two",
    "Stray words",
    "Answer: C",
    "Question 4: What?",
    "A. One",
    "Answer: A. Other",
    "Question 5: When?",
    paragraph(run("A. ", "bold"), run("One")),
    paragraph(run("B. Two", "red")),
    "Answer: A",
    "Question 6: Why?",
    "A. One",
    "B. Two",
    "Answer: A. Two",
    "Answer key",
    "9-A 10-B 11-C",
    "what is this",
)
SHEET = workbook(
    ("No", "Question", "Option A", "Option B", "Option C", "Correct answer", "Remarks"),
    (1, "First?", "One", "One", "Three", "A"),
    (2, "Second?", 5, 0.25, "Three", "X"),
    (3, "Third?", "One", "Two", "Three", ""),
    (4, "Fourth?", "One", "Two", "Three", "A, B"),
    (6, "Sixth?", "One", "Two", "Three", "B"),
    (5, "Fourth?", "One", "Two", "Three", "D"),
    sheet="Law",
    more={"Old": [("Nothing", "here")], "Away": [("x",)]},
    hidden=("Away",),
)
REFUSED = b"schema: quizbank/1\nquestions: [\n"
CITED = "One provision a line, for example: khoản 1 Điều 20 Bộ luật Lao động số 45/2019/QH14."
FILES = (WORD, SHEET, REFUSED)


def main_of(page):
    return re.search(r"<main.*</main>", page.text, re.DOTALL)[0]


def lines_of(page):
    """Return what is said on a page, piece by piece."""
    pieces = re.split(r"<[^>]+>", main_of(page))
    return [" ".join(html.unescape(piece).split()) for piece in pieces if piece.strip()]


def pages_of(client, path, language):
    """Return the review with all of its questions, and the page of each question."""
    asked = {"show": "all", "lang": language}
    numbers = range(1, client.get(path, query_string=asked).text.count('class="card q"') + 1)
    assert len(numbers) == 11
    yield client.get(path, query_string=asked)
    for number in numbers:
        yield client.get(f"{path}/questions/{number}", query_string={"lang": language})


def test_nothing_that_readers_say_is_vietnamese_on_english_pages(app, clerk):  # noqa: F811
    path = brought(app, clerk, *FILES)
    said_there = {line for page in pages_of(clerk, path, "en") for line in lines_of(page)}

    # The form shows how a citation is written.
    assert {line for line in said_there if VIETNAMESE.search(line)} == {CITED}


def test_the_english_says_what_the_vietnamese_does(app, clerk):  # noqa: F811
    path = brought(app, clerk, *FILES)
    english = "\n".join(line for page in pages_of(clerk, path, "en") for line in lines_of(page))
    vietnamese = "\n".join(line for page in pages_of(clerk, path, "vi") for line in lines_of(page))

    for here, there in (
        (
            "1-luat.yaml, đoạn 4, “Question 2: How many?”",
            "1-luat.yaml, paragraph 4, “Question 2: How many?”",
        ),
        (
            "đoạn 4, “Question 2: How many?”: Có chữ bị gạch ngang ở đoạn 4, không rõ",
            "paragraph 4, “Question 2: How many?”: There are struck-out words at paragraph 4: it",
        ),
        ("Law, ô D2: Phương án A và B giống nhau.", "Law, cell D2: Options A and B are the same."),
        ("Law, ô D3: Ô chứa 0.25, không phải chữ", "Law, cell D3: The cell holds 0.25, which"),
        ("Old: Trang tính không có dòng tiêu đề", "Old: The sheet has no row of headings"),
        ("Away: Trang tính đang ẩn", "Away: The sheet is hidden"),
        ("Trang tính bỏ qua cột “Remarks”.", "Columns left out of the sheet: “Remarks”."),
        ("Hãy ghi A hoặc B hoặc C.", "Write A or B or C."),
        ("Không đọc được tệp: dòng 3: YAML", "The file cannot be read: line 3: The YAML"),
    ):
        assert here in vietnamese
        assert there in english


def test_reviews_that_an_earlier_release_read_are_shown_as_they_were(app, clerk):  # noqa: F811
    path = brought(app, clerk, *FILES)
    plain = {"severity": "error", "where": "Trang {1}", "question": None, "message": "Lỗi {x.y}"}
    with app.app_context(), transaction():
        db.session.execute(
            update(ReviewFile).where(ReviewFile.number == 2).values(problems=[plain])
        )
        refused = update(ReviewFile).where(ReviewFile.number == 3)
        db.session.execute(refused.values(refused="Không đọc được tệp: dòng 3: {0} sai."))
        for row in db.session.scalars(select(ReviewQuestion)):
            row.now = row.now | {"where": "dòng 17", "places": {}, "doubts": {"stem": "Cũ {"}}
    for language in ("vi", "en"):
        shown = text_of(clerk.get(path, query_string={"show": "all", "lang": language}))
        assert "Trang {1}: Lỗi {x.y}" in shown
        assert "3-luat.yaml: Không đọc được tệp: dòng 3: {0} sai." in shown
        assert "dòng 17: Cũ {" in shown


def test_what_a_file_calls_things_is_never_a_text_with_places(app, clerk):  # noqa: F811
    sheet = workbook(
        ("No", "Question", "Option A", "Option B", "Answer", "{x.__class__}"),
        (1, "First?", "One", "Two", "{answer.__class__} {0} {"),
        sheet="{sheet} {cell.format}",
    )
    path = brought(app, clerk, sheet)
    shown = text_of(clerk.get(path, query_string={"show": "all", "lang": "en"}))

    assert "{sheet} {cell.format}, cell E2" in shown
    assert "The answer “{answer.__class__} {0} {”" in shown
    assert "Columns left out of the sheet: “{x.__class__}”." in shown


@pytest.mark.parametrize("text", ["{x.__class__}", "{x:>999999999}", "{x!r}", "{}", "{y}"])
def test_a_reader_that_somebody_took_over_can_have_nothing_evaluated(text, monkeypatch):
    told_wrong = {"text": text, "facts": {"x": "y"}}
    body = json.loads(wire.packed(read_here(SHEET)))
    ways = (
        {"reason": told_wrong, "where": ""},
        {"reason": "", "where": told_wrong},
        body | {"problems": [body["problems"][0] | {"message": told_wrong}]},
        body | {"problems": [body["problems"][0] | {"where": told_wrong}]},
        body | {"raws": [body["raws"][0] | {"where": told_wrong}]},
        body | {"raws": [body["raws"][0] | {"places": {"stem": told_wrong}}]},
        body | {"raws": [body["raws"][0] | {"doubts": {"stem": told_wrong}}]},
        body | {"raws": [body["raws"][0] | {"notes": [["stem", told_wrong]]}]},
        body | {"drafts": [body["drafts"][0] | {"where": told_wrong}]},
    )
    for way in ways:
        monkeypatch.setattr(apart, "_child", lambda _, way=way: json.dumps(way).encode())
        with pytest.raises(CannotRead) as refusal:
            read_bank(b"x")
        assert refusal.value.reason == apart.BROKEN


def test_a_refusal_is_told_in_the_language_of_who_asks(app):
    with pytest.raises(CannotRead) as refusal:
        read_bank(REFUSED)
    with app.app_context():
        assert words_of(refusal.value) == told(refusal.value.said) == str(refusal.value)
        with speaking("en"):
            english = words_of(refusal.value)
            assert english == told(refusal.value.said)
    assert english.startswith("The file cannot be read: line 3: The YAML is wrong here")
