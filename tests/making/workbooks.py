"""Excel files for tests."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

import xlsxwriter

FO = 'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
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


def opendocument(*rows, repeated="", styles=""):
    """Return an ods of these rows of texts; `repeated` is more XML for its table."""
    made = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f"<office:document-content {spaces} {FO}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Câu hỏi">{made}{repeated}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", "<manifest/>")
    return target.getvalue()


def looking(*rows, marked, hidden_rows=(), mark=None):
    """Return an xlsx of these rows in which some cells, told by row and column from 0, look odd."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("Câu hỏi")
        odd = book.add_format(mark or {"font_color": "#FF0000"})
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(index, column, cell, *([odd] if (index, column) in marked else []))
        for index in hidden_rows:
            page.set_row(index, None, None, {"hidden": True})
    return target.getvalue()
