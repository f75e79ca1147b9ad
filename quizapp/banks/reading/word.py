"""Reads Word documents (.docx): lines and tables as Word shows them, with marks and numbers."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.archive import Packed, names_in, parts_of
from quizapp.banks.reading.word_numbers import Numbers
from quizapp.banks.reading.word_pictures import Pictures
from quizapp.banks.reading.word_styles import Looks, W
from quizapp.banks.reading.word_text import Paragraph, Table, Walk
from quizapp.banks.rules import Problem, Reading, Severity
from quizapp.banks.rules.documents import Cell, Grid, Part
from quizapp.banks.rules.documents.legacy import Script, script_of
from quizapp.banks.rules.documents.questions import reading_of
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said

FORMAT = "docx"
DOCUMENT = "word/document.xml"
LARGEST_PART = 60 * 1024 * 1024
TRACKED = said(
    N_(
        "Tài liệu còn sửa đổi chưa duyệt (Track Changes): đã đọc như khi chấp nhận tất cả. Hãy "
        "vào Review, chọn Accept All rồi lưu lại để chắc chắn."
    )
)
EMPTY = said(N_("tệp Word không có nội dung; hãy mở bằng Word và lưu lại."))
BROKEN = said(N_("tệp Word bị hỏng; hãy mở bằng Word và lưu lại."))


def is_mine(content: bytes) -> bool:
    """Say whether these bytes are a zip file with a Word document in it."""
    return DOCUMENT in names_in(content)


def read(content: bytes) -> Reading:
    """Return drafts and problems of a Word document. Raises CannotRead."""
    parts = parts_of(content)
    document = _parsed(parts, DOCUMENT)
    body = None if document is None else document.find(f"{W}body")
    if body is None:
        raise CannotRead(reason=EMPTY)
    links = _parsed(parts, "word/_rels/document.xml.rels")
    pictures = Pictures.of(Packed(content), links)
    walk = Walk(
        pictures=pictures,
        looks=Looks.of(_parsed(parts, "word/styles.xml")),
        numbers=Numbers.of(_parsed(parts, "word/numbering.xml")),
    )
    found = list(walk.items(body))
    script = script_of(walk.pieces)
    problems = [_note(TRACKED)] if walk.is_tracked else []
    shown = [part for item in found for part in _shown(item, script)]
    told = (*script.problems, *problems)
    reading = reading_of(FORMAT, shown, told, images=pictures.images)
    return replace(reading, pictures=pictures.used_in(reading.raws))


def _parsed(parts: Mapping[str, bytes], name: str) -> Element | None:
    body = parts.get(name)
    if body is None:
        return None
    if len(body) > LARGEST_PART:
        text = N_("nội dung quá lớn ({mb} MB); hãy chia tệp.")
        raise CannotRead(reason=said(text, mb=len(body) // 2**20))
    try:
        return parse(BytesIO(body)).getroot()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotRead(reason=BROKEN) from error


def _note(message: Said) -> Problem:
    return Problem(severity=Severity.WARNING, where=NOTHING_SAID, question=None, message=message)


def _shown(item: Paragraph | Table, script: Script) -> list[Part]:
    if isinstance(item, Paragraph):
        return list(item.lines(script, said(N_("đoạn {n}"), n=item.number)))
    places = tuple(
        said(N_("bảng {n}, dòng {row}"), n=item.number, row=number)
        for number in range(1, len(item.rows) + 1)
    )
    rows = tuple(
        tuple(_cell(cell, script, where) for cell in row)
        for where, row in zip(places, item.rows, strict=True)
    )
    return [Grid(rows=rows, where=said(N_("bảng {n}"), n=item.number), places=places)]


def _cell(paragraphs: tuple[Paragraph, ...], script: Script, where: Said) -> Cell:
    lines = tuple(line for paragraph in paragraphs for line in paragraph.lines(script, where))
    return Cell(lines=lines, where=where)
