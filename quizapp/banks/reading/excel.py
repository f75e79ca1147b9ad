"""Reads questions from Excel: a row per question, a column per part, the right one by its letter.

Columns are known by their Vietnamese headings, in any order, on one of the first rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import python_calamine

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.archive import packed, parts_of
from quizapp.banks.reading.sheet_size import check_sheets
from quizapp.banks.rules import Kind, Problem, Raw, Reading, Severity
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.cleaning import clean_line
from quizapp.vietnamese import fold

FORMAT = "xlsx"
ZIP = b"PK\x03\x04"
HEADING_ROWS = 15
# Folded headings → the part of a question in that column.
HEADINGS: Mapping[str, Sequence[str]] = {
    "number": ("stt", "tt", "so tt", "so thu tu", "cau so"),
    "code": ("ma", "ma cau", "ma cau hoi", "ma so", "id"),
    "kind": ("loai", "loai cau", "loai cau hoi"),
    "stem": ("cau hoi", "noi dung cau hoi", "noi dung", "noi dung cau", "de bai"),
    "answer": (
        "dap an dung",
        "phuong an dung",
        "dap an",
        "dap an chinh xac",
        "tra loi dung",
        "key",
    ),
    "topic": ("chu de", "chuyen de", "linh vuc"),
    "difficulty": ("do kho", "muc do", "muc do kho"),
    "citation": ("can cu", "can cu phap ly", "trich dan", "can cu phap luat", "dieu luat"),
    "explanation": ("giai thich", "giai thich dap an", "loi giai"),
    "valid_from": ("hieu luc tu", "co hieu luc tu", "hieu luc tu ngay"),
    "valid_to": ("hieu luc den", "het hieu luc", "hieu luc den ngay"),
}
PART_OF = {heading: part for part, headings in HEADINGS.items() for heading in headings}
OPTION = re.compile(r"(?:(?:dap an|phuong an|lua chon|cau tra loi|tra loi|pa) )?([a-h])")
# "Nhiều lựa chọn" is none of them: many call every question with options so.
KINDS: Mapping[Kind, re.Pattern[str]] = {
    Kind.SINGLE: re.compile(
        r"|single|(?:cau hoi )?(?:trac nghiem|tn|(?:trac nghiem )?(?:mot|1) dap an(?: dung)?)"
    ),
    Kind.MULTIPLE: re.compile(
        r"multiple|(?:cau hoi )?(?:trac nghiem )?nhieu (?:dap an(?: dung)?|phuong an dung)"
    ),
}
SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
Cell = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class _Columns:
    """Where the parts of a question stand; positions from 0.

    `unknown` are headings we skip, `twice` those whose meaning an earlier column has already.
    """

    parts: Mapping[str, int]
    options: Mapping[str, int]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return {"stem", "answer"} <= self.parts.keys() and {"A", "B"} <= self.options.keys()


def is_mine(content: bytes) -> bool:
    """Say whether these bytes begin as a zip file does."""
    return content.startswith(ZIP)


def read(content: bytes) -> Reading:
    """Return drafts and problems of all visible sheets with a row of headings.

    Raises CannotRead, also when no sheet has one.
    """
    found: list[Problem] = []
    lines: list[_Line] = []
    sheets = 0
    for name, rows in _sheets(content, found):
        heading_row, columns = _headings(rows)
        if columns is None:
            if any(_is_told(cell) for row in rows for cell in row):
                found.append(_of_sheet(name, "không có dòng tiêu đề nên được bỏ qua."))
            continue
        sheets += 1
        found += _about_columns(name, columns)
        lines += _lines(name, rows, heading_row, columns)
    if not sheets:
        raise CannotRead(
            reason=f"không thấy dòng tiêu đề trong {HEADING_ROWS} dòng đầu; cần các cột "
            "“Câu hỏi”, “Đáp án A”, “Đáp án B”… và “Đáp án đúng” (chữ cái)."
        )
    if not lines:
        raise CannotRead(reason="dưới dòng tiêu đề không có câu hỏi nào.")
    raws = [
        line.raw(number, code, found)
        for number, (line, code) in enumerate(zip(lines, _codes(lines), strict=True), start=1)
    ]
    return assembled(Reading(format=FORMAT, problems=tuple(found)), raws)


def _sheets(content: bytes, found: list[Problem]) -> Iterator[tuple[str, list[list[Cell]]]]:
    parts = parts_of(content)
    if not any(name.lower() == "xl/workbook.xml" for name in parts):
        raise CannotRead(reason="tệp nén này không phải bảng tính Excel (.xlsx).")
    check_sheets(parts)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(packed(parts)))
        for sheet in book.sheets_metadata:
            if sheet.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible is python_calamine.SheetVisibleEnum.Visible:
                rows = book.get_sheet_by_name(sheet.name)
                yield sheet.name, rows.to_python(skip_empty_area=False)
            else:
                found.append(_of_sheet(sheet.name, "đang ẩn nên được bỏ qua."))
    except python_calamine.CalamineError as error:
        raise CannotRead(reason="bảng tính bị hỏng; hãy mở bằng Excel và lưu lại.") from error


def _about_columns(sheet: str, columns: "_Columns") -> Iterator[Problem]:
    if columns.twice:
        raise CannotRead(reason=f"trang “{sheet}” có hai cột cùng nghĩa “{columns.twice[0]}”.")
    if columns.unknown:
        skipped = ", ".join(f"“{heading}”" for heading in columns.unknown)
        yield _of_sheet(sheet, f"bỏ qua cột {skipped}.")


def _of_sheet(sheet: str, message: str) -> Problem:
    return Problem(
        severity=Severity.WARNING, where=sheet, question=None, message=f"Trang tính {message}"
    )


def _headings(rows: Sequence[Sequence[Cell]]) -> tuple[int, _Columns | None]:
    for index, row in enumerate(rows[:HEADING_ROWS]):
        columns = _columns(row)
        if columns.is_complete:
            return index, columns
    return 0, None


def _columns(row: Sequence[Cell]) -> _Columns:
    parts: dict[str, int] = {}
    options: dict[str, int] = {}
    unknown: list[str] = []
    twice: list[str] = []
    for index, cell in enumerate(row):
        heading = _heading(cell)
        option = OPTION.fullmatch(heading)
        kept, name = (options, option[1].upper()) if option else (parts, PART_OF.get(heading, ""))
        if not name:
            unknown += [clean_line(str(cell))] if heading else []
        elif kept.setdefault(name, index) != index:
            twice.append(clean_line(str(cell)))
    return _Columns(parts=parts, options=options, unknown=tuple(unknown), twice=tuple(twice))


def _heading(cell: Cell) -> str:
    words = "".join(char if char.isalnum() else " " for char in fold(str(cell)))
    return " ".join(words.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One row below the headings; `row` counts as Excel does, from 1."""

    sheet: str
    row: int
    cells: Sequence[Cell]
    columns: _Columns

    def is_question(self) -> bool:
        """Rows numbered in advance and headings repeated for print are no questions."""
        parts = (self.columns.parts["stem"], self.columns.parts["answer"])
        told = [self._cell(index) for index in (*parts, *self.columns.options.values())]
        is_heading = PART_OF.get(_heading(told[0])) == "stem" and _columns(self.cells).is_complete
        return any(_is_told(cell) for cell in told) and not is_heading

    def part(self, name: str) -> str:
        """Return the text of a part as it stands, empty where the sheet has no such column."""
        index = self.columns.parts.get(name)
        cell = "" if index is None else self._cell(index)
        return clean_line(_whole(cell) or str(cell))

    def raw(self, number: int, code: str, found: list[Problem]) -> Raw:
        """Return the question, adding cells that cannot be a text to `found`."""
        places = {name: self._place(index) for name, index in self.columns.parts.items()}
        raw = Raw(number=number, where=f"{self.sheet}, dòng {self.row}", places=places)
        texts = {
            name: self._text(name, index, raw, found)
            for name, index in self.columns.parts.items()
            if name not in {"number", "code"}
        }
        options = self._options(places, raw, found)
        return Raw(
            number=number,
            where=raw.where,
            places=places,
            code=code,
            kind=_kind(texts.pop("kind", "")),
            options=options,
            citations=tuple({"text": line} for line in texts.pop("citation", "").splitlines()),
            valid_from=_iso(texts.pop("valid_from", "")),
            valid_to=_iso(texts.pop("valid_to", "")),
            **texts,  # type: ignore[arg-type] # only parts of HEADINGS
        )

    def _options(self, places: dict[str, str], raw: Raw, found: list[Problem]) -> dict[str, str]:
        options = {}
        for letter, index in self.columns.options.items():
            places[f"option {letter}"] = self._place(index)
            text = self._text(f"option {letter}", index, raw, found)
            if clean_line(text):
                options[letter] = text
        return options

    def _text(self, name: str, index: int, raw: Raw, found: list[Problem]) -> str:
        cell = self._cell(index)
        if isinstance(cell, str):
            return cell
        whole = _whole(cell)
        if whole:
            if name.startswith("option "):
                message = f"Ô là số {whole}; hãy xem lại cách viết (05, 5%, 5.000…)."
                found.append(raw.warning(name, message))
            return whole
        if isinstance(cell, date) and name.startswith("valid_"):
            return (cell.date() if isinstance(cell, datetime) else cell).isoformat()
        # 0.85 may be shown as 85 %, a date in many ways: the words on the screen are not known.
        shown = f"Ô chứa {cell}, không phải chữ; hãy đổi định dạng ô thành Văn bản rồi gõ lại."
        found.append(raw.error(name, shown))
        return str(cell)

    def _cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else ""

    def _place(self, index: int) -> str:
        letters = ""
        index += 1
        while index:
            index, rest = divmod(index - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{self.sheet}, ô {letters}{self.row}"


def _lines(
    sheet: str, rows: Sequence[Sequence[Cell]], heading_row: int, columns: _Columns
) -> Iterator[_Line]:
    for index in range(heading_row + 1, len(rows)):
        line = _Line(sheet=sheet, row=index + 1, cells=rows[index], columns=columns)
        if line.is_question():
            yield line


def _codes(lines: Sequence[_Line]) -> list[str]:
    """Return a code for each question: its own, else from its STT, else from its place.

    The STT serves only where every question has its own: a code names one question.
    """
    serials = [line.part("number") for line in lines]
    are_numbers = all(serial.isdecimal() and len(serial) < 10 for serial in serials)
    if not are_numbers or len(set(serials)) < len(serials):
        serials = [str(number) for number in range(1, len(lines) + 1)]
    return [
        line.part("code") or f"CAU-{int(serial):03d}"
        for line, serial in zip(lines, serials, strict=True)
    ]


def _is_told(cell: Cell) -> bool:
    return cell is not None and clean_line(str(cell)) != ""


def _whole(cell: Cell) -> str:
    """Return the digits of a whole number in a cell; empty for anything else."""
    is_number = isinstance(cell, float | int) and not isinstance(cell, bool)
    return str(int(cell)) if is_number and cell == cell // 1 else ""


def _kind(text: str) -> str:
    """Return the kind that the words mean; other words as they are."""
    meant = (kind for kind, words in KINDS.items() if words.fullmatch(_heading(text)))
    return next(meant, clean_line(text))


def _iso(text: str) -> str:
    """Return a day written 31/12/2026 as 2026-12-31; anything else as it is."""
    match = SLASHED.fullmatch(clean_line(text))
    return f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}" if match else text
