"""Reads workbooks of Excel 97 to 2003 (.xls): values, what their cells look like, hidden rows."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import zip_longest
from typing import Any, Literal

import xlrd
from xlrd.biffh import (
    XL_CELL_BOOLEAN,
    XL_CELL_DATE,
    XL_CELL_ERROR,
    XL_CELL_NUMBER,
    XL_CELL_TEXT,
    XLRDError,
)
from xlrd.compdoc import CompDocError

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.old_pictures import picture_cells
from quizapp.banks.reading.sheet_looks import Looks
from quizapp.banks.reading.sheet_pictures import IN_OLD_BOOK, Laid, cell_name
from quizapp.banks.reading.word_styles import is_black
from quizapp.banks.rules.documents import PLAIN, Style
from quizapp.errors import N_
from quizapp.said import said

BROKEN = said(N_("tệp .xls bị hỏng hoặc quá lớn; hãy mở bằng Excel và lưu lại thành .xlsx."))
# What the library raises over damaged records: it checks few of them.
ERRORS = (
    XLRDError,
    CompDocError,
    struct.error,
    ValueError,
    LookupError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    TypeError,
    NameError,
    NotImplementedError,
    RecursionError,
)
NO_PATTERN = 0
SYSTEM_COLOURS = (0x40, 0x41, 0x7FFF)


@dataclass(frozen=True, kw_only=True, slots=True)
class OldSheet:
    """A sheet of an old workbook, row by row from its first."""

    name: str
    is_shown: bool
    rows: list[list[Any]]
    looks: Looks


def sheets_of(content: bytes) -> list[OldSheet]:
    """Return the sheets of a workbook. Raises CannotRead."""
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=StringIO()
        )
        styles = _Styles(book)
        drawn = picture_cells(content)
        return [
            _sheet(sheet, book, styles, cells)
            for sheet, cells in zip_longest(book.sheets(), drawn[: book.nsheets], fillvalue=())
        ]
    except ERRORS as error:
        raise CannotRead(reason=BROKEN) from error


def _sheet(sheet: Any, book: Any, styles: "_Styles", drawn: Iterable[tuple[int, int]]) -> OldSheet:
    rows = [
        [_value(cell, book.datemode) for cell in sheet.row(number)] for number in range(sheet.nrows)
    ]
    hidden = {at + 1 for at, about in sheet.rowinfo_map.items() if about.hidden}
    columns = {at + 1 for at, about in sheet.colinfo_map.items() if about.hidden}
    return OldSheet(
        name=sheet.name,
        is_shown=sheet.visibility == 0,
        rows=rows,
        looks=Looks(
            cells=dict(_looks(sheet, styles)),
            hidden_rows=frozenset(hidden),
            hidden_columns=frozenset(columns),
            broken=dict(_broken(sheet)),
            pictures=tuple(
                Laid(row=row, column=at, problem=said(IN_OLD_BOOK, cell=cell_name(row, at)))
                for row, at in drawn
            ),
        ),
    )


def _looks(sheet: Any, styles: "_Styles") -> Iterator[tuple[tuple[int, int], Style]]:
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            style = styles.of(sheet.cell_xf_index(row, column))
            runs = sheet.rich_text_runlist_map.get((row, column))
            if runs:
                style = styles.mixed(style, runs, len(str(sheet.cell_value(row, column))))
            if style != PLAIN:
                yield (row + 1, column + 1), style


def _broken(sheet: Any) -> Iterator[tuple[tuple[int, int], str]]:
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row), start=1):
            if cell.ctype == XL_CELL_ERROR:
                yield (row + 1, column), xlrd.error_text_from_code.get(cell.value, "#N/A")


class _Styles:
    """What the formats of a workbook look like."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[int, Style] = {}

    def of(self, code: int) -> Style:
        if code not in self._known:
            form = self._book.xf_list[code]
            background = form.background
            is_filled = background.fill_pattern != NO_PATTERN
            filled = self._colour(background.pattern_colour_index) if is_filled else ""
            fill = "" if filled == "FFFFFF" else filled
            self._known[code] = self._font(form.font_index)._replace(highlight=fill)
        return self._known[code]

    def mixed(self, style: Style, runs: list[tuple[int, int]], length: int) -> Style:
        """Return the look of a text in several fonts: plain unless one of them is all of it."""
        begins_later = runs[0][0] > 0
        fonts = {self._font(font) for start, font in runs if start < length}
        fonts |= {style._replace(highlight="")} if begins_later else set()
        inner = fonts.pop() if len(fonts) == 1 else PLAIN
        return inner._replace(highlight=style.highlight)

    def _font(self, code: int) -> Style:
        font = self._book.font_list[code]
        return Style(
            bold=font.weight >= 600 or bool(font.bold),
            italic=bool(font.italic),
            underline=bool(font.underline_type),
            colour=self._colour(font.colour_index),
            struck=bool(font.struck_out),
        )

    def _colour(self, code: int) -> str:
        """Return a colour as RRGGBB; empty for black, those of the system, and unknown ones."""
        colours: Mapping[int, tuple[int, int, int] | None] = self._book.colour_map
        told = None if code in SYSTEM_COLOURS else colours.get(code)
        name = "" if told is None else "{:02X}{:02X}{:02X}".format(*told)
        return "" if is_black(name) else name


def _value(cell: Any, datemode: Literal[0, 1]) -> Any:
    if cell.ctype in {XL_CELL_TEXT, XL_CELL_NUMBER}:
        return cell.value
    if cell.ctype == XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == XL_CELL_DATE:
        return _moment(cell.value, datemode)
    return ""


def _moment(value: float, datemode: Literal[0, 1]) -> date | str:
    if value < 1:
        return str(value)  # a time of day: in how many ways it is shown is not known
    moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    return moment.date() if moment.time() == datetime.min.time() else moment
