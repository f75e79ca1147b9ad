"""From the text of a catalogue file to rows, or to what is wrong with it and where."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quizapp.units.kinds import Confidence, UnitKind
from quizapp.vietnamese import one_line

REQUIRED = ("code", "name_vi", "kind", "valid_from")
OPTIONAL = (
    "name_en",
    "valid_to",
    "successor_code",
    "parent_code",
    "confidence",
    "source",
    "note",
    "gso_code",  # of the statistics office; read past: the same code has meant two provinces
)
CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9_.-]{0,62}[A-Z0-9])?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ROOT = ""
"""A parent code that says: directly under the confederation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a row stands: the file's name and the line, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong where, in words for the person who keeps the file."""

    place: Place
    column: str | None
    words: str

    def __str__(self) -> str:
        column = f", cột {self.column}" if self.column else ""
        return f"{self.place.file}, dòng {self.place.line}{column}: {self.words}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueRow:
    """One body under one name. Dates are inclusive; `valid_to` None: no end yet.

    `parent_code` None: the file does not say, `ROOT`: the confederation.
    `place` None: the row was read back from the database.
    """

    code: str
    name: str
    name_en: str | None = None
    kind: UnitKind
    valid_from: date
    valid_to: date | None = None
    successor_code: str | None = None
    parent_code: str | None = None
    confidence: Confidence = Confidence.HIGH
    source: str
    note: str | None = None
    place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one file gave: its good rows in order, and what is wrong with the others."""

    rows: tuple[CatalogueRow, ...]
    problems: tuple[Problem, ...]


class _Unreadable(ValueError):
    """A cell cannot be used; carries its column and the words for the clerk."""

    def __init__(self, column: str | None, words: str) -> None:
        self.column = column
        self.words = words
        super().__init__(words)


def normal_code(text: str) -> str:
    """Return the one way a code is written: capitals, without space around."""
    return one_line(text).upper()


def read_rows(file: str, content: bytes) -> Reading:
    """Read a CSV in UTF-8 with a head line; every bad line gives a problem, none stops the reading.

    Commas or semicolons, as spreadsheets write them. The order of columns is free.
    """
    rows: list[CatalogueRow] = []
    problems: list[Problem] = []
    line = 1
    try:
        text = content.decode("utf-8-sig")
        table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        head = _head(next(table, []))
        line = table.line_num + 1
        for cells in table:
            _take_line(Place(file=file, line=line), head, cells, rows=rows, problems=problems)
            line = table.line_num + 1
    except (_Unreadable, csv.Error, UnicodeDecodeError) as error:
        words, column = _explain(error)
        problems.append(Problem(place=Place(file=file, line=line), column=column, words=words))
    return Reading(rows=tuple(rows), problems=(*problems, *_twice(rows)))


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _explain(error: Exception) -> tuple[str, str | None]:
    if isinstance(error, _Unreadable):
        return error.words, error.column
    if isinstance(error, UnicodeDecodeError):
        return "không đọc được chữ; hãy lưu tệp dạng CSV UTF-8", None
    return f"không đọc được dạng CSV ({error})", None


def _head(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(one_line(cell).lower() for cell in cells)
    known = (*REQUIRED, *OPTIONAL)
    if missing := [name for name in REQUIRED if name not in names]:
        raise _Unreadable(None, f"dòng đầu thiếu cột {', '.join(missing)}")
    if strange := [name for name in names if name not in known]:
        raise _Unreadable(
            None, f"không hiểu cột “{strange[0]}”; các cột dùng được: {', '.join(known)}"
        )
    if len(set(names)) < len(names):
        raise _Unreadable(None, "dòng đầu có hai cột trùng tên")
    return names


def _take_line(
    place: Place,
    head: Sequence[str],
    cells: Sequence[str],
    *,
    rows: list[CatalogueRow],
    problems: list[Problem],
) -> None:
    if not any(cell.strip() for cell in cells):
        return
    if len(cells) != len(head):
        words = f"có {len(cells)} ô, dòng đầu có {len(head)} cột"
        problems.append(Problem(place=place, column=None, words=words))
        return
    try:
        rows.append(_row(dict(zip(head, map(one_line, cells), strict=True)), place))
    except _Unreadable as error:
        problems.append(Problem(place=place, column=error.column, words=error.words))


def _row(cells: Mapping[str, str], place: Place) -> CatalogueRow:
    code = _code(cells, "code")
    if code is None:
        raise _Unreadable("code", "thiếu mã đơn vị")
    if not cells["name_vi"]:
        raise _Unreadable("name_vi", "thiếu tên đơn vị")
    valid_from, valid_to, successor = _life(cells, code)
    return CatalogueRow(
        code=code,
        name=cells["name_vi"],
        name_en=cells.get("name_en") or None,
        kind=_kind(cells["kind"]),
        valid_from=valid_from,
        valid_to=valid_to,
        successor_code=successor,
        parent_code=_parent(cells, code),
        confidence=_confidence(cells.get("confidence", "")),
        source=cells.get("source") or place.file,
        note=cells.get("note") or None,
        place=place,
    )


def _life(cells: Mapping[str, str], code: str) -> tuple[date, date | None, str | None]:
    valid_from, valid_to = _day(cells, "valid_from"), _day(cells, "valid_to")
    successor = _code(cells, "successor_code")
    if valid_from is None:
        raise _Unreadable("valid_from", "thiếu ngày bắt đầu")
    if valid_to is not None and valid_to < valid_from:
        raise _Unreadable("valid_to", f"kết thúc {valid_to} trước khi bắt đầu {valid_from}")
    if successor is not None and valid_to is None:
        raise _Unreadable("valid_to", "có đơn vị kế thừa thì phải có ngày kết thúc")
    if successor == code:
        raise _Unreadable("successor_code", "đơn vị không thể kế thừa chính mình")
    return valid_from, valid_to, successor


def _code(cells: Mapping[str, str], column: str) -> str | None:
    code = normal_code(cells.get(column, ""))
    if code and not CODE.fullmatch(code):
        raise _Unreadable(
            column, f"mã “{code}” chỉ được gồm chữ không dấu, số và _ . - (nhiều nhất 64)"
        )
    return code or None


def _parent(cells: Mapping[str, str], code: str) -> str | None:
    if "parent_code" not in cells:
        return None
    parent = _code(cells, "parent_code")
    if parent == code:
        raise _Unreadable("parent_code", "đơn vị không thể là cấp trên của chính mình")
    return parent or ROOT


def _day(cells: Mapping[str, str], column: str) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Unreadable(column, f"“{text}” không phải là ngày; viết như 2025-07-31")


def _kind(text: str) -> UnitKind:
    try:
        return UnitKind(text.lower())
    except ValueError:
        known = ", ".join(UnitKind)
        raise _Unreadable("kind", f"không có loại “{text}”; các loại: {known}") from None


def _confidence(text: str) -> Confidence:
    try:
        return Confidence(text.lower() or Confidence.HIGH)
    except ValueError:
        known = ", ".join(Confidence)
        raise _Unreadable("confidence", f"không có mức “{text}”; các mức: {known}") from None


def _twice(rows: Sequence[CatalogueRow]) -> list[Problem]:
    """Find codes that stand twice in one file: which of the two counts could only be guessed."""
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        if row.place is None:
            continue
        line = first.setdefault(row.code, row.place.line)
        if line != row.place.line:
            words = f"mã {row.code} đã có ở dòng {line}"
            problems.append(Problem(place=row.place, column="code", words=words))
    return problems
