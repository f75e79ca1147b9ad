"""Files for spreadsheets: no cell becomes a formula, in CSV and in workbooks."""

import csv
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from quizapp.config import ROOT
from quizapp.web.sheets import Table, as_text, csv_bytes, is_dangerous, workbook

DANGEROUS = ["=1+1", "+84912", "-3", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", '=HYPERLINK("x")']
HARMLESS = ["Nguyễn Văn An", "1 = 1", "", "a-b", "'quoted"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe_in_csv(text):
    assert is_dangerous(text)
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(text):
    assert as_text(text) == text


def test_numbers_stay_numbers():
    assert [as_text(cell) for cell in (-3, 1.5, Decimal("-2.50"), None)] == [
        "-3",
        "1.5",
        "-2.50",
        "",
    ]


def table(rows):
    return Table(name="Người", headings=["Họ và tên", "=Điểm"], rows=rows)


def test_csv_opens_in_excel_and_no_cell_of_it_begins_like_a_formula():
    body = b"".join(csv_bytes(table([[text, 1] for text in DANGEROUS])))
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == len(DANGEROUS) + 1
    assert not any(is_dangerous(cell) for row in rows for cell in row)


def test_csv_is_made_line_by_line():
    drawn = []

    def rows():
        for number in range(3):
            drawn.append(number)
            yield [str(number), number]

    lines = csv_bytes(table(rows()))
    next(lines), next(lines)
    assert drawn == [0]


def test_a_workbook_keeps_the_words_as_text_and_holds_no_formula():
    body = workbook([table([[text, -1] for text in DANGEROUS])])
    grid = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in grid[1:]] == [-1.0] * len(DANGEROUS)
    assert grid[1][0] == "=1+1"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert 'quotePrefix="1"' in styles


def test_nobody_else_writes_cells():
    """An export that is written elsewhere would forget the guard."""
    writers = re.compile(r"\bcsv\.(writer|DictWriter)\b|import xlsxwriter|xlsxwriter\.Workbook")
    found = {
        path.relative_to(ROOT).as_posix()
        for path in Path(ROOT / "quizapp").rglob("*.py")
        if writers.search(path.read_text("utf-8"))
    }
    assert found == {"quizapp/web/sheets.py"}
