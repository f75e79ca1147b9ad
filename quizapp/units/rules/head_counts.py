"""Head counts: reading a file of them, and what share of a unit took part. Pure."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from quizapp.units.rules.rows import CODE, DAY, Place, Problem, normal_code
from quizapp.vietnamese import one_line

COLUMNS = ("code", "members", "counted_on", "source")
MOST_MEMBERS = 20_000_000
LONGEST_SOURCE = 300
SPOKEN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadCountRow:
    """How many members a unit had on a day, and who says so."""

    code: str
    members: int
    counted_on: date
    source: str
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Participation:
    """People of a unit who took part, of how many. `rate` is in hundredths of a percent.

    More people than members is a problem of the count, and shown as one: nothing is capped.
    """

    members: int
    rate: int
    has_problem: bool


class _Bad(ValueError):
    def __init__(self, column: str, words: str) -> None:
        self.column, self.words = column, words
        super().__init__(words)


def participation(people: int, members: Sequence[int | None]) -> Participation | None:
    """Return the rate of a unit whose members are the sum of these counts, rounded half up.

    None when a count is missing, or there is none: a part of the members would give a false rate.
    """
    if not members or None in members:
        return None
    total = sum(count for count in members if count is not None)
    return Participation(
        members=total, rate=(20_000 * people + total) // (2 * total), has_problem=people > total
    )


def read_head_counts(file: str, content: bytes) -> tuple[list[HeadCountRow], list[Problem]]:
    """Read a CSV in UTF-8 with a head line; every bad line gives a problem with line and column."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [_problem(file, 1, None, "không đọc được chữ; hãy lưu tệp dạng CSV UTF-8")]
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [one_line(name).lower() for name in table.fieldnames or ()]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        return [], [_problem(file, 1, None, f"dòng đầu thiếu cột {', '.join(missing)}")]
    table.fieldnames = names
    rows: list[HeadCountRow] = []
    problems: list[Problem] = []
    for cells in table:
        if any(cells.get(name) for name in COLUMNS):
            _take(Place(file=file, line=table.line_num), cells, rows, problems)
    return rows, [*problems, *_twice(rows)]


def read_members(text: str) -> int:
    """Return the number that `text` says, with dots between thousands or without.

    Raises ValueError with Vietnamese words.
    """
    digits = one_line(text).replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()) or not 1 <= int(digits[:12]) <= MOST_MEMBERS:
        raise ValueError(f"“{text}” không phải số đoàn viên, từ 1 trở lên")
    return int(digits)


def read_day(text: str) -> date:
    """Return the day of `01/09/2026` or `2026-09-01`. Raises ValueError with Vietnamese words."""
    spoken = SPOKEN_DAY.fullmatch(one_line(text))
    day = _day_of("{2}-{1:0>2}-{0:0>2}".format(*spoken.groups()) if spoken else one_line(text))
    if day is None:
        raise ValueError(f"“{text}” không phải là ngày; viết như 01/09/2026")
    return day


def _read_day_of_file(text: str) -> date:
    """Return the day of `2026-09-01` only: a spreadsheet may have put a month first."""
    day = _day_of(one_line(text))
    if day is None:
        raise ValueError(f"“{text}” không phải là ngày; viết như 2026-09-01")
    return day


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def read_source(text: str) -> str:
    """Return where a count comes from, on one line. Raises ValueError with Vietnamese words."""
    source = one_line(text)
    if not source or len(source) > LONGEST_SOURCE:
        raise ValueError(f"thiếu nguồn số liệu, hoặc dài quá {LONGEST_SOURCE} ký tự")
    return source


def _take(
    place: Place,
    cells: Mapping[str, str | None],
    rows: list[HeadCountRow],
    problems: list[Problem],
) -> None:
    try:
        rows.append(
            HeadCountRow(
                code=_read("code", _read_code, cells),
                members=_read("members", read_members, cells),
                counted_on=_read("counted_on", _read_day_of_file, cells),
                source=_read("source", read_source, cells),
                place=place,
            )
        )
    except _Bad as bad:
        problems.append(_problem(place.file, place.line, bad.column, bad.words))


def _read_code(text: str) -> str:
    code = normal_code(text)
    if not CODE.fullmatch(code):
        raise ValueError(f"“{code}” không phải mã đơn vị")
    return code


def _read(column: str, reader: Callable[[str], T], cells: Mapping[str, str | None]) -> T:
    try:
        return reader(cells[column] or "")
    except ValueError as error:
        raise _Bad(column, str(error)) from error


def _twice(rows: Iterable[HeadCountRow]) -> list[Problem]:
    first: dict[tuple[str, date], int] = {}
    problems = []
    for row in rows:
        line = first.setdefault((row.code, row.counted_on), row.place.line)
        if line != row.place.line:
            words = f"{row.code} ngày {row.counted_on} đã có ở dòng {line}"
            problems.append(_problem(row.place.file, row.place.line, "code", words))
    return problems


def _problem(file: str, line: int, column: str | None, words: str) -> Problem:
    return Problem(place=Place(file=file, line=line), column=column, words=words)
