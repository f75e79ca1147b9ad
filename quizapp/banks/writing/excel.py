"""Writes the layout that the Excel reader reads: a row per question, the key by its letter."""

from collections.abc import Iterator, Sequence

from quizapp.banks.rules import LETTERS, Content, Kind, letters_of
from quizapp.web.sheets import Cell, Table, workbook

SHEET = "Câu hỏi"
PICTURES = "Hình ảnh"
WIDTHS = {"Nội dung câu hỏi": 60, "Giải thích": 40, "Căn cứ": 40, "Chủ đề": 24}
KINDS = {Kind.SINGLE: "Một đáp án", Kind.MULTIPLE: "Nhiều đáp án"}
LEVELS = {"easy": "Dễ", "medium": "Trung bình", "hard": "Khó"}


def write(questions: Sequence[Content], *, code: str, title: str, number: int) -> bytes:
    """Return the workbook; a citation keeps its words, not its separate article and clause."""
    letters = LETTERS[: max(len(question.options) for question in questions)]
    headings = _headings(letters)
    if any(question.pictures for question in questions):
        headings.append(PICTURES)
    rows: Iterator[Sequence[Cell]] = (
        [number, *_cells(one, letters)] for number, one in enumerate(questions, start=1)
    )
    table = Table(name=SHEET, headings=headings, rows=rows, widths=WIDTHS)
    return workbook([table], title=title, comments=f"{code}, phiên bản {number}")


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
