"""Reads questions from text with separators (.csv, .tsv): a row per question."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.excel import Sheet, grid_reading
from quizapp.banks.reading.sheet_size import MOST_COLUMNS, MOST_ROWS
from quizapp.banks.reading.texts import decoded
from quizapp.banks.rules import Reading
from quizapp.banks.rules.documents.columns import HEADING_ROWS, columns_of
from quizapp.banks.rules.documents.legacy import from_tcvn3, from_vni
from quizapp.errors import N_
from quizapp.said import said

FORMAT = "csv"
SEPARATORS = (";", ",", "\t", "|")
NAME = said(N_("Tệp"))


def is_mine(content: bytes) -> bool:
    """Say whether some separator gives headings of a table of questions."""
    try:
        return _separator(decoded(content)) is not None
    except CannotRead:
        return False


def read(content: bytes) -> Reading:
    """Return drafts and problems of the table. Raises CannotRead."""
    text = decoded(content)
    try:
        rows = list(_rows(text, _separator(text) or ","))
    except csv.Error as error:
        reason = said(N_("tệp CSV sai cú pháp ({problem})."), problem=str(error))
        raise CannotRead(reason=reason) from error
    width = max(map(len, rows), default=0)
    if len(rows) > MOST_ROWS or width > MOST_COLUMNS:
        text = N_("tệp có hơn {rows} dòng hoặc {columns} cột.")
        raise CannotRead(reason=said(text, rows=MOST_ROWS, columns=MOST_COLUMNS))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return grid_reading(FORMAT, [Sheet(name=NAME, rows=padded)])


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator(text: str) -> str | None:
    """Return the separator under which the first rows have the most complete headings."""
    columns = {separator: _width(text, separator) for separator in SEPARATORS}
    best = max(columns, key=lambda separator: columns[separator])
    return best if columns[best] else None


def _width(text: str, separator: str) -> int:
    try:
        rows = list(islice(_rows(text, separator), HEADING_ROWS))
    except csv.Error:
        return 0
    return max((_parts(row) for row in rows), default=0)


def _parts(row: Sequence[str]) -> int:
    for converted in (str, from_tcvn3, from_vni):
        columns = columns_of([converted(cell) for cell in row])
        if columns.is_complete:
            return len(columns.parts) + len(columns.options)
    return 0
