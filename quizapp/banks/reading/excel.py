"""Reads questions from spreadsheets (.xlsx, .xls, .ods): a row per question, on every sheet.

Values come from one reader for the three formats; what a cell looks like is known of .xlsx only.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import python_calamine

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import open_looks
from quizapp.banks.reading.archive import ZIP, Packed, names_in, packed, parts_of
from quizapp.banks.reading.old_excel import sheets_of
from quizapp.banks.reading.sheet_looks import Looks, Pieces, looks_of
from quizapp.banks.reading.sheet_pictures import LOOSE, cell_name
from quizapp.banks.reading.sheet_size import (
    BROKEN_BOOK,
    MOST_COLUMNS,
    MOST_ROWS,
    check_opendocument,
    check_sheets,
)
from quizapp.banks.reading.word_pictures import Pictures
from quizapp.banks.rules import Problem, Reading, Severity
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.cleaning import clean_line
from quizapp.banks.rules.documents import PLAIN, Cell, Grid, Style
from quizapp.banks.rules.documents.columns import HEADING_ROWS
from quizapp.banks.rules.documents.found import Found
from quizapp.banks.rules.documents.legacy import Piece, Script, script_of
from quizapp.banks.rules.documents.picturing import show_pictures
from quizapp.banks.rules.documents.questions import raws_of
from quizapp.banks.rules.documents.tables import rows_of, shown_headings
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said, verbatim

OLD_WORKBOOKS = ("Workbook", "Book")
NO_LOOKS = Looks()
NO_TABLE = said(
    N_(
        "không thấy dòng tiêu đề trong {rows} dòng đầu; cần các cột “Câu hỏi”, “Đáp án A”, "
        "“Đáp án B”… (hoặc một cột “Các phương án”) và “Đáp án đúng”."
    ),
    rows=HEADING_ROWS,
)
TOO_LARGE = N_("trang “{sheet}” có hơn {rows} dòng hoặc {columns} cột.")
HIDDEN = N_("Trang tính đang ẩn nên được bỏ qua.")
Value = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A sheet as read: values row by row, how its cells look, where it is."""

    name: Said
    rows: Sequence[Sequence[Value]]
    looks: Looks = NO_LOOKS


class _Broken(str):
    """What a cell shows in place of its formula's value: #REF!"""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """The look of a cell, or of the pieces of its text; the pictures over it."""

    style: Style
    pieces: Pieces
    drawn: str

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
    pictures: Pictures
    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tables: int = 0

    def add(self, sheet: Sheet) -> None:
        rows = rows_of(_grid(sheet, self.script, self.pictures))
        if rows.columns is None:
            if any(_is_told(value) for row in sheet.rows for value in row):
                text = N_("Trang tính không có dòng tiêu đề nên được bỏ qua.")
                self._tell(sheet, said(text))
            return
        if rows.columns.twice:
            text = N_("trang “{sheet}” có hai cột cùng nghĩa “{heading}”.")
            twice = rows.columns.twice[0]
            raise CannotRead(reason=said(text, sheet=sheet.name, heading=twice))
        self.tables += 1
        self.found += rows.found
        if rows.columns.unknown:
            skipped = shown_headings(rows.columns.unknown)
            self._tell(sheet, said(N_("Trang tính bỏ qua cột {columns}."), columns=skipped))
        if LOOSE in sheet.looks.pictures:
            text = N_(
                "Trang tính có hình không gắn với ô nào nên không rõ của câu nào. Hãy đặt hình "
                "trong ô."
            )
            self._tell(sheet, said(text))
        self._tell_hidden(sheet)

    def _tell_hidden(self, sheet: Sheet) -> None:
        lines = sorted(sheet.looks.hidden_rows)
        told = [str(row) for row in lines if _is_row_told(sheet, row)]
        if told:
            text = N_("Trang tính có dòng đang ẩn nên được bỏ qua: {rows}. Hãy bỏ ẩn nếu cần đọc.")
            self._tell(sheet, said(text, rows=_first_of(told)))
        columns = sorted(sheet.looks.hidden_columns)
        told = [cell_name(1, at).rstrip("1") for at in columns if _is_column_told(sheet, at)]
        if told:
            text = N_(
                "Trang tính có cột đang ẩn nên được bỏ qua: {columns}. Hãy bỏ ẩn nếu cần đọc."
            )
            self._tell(sheet, said(text, columns=_first_of(told)))

    def _tell(self, sheet: Sheet, message: Said) -> None:
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
        raise CannotRead(reason=said(N_("tệp nén này không phải bảng tính Excel (.xlsx).")))
    check_sheets(parts)
    pictures = Pictures(packed=Packed(content))
    return _reading("xlsx", packed(parts), lambda: looks_of(parts), pictures)


def read_opendocument(content: bytes) -> Reading:
    """Do as `read_xlsx` for .ods."""
    parts = parts_of(content)
    check_opendocument(parts.get("content.xml", b""))
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    pictures = Pictures(packed=Packed(content))
    return _reading(
        "ods", packed({"mimetype": mimetype} | parts), lambda: open_looks.looks_of(parts), pictures
    )


def read_xls(content: bytes) -> Reading:
    """Do as `read_xlsx` for .xls."""
    problems: list[Problem] = []
    sheets = []
    for one in sheets_of(content):
        name = verbatim(one.name)
        if not one.is_shown:
            problems.append(_of_sheet(name, said(HIDDEN)))
        elif len(one.rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in one.rows):
            raise _too_large(name)
        else:
            sheets.append(Sheet(name=name, rows=one.rows, looks=one.looks))
    return grid_reading("xls", sheets, problems)


def grid_reading(
    form: str,
    sheets: Sequence[Sheet],
    problems: Sequence[Problem] = (),
    pictures: Pictures | None = None,
) -> Reading:
    """Return what these sheets hold. Raises CannotRead when none has headings or questions.

    Without `pictures`, which unpacks them, those that lie over cells are problems.
    """
    pieces = [
        Piece(f"{value}\n", PLAIN, "")
        for sheet in sheets
        for row in sheet.rows
        for value in row
        if isinstance(value, str) and value
    ]
    script = script_of(pieces)
    pictures = pictures or Pictures(packed=Packed(b""))
    book = _Book(script=script, pictures=pictures, problems=[*script.problems, *problems])
    for sheet in sheets:
        book.add(sheet)
    if not book.tables:
        raise CannotRead(reason=NO_TABLE)
    if not book.found:
        raise CannotRead(reason=said(N_("dưới dòng tiêu đề không có câu hỏi nào.")))
    for one in book.found:
        show_pictures(one, pictures.images)
    reading = assembled(Reading(format=form, problems=tuple(book.problems)), raws_of(book.found))
    return replace(reading, pictures=pictures.used_in(reading.raws))


def _reading(
    form: str, content: bytes, looks: Callable[[], Mapping[str, Looks]], pictures: Pictures
) -> Reading:
    problems: list[Problem] = []
    try:
        sheets = list(_sheets(content, looks(), problems))
    except (python_calamine.CalamineError, ValueError) as error:
        raise CannotRead(reason=BROKEN_BOOK) from error
    return grid_reading(form, sheets, problems, pictures)


def _sheets(content: bytes, looks: Mapping[str, Looks], problems: list[Problem]) -> Iterator[Sheet]:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    for about in book.sheets_metadata:
        if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        name = verbatim(about.name)
        if about.visible is not python_calamine.SheetVisibleEnum.Visible:
            problems.append(_of_sheet(name, said(HIDDEN)))
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            raise _too_large(name)
        rows = sheet.to_python(skip_empty_area=False)
        yield Sheet(name=name, rows=rows, looks=looks.get(about.name, NO_LOOKS))


def _grid(sheet: Sheet, script: Script, pictures: Pictures) -> Grid:
    """Return the sheet as a table; hidden rows and columns are empty ones."""
    drawn = _drawn(sheet.looks, pictures)
    widths: dict[int, int] = {}
    for row, column in [*drawn, *sheet.looks.broken]:
        widths[row] = max(widths.get(row, 0), column)
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, max(len(sheet.rows), *widths, 0) + 1):
        values = list(sheet.rows[number - 1]) if number <= len(sheet.rows) else []
        values += [""] * (widths.get(number, 0) - len(values))
        is_hidden = number in sheet.looks.hidden_rows
        rows.append(() if is_hidden else _row(sheet, number, values, drawn=drawn, script=script))
    text = N_("{sheet}, dòng {n}")
    places = tuple(said(text, sheet=sheet.name, n=number) for number in range(1, len(rows) + 1))
    return Grid(rows=tuple(rows), where=sheet.name, places=places)


def _drawn(looks: Looks, pictures: Pictures) -> dict[tuple[int, int], str]:
    """Return a character for each picture by row and column of the cell it lies over."""
    drawn: dict[tuple[int, int], str] = {}
    for one in looks.pictures:
        is_hidden = one.row in looks.hidden_rows or one.column in looks.hidden_columns
        if one is not LOOSE and not is_hidden:
            char = pictures.add(one.part, alt=one.alt, width=one.width, problem=one.problem)
            drawn[one.row, one.column] = drawn.get((one.row, one.column), "") + char
    return drawn


def _row(
    sheet: Sheet,
    number: int,
    values: Sequence[Value],
    *,
    drawn: Mapping[tuple[int, int], str],
    script: Script,
) -> tuple[Cell, ...]:
    looks, cells = sheet.looks, []
    band = _band(looks, number, values)
    for column, value in enumerate(values, start=1):
        at = number, column
        where = said(N_("{sheet}, ô {cell}"), sheet=sheet.name, cell=cell_name(number, column))
        if column in looks.hidden_columns:
            cells.append(Cell(where=where))
            continue
        look = _Look(
            style=_without(looks.style(number, column), band),
            pieces=tuple((words, _without(own, band)) for words, own in looks.pieces.get(at, ())),
            drawn=drawn.get(at, ""),
        )
        shown = _Broken(looks.broken[at]) if at in looks.broken else value
        cells.append(_cell(shown, look=look, where=where, script=script))
    return tuple(cells)


def _band(looks: Looks, number: int, values: Sequence[Value]) -> str:
    """Return the fill of a row as a whole: every second row is grey in many tables."""
    told = [column for column, value in enumerate(values, start=1) if _is_told(value)]
    fills = Counter(looks.style(number, column).highlight for column in told)
    fill, count = max(fills.items(), key=lambda item: item[1], default=("", 0))
    return fill if count * 2 > len(told) else ""


def _without(style: Style, band: str) -> Style:
    return style._replace(highlight="") if band and style.highlight == band else style


def _cell(value: Value, *, look: _Look, where: Said, script: Script) -> Cell:
    text, doubt, note = str(value), NOTHING_SAID, NOTHING_SAID
    if isinstance(value, _Broken):
        words = N_("Công thức trong ô chưa cho kết quả ({value}). Hãy gõ thẳng nội dung vào ô.")
        doubt = said(words, value=text)
    if isinstance(value, date):
        text = (value.date() if isinstance(value, datetime) else value).isoformat()
    if not isinstance(value, str):
        whole = _whole(value)
        if whole:
            words = N_("Ô là số {number}; hãy xem lại cách viết (05, 5%, 5.000…).")
            text, note = whole, said(words, number=whole)
        else:
            # 0.85 may be shown as 85 %, a date in many ways: the words on the screen are not known.
            words = N_(
                "Ô chứa {value}, không phải chữ; hãy đổi định dạng ô thành Văn bản rồi gõ lại."
            )
            doubt = said(words, value=str(value))
    lines = tuple(script.line(pieces, where=where) for pieces in look.lines(text))
    return Cell(lines=lines, where=where, doubt=doubt, note=note, drawn=look.drawn)


def _too_large(sheet: Said) -> CannotRead:
    return CannotRead(reason=said(TOO_LARGE, sheet=sheet, rows=MOST_ROWS, columns=MOST_COLUMNS))


def _of_sheet(sheet: Said, message: Said) -> Problem:
    return Problem(severity=Severity.WARNING, where=sheet, question=None, message=message)


def _first_of(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + ("…" if len(names) > 10 else "")


def _is_row_told(sheet: Sheet, number: int) -> bool:
    return number <= len(sheet.rows) and any(map(_is_told, sheet.rows[number - 1]))


def _is_column_told(sheet: Sheet, number: int) -> bool:
    return any(len(row) >= number and _is_told(row[number - 1]) for row in sheet.rows)


def _is_told(value: Value) -> bool:
    return value is not None and clean_line(str(value)) != ""


def _whole(value: Value) -> str:
    """Return the digits of a whole number in a cell; empty for anything else."""
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    return str(int(value)) if is_number and value == value // 1 else ""
