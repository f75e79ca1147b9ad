"""A sheet of people to invite: which column is what, which rows can be taken. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from quizapp.errors import N_
from quizapp.people.roles import Role
from quizapp.vietnamese import fold, one_line

HEADING_ROWS = 15
MOST_PEOPLE = 200  # all are written in one transaction, which keeps others waiting
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("ho va ten", "ho ten", "ten", "name", "full name"),
    "phone": ("so dien thoai", "dien thoai", "sdt", "di dong", "so di dong", "phone", "mobile"),
    "unit": ("ma don vi", "don vi", "ma", "unit code", "unit"),
    "role": ("vai tro", "quyen", "role"),
}
# What people write for a role, folded; the names of the roles themselves stand there too.
ROLES: Mapping[str, Role] = {role.value.replace("_", " "): role for role in Role} | {
    "phu trach": Role.OWNER,
    "ban to chuc": Role.ORGANISER,
    "btc": Role.ORGANISER,
    "soan cau hoi": Role.QUESTION_WRITER,
    "ho tro thi sinh": Role.HELP_DESK,
    "ho tro": Role.HELP_DESK,
    "giam sat": Role.AUDITOR,
    "chi xem": Role.VIEWER,
    "xem": Role.VIEWER,
}
SIGNS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One row as it was written; `line` is its number in the sheet, from 1."""

    line: int
    name: str
    phone: str
    unit: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowProblem:
    """What is wrong in which row and column of the sheet, in words of the catalogue."""

    line: int
    column: str
    words: str


class NoHeadings(ValueError):
    """No row names all four columns; `missing` are those the best row lacks."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(", ".join(missing))


def read_rows(rows: Sequence[Sequence[str]]) -> list[Wanted]:
    """Return the people of a sheet; empty rows are passed over. Raises NoHeadings."""
    place, columns = _headings(rows)
    found = []
    for line, row in enumerate(rows[place + 1 :], start=place + 2):
        cells = {name: _cell(row, column) for name, column in columns.items()}
        if any(cells.values()):
            found.append(Wanted(line=line, **cells))
    return found


def read_role(text: str) -> Role | None:
    """Return the role that people mean, None for other words."""
    return ROLES.get(_tidy(text))


def find_twins(wanted: Sequence[Wanted], phone_of: Callable[[str], str | None]) -> list[RowProblem]:
    """Return a problem for each row that says again what a row before it said."""
    seen: dict[tuple[str | None, str, Role | None], int] = {}
    problems = []
    for one in wanted:
        key = (phone_of(one.phone), one.unit.casefold(), read_role(one.role))
        if key in seen:
            words = N_("Trùng với một dòng ở trên.")
            problems.append(RowProblem(line=one.line, column="phone", words=words))
        seen.setdefault(key, one.line)
    return problems


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the row that names the columns, and which is which."""
    best: dict[str, int] = {}
    for place, row in enumerate(rows[:HEADING_ROWS]):
        columns = _columns(row)
        if len(columns) == len(HEADINGS):
            return place, columns
        best = max(best, columns, key=len)
    raise NoHeadings([name for name in HEADINGS if name not in best])


def _columns(row: Sequence[str]) -> dict[str, int]:
    tidy = [_tidy(cell) for cell in row]
    return {
        name: next(tidy.index(word) for word in words if word in tidy)
        for name, words in HEADINGS.items()
        if set(words) & set(tidy)
    }


def _cell(row: Sequence[str], column: int) -> str:
    return one_line(row[column]) if column < len(row) else ""


def _tidy(text: str) -> str:
    return SIGNS.sub(" ", fold(text)).strip()
