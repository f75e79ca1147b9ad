"""Files for spreadsheets: the one place that writes cells, so that no cell can become a formula.

Somebody's name may be `=HYPERLINK(…)`. In CSV such a text gets an apostrophe before it, in a
workbook the mark that Excel sets for a typed apostrophe; numbers stay numbers.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.wsgi import FileWrapper

Cell = str | int | float | Decimal | date | datetime | None
# Also as full-width signs: spreadsheets of East Asia take them for the plain ones.
STARTS = tuple("=+-@\t\r\n＝＋－＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
IN_MEMORY = 1 << 20  # bytes of a workbook before it goes to a temporary file
WIDTH = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A sheet: its name, its headings, its rows (read once); widths in characters by heading."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Mapping[str, int] = field(default_factory=dict)


def is_dangerous(text: str) -> bool:
    """Tell whether a spreadsheet would take a text for a formula."""
    return text.startswith(STARTS)


def as_text(cell: Cell) -> str:
    """Return a cell of CSV: never a formula."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if is_dangerous(cell) else cell
    return str(cell)


def csv_bytes(table: Table) -> Iterator[bytes]:
    """Yield a table line by line as CSV that Excel opens: UTF-8 with its mark, `;` between."""
    yield "\ufeff".encode()
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    writer.writerow([as_text(heading) for heading in table.headings])
    for row in table.rows:
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()
        writer.writerow([as_text(cell) for cell in row])
    yield line.getvalue().encode()


def workbook(
    tables: Sequence[Table], *, title: str = "", comments: str = "", made_at: datetime | None = None
) -> bytes:
    """Return a small workbook (.xlsx) as bytes; `send_workbook` for one that may be large.

    Without `made_at` the library asks a clock that is not ours.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS | {"in_memory": True}) as book:
        made = {} if made_at is None else {"created": made_at.replace(tzinfo=None)}
        book.set_properties({"title": title, "comments": comments, **made})
        _write(book, tables)
    return target.getvalue()


def send_csv(table: Table, *, name: str) -> Response:
    """Answer with a table as CSV, sent while it is read."""
    return _sent(Response(csv_bytes(table), mimetype="text/csv"), name)


def send_workbook(tables: Sequence[Table], *, name: str) -> Response:
    """Answer with a workbook; its rows are never in memory together."""
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with xlsxwriter.Workbook(target, OPTIONS | {"constant_memory": True}) as book:
        _write(book, tables)
    target.seek(0)
    response = Response(FileWrapper(target), mimetype=XLSX, direct_passthrough=True)
    response.call_on_close(target.close)
    return _sent(response, name)


def _sent(response: Response, name: str) -> Response:
    headers: Headers = response.headers
    headers.set("Content-Disposition", "attachment", filename=name)
    headers["Cache-Control"] = "no-store"
    return response


def _write(book: Any, tables: Sequence[Table]) -> None:
    # Format "@" keeps a text a text also after somebody edits its cell.
    plain = {"num_format": "@", "text_wrap": True, "valign": "top"}
    formats = {
        "text": book.add_format(plain),
        "dangerous": book.add_format(plain | {"quote_prefix": True}),
        "number": book.add_format({"valign": "top"}),
        "heading": book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
    }
    for table in tables:
        _write_sheet(book.add_worksheet(table.name), table, formats)


def _write_sheet(sheet: Any, table: Table, formats: Mapping[str, Any]) -> None:
    for column, heading in enumerate(table.headings):
        sheet.set_column(column, column, table.widths.get(heading, WIDTH))
        sheet.write_string(0, column, heading, formats["heading"])
    sheet.freeze_panes(1, 0)
    for place, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            _write_cell(sheet, place, column, cell, formats)


def _write_cell(
    sheet: Any, place: int, column: int, cell: Cell, formats: Mapping[str, Any]
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, int | float | Decimal):
        sheet.write_number(place, column, cell, formats["number"])
        return
    words = str(cell)
    sheet.write_string(
        place, column, words, formats["dangerous" if is_dangerous(words) else "text"]
    )
