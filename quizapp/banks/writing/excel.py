"""Writes the layout that the Excel reader reads: a row per question, the key by its letter."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import xlsxwriter

from quizapp.banks.rules import LETTERS, Content, Kind, letters_of

SHEET = "Câu hỏi"
PICTURES = "Hình ảnh"
# A cell that begins with "=" must stay words: no formula, number or link is made of a text.
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
WIDTHS = {"Nội dung câu hỏi": 60, "Giải thích": 40, "Căn cứ": 40, "Chủ đề": 24}
KINDS = {Kind.SINGLE: "Một đáp án", Kind.MULTIPLE: "Nhiều đáp án"}
LEVELS = {"easy": "Dễ", "medium": "Trung bình", "hard": "Khó"}


def write(questions: Sequence[Content], *, code: str, title: str, number: int) -> bytes:
    """Return the workbook; a citation keeps its words, not its separate article and clause."""
    target = BytesIO()
    letters = LETTERS[: max(len(question.options) for question in questions)]
    headings = _headings(letters)
    if any(question.pictures for question in questions):
        headings.append(PICTURES)
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as book:
        book.set_properties({"title": title, "comments": f"{code}, phiên bản {number}"})
        sheet = book.add_worksheet(SHEET)
        # Format "@" keeps a text a text also after somebody edits its cell.
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        for column, heading in enumerate(headings):
            sheet.set_column(column, column, WIDTHS.get(heading, 18))
            sheet.write_string(0, column, heading, bold)
        sheet.freeze_panes(1, 0)
        for row, question in enumerate(questions, start=1):
            sheet.write_number(row, 0, row)
            for column, words in enumerate(_cells(question, letters), start=1):
                if words:
                    sheet.write_string(row, column, words, text)
    return target.getvalue()


def _headings(letters: str) -> list[str]:
    options = [f"Đáp án {letter}" for letter in letters]
    tail = ["Chủ đề", "Độ khó", "Căn cứ", "Giải thích", "Hiệu lực từ", "Hiệu lực đến"]
    return ["STT", "Mã", "Nội dung câu hỏi", *options, "Đáp án đúng", "Loại", *tail]


def _cells(one: Content, letters: str) -> Iterator[str]:
    """Yield the texts of a question's row, from the code on."""
    yield one.code
    yield one.stem
    for index in range(len(letters)):
        yield one.options[index] if index < len(one.options) else ""
    yield letters_of(one.right)
    yield KINDS[one.kind]
    yield one.topic or ""
    yield LEVELS.get(one.difficulty or "", "")
    yield "\n".join(citation.get("text") or citation["law"] for citation in one.citations)
    yield one.explanation or ""
    yield str(one.valid_from or "")
    yield str(one.valid_to or "")
    # A sheet holds no pictures: read again, such a question is named and not accepted without.
    yield "; ".join(picture["alt"] or picture["digest"][:12] for picture in one.pictures)
