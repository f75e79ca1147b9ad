"""Excel files for tests."""

import zipfile
from io import BytesIO

import xlsxwriter

HEADINGS = ("STT", "Nội dung câu hỏi", "Đáp án A", "Đáp án B", "Đáp án C", "Đáp án đúng")


def workbook(*rows, sheet="Câu hỏi", more=None, hidden=(), start=0):
    """Return an xlsx of these rows; `more` maps names of further sheets to their rows.

    Texts, numbers, dates and booleans are written as what they are.
    """
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, its_rows in ({sheet: rows} | (more or {})).items():
            page = book.add_worksheet(name)
            if name in hidden:
                page.hide()
            for index, row in enumerate(its_rows, start=start):
                for column, cell in enumerate(row):
                    if hasattr(cell, "year"):
                        page.write_datetime(index, column, cell, day)
                    elif cell is not None:
                        page.write(index, column, cell)
    return target.getvalue()


def question_row(number=1, **cells):
    """Return a row under HEADINGS."""
    given = {"stt": number, "stem": f"Câu hỏi {number}?", "a": "Một", "b": "Hai", "c": "Ba"}
    return list((given | {"answer": "B"} | cells).values())


def with_part(content, name, change):
    """Return the zip file with `change` applied to the bytes of one of its parts."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            body = old.read(entry)
            new.writestr(entry, change(body) if entry.filename == name else body)
    return target.getvalue()
