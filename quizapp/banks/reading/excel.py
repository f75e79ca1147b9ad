"""Reads questions from spreadsheets (.xlsx, .xls, .ods): a row per question, on every sheet.

Values come from one reader for the three formats; what a cell looks like is known of .xlsx only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

import python_calamine

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import open_looks
from quizapp.banks.reading.archive import ZIP, names_in, packed, parts_of
from quizapp.banks.reading.old_excel import sheets_of
from quizapp.banks.reading.sheet_looks import Looks, Pieces, looks_of
from quizapp.banks.reading.sheet_size import (
    MOST_COLUMNS,
    MOST_ROWS,
    check_opendocument,
    check_sheets,
)
from quizapp.banks.rules import Problem, Reading, Severity
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.cleaning import clean_line
from quizapp.banks.rules.documents import PLAIN, Cell, Grid, Style
from quizapp.banks.rules.documents.columns import HEADING_ROWS
from quizapp.banks.rules.documents.found import Found
from quizapp.banks.rules.documents.legacy import Piece, Script, script_of
from quizapp.banks.rules.documents.questions import raws_of
from quizapp.banks.rules.documents.tables import rows_of

OLD_WORKBOOKS = ("Workbook", "Book")
NO_LOOKS = Looks()
NO_TABLE = (
    f"không thấy dòng tiêu đề trong {HEADING_ROWS} dòng đầu; cần các cột “Câu hỏi”, “Đáp án A”, "
    "“Đáp án B”… (hoặc một cột “Các phương án”) và “Đáp án đúng”."
)
Value = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A sheet as read: values row by row, how its cells look, where it is."""

    name: str
    rows: Sequence[Sequence[Value]]
    looks: Looks = NO_LOOKS


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """The look of a cell, or of the pieces of its text; whether a picture lies beside it."""

    style: Style
    pieces: Pieces
    picture: str

    def lines(self, text: str) -> list[list[Piece]]:
        """Return the lines of a cell's text in pieces of one look."""
        told: Pieces = (("\n".join(text.splitlines()), self.style),)
        if "".join(words for words, _ in self.pieces) == text:
            told = self.pieces
        lines: list[list[Piece]] = []
        for words, style in told:
            first, *others = words.split("\n")
            if not lines:
                lines.append([])
            lines[-1].append(Piece(first, style, ""))
            lines += [[Piece(other, style, "")] for other in others]
        return lines if text else []


@dataclass(slots=True)
class _Book:
    """What the sheets of a workbook come to."""

    script: Script
    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tables: int = 0

    def add(self, sheet: Sheet) -> None:
        rows = rows_of(_grid(sheet, self.script))
        if rows.columns is None:
            if any(_is_told(value) for row in sheet.rows for value in row):
                message = "không có dòng tiêu đề nên được bỏ qua."
                self.problems.append(_of_sheet(sheet.name, message))
            return
        if rows.columns.twice:
            twice = rows.columns.twice[0]
            raise CannotRead(reason=f"trang “{sheet.name}” có hai cột cùng nghĩa “{twice}”.")
        self.tables += 1
        self.found += rows.found
        self.problems += [_of_sheet(sheet.name, note) for note in rows.notes]
        hidden = [row for row in sorted(sheet.looks.hidden_rows) if _is_row_told(sheet, row)]
        if hidden:
            shown = ", ".join(map(str, hidden[:10])) + ("…" if len(hidden) > 10 else "")
            message = f"có dòng đang ẩn nên được bỏ qua: {shown}. Hãy bỏ ẩn nếu cần đọc."
            self.problems.append(_of_sheet(sheet.name, message))


def is_xlsx(content: bytes) -> bool:
    """Say whether these bytes are a zip file with an Excel workbook, or one of no known kind."""
    return content.startswith(ZIP)


def is_opendocument(content: bytes) -> bool:
    """Say whether these bytes are an OpenDocument spreadsheet."""
    return "content.xml" in names_in(content)


def is_xls(content: bytes) -> bool:
    """Say whether these bytes are a workbook of Excel 97 to 2003."""
    return any(name.encode("utf-16-le") in content for name in OLD_WORKBOOKS)


def read_xlsx(content: bytes) -> Reading:
    """Return drafts and problems of all visible sheets with a row of headings.

    Raises CannotRead, also when no sheet has one.
    """
    parts = parts_of(content)
    if not any(name.lower() == "xl/workbook.xml" for name in parts):
        raise CannotRead(reason="tệp nén này không phải bảng tính Excel (.xlsx).")
    check_sheets(parts)
    return _reading("xlsx", packed(parts), lambda: looks_of(parts))


def read_opendocument(content: bytes) -> Reading:
    """Do as `read_xlsx` for .ods."""
    parts = parts_of(content)
    check_opendocument(parts.get("content.xml", b""))
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    return _reading(
        "ods", packed({"mimetype": mimetype} | parts), lambda: open_looks.looks_of(parts)
    )


def read_xls(content: bytes) -> Reading:
    """Do as `read_xlsx` for .xls."""
    problems: list[Problem] = []
    sheets = []
    for one in sheets_of(content):
        if not one.is_shown:
            problems.append(_of_sheet(one.name, "đang ẩn nên được bỏ qua."))
        elif len(one.rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in one.rows):
            raise CannotRead(
                reason=f"trang “{one.name}” có hơn {MOST_ROWS} dòng hoặc {MOST_COLUMNS} cột."
            )
        else:
            sheets.append(Sheet(name=one.name, rows=one.rows, looks=one.looks))
    return grid_reading("xls", sheets, problems)


def grid_reading(form: str, sheets: Sequence[Sheet], problems: Sequence[Problem] = ()) -> Reading:
    """Return what these sheets hold. Raises CannotRead when none has headings or questions."""
    pieces = [
        Piece(f"{value}\n", PLAIN, "")
        for sheet in sheets
        for row in sheet.rows
        for value in row
        if isinstance(value, str) and value
    ]
    script = script_of(pieces)
    book = _Book(script=script, problems=[*script.problems, *problems])
    for sheet in sheets:
        book.add(sheet)
    if not book.tables:
        raise CannotRead(reason=NO_TABLE)
    if not book.found:
        raise CannotRead(reason="dưới dòng tiêu đề không có câu hỏi nào.")
    return assembled(Reading(format=form, problems=tuple(book.problems)), raws_of(book.found))


def _reading(form: str, content: bytes, looks: Callable[[], Mapping[str, Looks]]) -> Reading:
    problems: list[Problem] = []
    try:
        sheets = list(_sheets(content, looks(), problems))
    except (python_calamine.CalamineError, ValueError) as error:
        raise CannotRead(reason="bảng tính bị hỏng; hãy mở bằng Excel và lưu lại.") from error
    return grid_reading(form, sheets, problems)


def _sheets(content: bytes, looks: Mapping[str, Looks], problems: list[Problem]) -> Iterator[Sheet]:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    for about in book.sheets_metadata:
        if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible is not python_calamine.SheetVisibleEnum.Visible:
            problems.append(_of_sheet(about.name, "đang ẩn nên được bỏ qua."))
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            raise CannotRead(
                reason=f"trang “{about.name}” có hơn {MOST_ROWS} dòng hoặc {MOST_COLUMNS} cột."
            )
        rows = sheet.to_python(skip_empty_area=False)
        yield Sheet(name=about.name, rows=rows, looks=looks.get(about.name, NO_LOOKS))


def _grid(sheet: Sheet, script: Script) -> Grid:
    """Return the sheet as a table; hidden rows are empty ones."""
    rows: list[tuple[Cell, ...]] = []
    for number, values in enumerate(sheet.rows, start=1):
        if number in sheet.looks.hidden_rows:
            rows.append(())
            continue
        cells = (
            _cell(
                value,
                look=_Look(
                    style=sheet.looks.style(number, column),
                    pieces=sheet.looks.pieces.get((number, column), ()),
                    picture="hình" if number in sheet.looks.pictures else "",
                ),
                where=f"{sheet.name}, ô {_column(column)}{number}",
                script=script,
            )
            for column, value in enumerate(values, start=1)
        )
        rows.append(tuple(cells))
    places = tuple(f"{sheet.name}, dòng {number}" for number in range(1, len(rows) + 1))
    return Grid(rows=tuple(rows), where=sheet.name, places=places)


def _cell(value: Value, *, look: _Look, where: str, script: Script) -> Cell:
    text, doubt, note = str(value), "", ""
    if isinstance(value, date):
        text = (value.date() if isinstance(value, datetime) else value).isoformat()
    if not isinstance(value, str):
        whole = _whole(value)
        if whole:
            text, note = whole, f"Ô là số {whole}; hãy xem lại cách viết (05, 5%, 5.000…)."
        else:
            # 0.85 may be shown as 85 %, a date in many ways: the words on the screen are not known.
            doubt = f"Ô chứa {value}, không phải chữ; hãy đổi định dạng ô thành Văn bản rồi gõ lại."
    lines = tuple(
        script.line(pieces, where=where, picture=look.picture) for pieces in look.lines(text)
    )
    return Cell(lines=lines, where=where, doubt=doubt, note=note)


def _of_sheet(sheet: str, message: str) -> Problem:
    return Problem(
        severity=Severity.WARNING, where=sheet, question=None, message=f"Trang tính {message}"
    )


def _is_row_told(sheet: Sheet, number: int) -> bool:
    return number <= len(sheet.rows) and any(map(_is_told, sheet.rows[number - 1]))


def _is_told(value: Value) -> bool:
    return value is not None and clean_line(str(value)) != ""


def _whole(value: Value) -> str:
    """Return the digits of a whole number in a cell; empty for anything else."""
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    return str(int(value)) if is_number and value == value // 1 else ""


def _column(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
