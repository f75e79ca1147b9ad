"""Sheets as clerks send them: layouts, looks, formulas and hidden parts that mislead."""

import struct
from datetime import date
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from quizapp.banks.reading import read_here
from quizapp.banks.rules import letters_of
from tests.making.workbooks import opendocument, with_part, workbook
from tests.unit.test_banks_nasty import BANK

FIXTURES = Path(__file__).parent.parent / "fixtures" / "banks"
HEADINGS = ["STT", "Câu hỏi", "A", "B", "C", "D", "Đáp án đúng"]
ROWS = [[at, stem, *options, right] for at, (stem, options, right) in enumerate(BANK, 1)]
LABEL, COLUMN, ERROR = 0xFD, 0x7D, 0x205  # records of old workbooks
ERROR_CELL = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
    ' calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)


def made(fill):
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        fill(book, book.add_worksheet("Câu hỏi"))
    return target.getvalue()


def write(page, rows, *, start=0, form=None):
    for at, row in enumerate(rows, start=start):
        page.write_row(at, 0, row, form)


def accepted(reading):
    return [(one.stem, one.options, letters_of(one.right)) for one in reading.drafts]


def headings_on_row_twelve(_book, page):
    """Above them sentences, in which the words of headings occur."""
    for at in range(11):
        page.write(at, 0, f"{at}. Cột Câu hỏi, cột Đáp án đúng: xem công văn kèm theo")
    write(page, [HEADINGS, *ROWS], start=11)


def two_sheets_of_two_layouts(book, page):
    """The second has its key first, numbers for keys, and the options in one cell."""
    write(page, [HEADINGS, *ROWS[:2]])
    other = book.add_worksheet("Phần 2")
    other.write_row(2, 0, ["Đáp án", "Nội dung câu hỏi", "Các phương án"])
    for at, (stem, options, right) in enumerate(BANK[2:], start=3):
        other.write_row(at, 0, [right, stem, "\n".join(options)])


def keys_on_one_sheet_and_marks_on_the_other(book, page):
    write(page, [HEADINGS, *ROWS[:2]])
    other, filled = book.add_worksheet("Phần 2"), book.add_format({"bg_color": "#FFFF00"})
    write(other, [HEADINGS[:-1], *(row[:-1] for row in ROWS[2:])])
    for at, (_, options, right) in enumerate(BANK[2:], start=1):
        place = "ABCD".index(right)
        other.write(at, 2 + place, options[place], filled)


def colours_of_a_condition_beside_keys(book, page):
    """Excel fills cells with equal words; the file says nothing of it in the cells."""
    write(page, [HEADINGS, *ROWS])
    green = book.add_format({"bg_color": "#00FF00"})
    page.conditional_format(1, 2, 4, 5, {"type": "duplicate", "format": green})


def merged_headings_over_numbered_options(_book, page):
    page.merge_range(0, 2, 0, 5, "Đáp án")
    for column in (0, 1, 6):
        page.merge_range(0, column, 1, column, HEADINGS[column])
    page.write_row(1, 2, HEADINGS[2:6])
    write(page, ROWS, start=2)


def merged_stems(_book, page):
    page.write_row(0, 0, ["STT", "Câu hỏi", "", *HEADINGS[2:]])
    for at, row in enumerate(ROWS, start=1):
        page.write(at, 0, row[0])
        page.merge_range(at, 1, at, 2, row[1])
        page.write_row(at, 3, row[2:])


def options_in_a_cell_apart_by_line_breaks(_book, page):
    page.write_row(0, 0, ["STT", "Câu hỏi", "Phương án", "Đáp án"])
    for at, (stem, options, right) in enumerate(BANK, start=1):
        page.write_row(at, 0, [at, stem, "\r\n".join(options), right])


def a_fill_of_the_theme_in_a_banded_table(book, page):
    """Every second row is grey, and the right option has a colour of the theme."""
    colour = xlsxwriter.color.Color.theme
    grey = book.add_format({"bg_color": colour(0, 1)})
    marked = book.add_format({"bg_color": colour(5, 2)})
    page.write_row(0, 0, HEADINGS[:-1])
    for at, (row, (_, options, right)) in enumerate(zip(ROWS, BANK, strict=True), start=1):
        page.write_row(at, 0, row[:-1], grey if at % 2 else None)
        place = "ABCD".index(right)
        page.write(at, 2 + place, options[place], marked)


def formulas_with_their_values(_book, page):
    write(page, [HEADINGS, *ROWS])
    for at, (stem, options, right) in enumerate(BANK, start=1):
        page.write_formula(at, 0, "=ROW()-1", None, at)
        page.write_formula(at, 1, f"=Nguon!A{at}", None, stem)
        page.write_formula(at, 3, f'=Nguon!B{at}&""', None, options[1])
        page.write_formula(at, 6, f"=UPPER(Nguon!C{at})", None, right)


def numbers_that_are_texts(_book, page):
    page.write_row(0, 0, HEADINGS)
    for at, row in enumerate(ROWS, start=1):
        page.write_row(at, 0, row)
        page.write_string(at, 0, str(at))
        page.write_string(at, 6, str("ABCD".index(row[6]) + 1))


MADE = (
    headings_on_row_twelve,
    two_sheets_of_two_layouts,
    keys_on_one_sheet_and_marks_on_the_other,
    colours_of_a_condition_beside_keys,
    merged_headings_over_numbered_options,
    merged_stems,
    options_in_a_cell_apart_by_line_breaks,
    a_fill_of_the_theme_in_a_banded_table,
    formulas_with_their_values,
    numbers_that_are_texts,
)


@pytest.mark.parametrize("fill", MADE, ids=lambda fill: fill.__name__)
def test_what_a_clerk_sends_gives_the_four_questions(fill):
    reading = read_here(made(fill))

    assert reading.errors == ()
    assert accepted(reading) == BANK


def test_colours_that_only_a_condition_gives_are_no_marks():
    def fill(book, page):
        write(page, [HEADINGS[:-1], *(row[:-1] for row in ROWS)])
        green = {"type": "no_blanks", "format": book.add_format({"bg_color": "#00FF00"})}
        for at, row in enumerate(ROWS, start=1):
            column = 2 + "ABCD".index(row[-1])
            page.conditional_format(at, column, at, column, green)

    reading = read_here(made(fill))
    assert reading.drafts == ()
    assert len(reading.errors) == 4


def test_a_row_filled_throughout_has_no_mark():
    def fill(book, page):
        marked = book.add_format({"bg_color": "#FFFF00"})
        write(page, [HEADINGS[:-1], *(row[:-1] for row in ROWS)])
        page.write_row(1, 0, ROWS[0][:-1], marked)
        for at, row in enumerate(ROWS[1:], start=2):
            column = 2 + "ABCD".index(row[-1])
            page.write(at, column, row[column], marked)

    reading = read_here(made(fill))
    assert accepted(reading) == BANK[1:]
    assert [one.question for one in reading.errors] == [1]


def test_a_fill_of_half_a_row_is_no_band_and_rivals_another():
    def fill(book, page):
        yellow, green = (book.add_format({"bg_color": one}) for one in ("#FFFF00", "#00FF00"))
        write(page, [HEADINGS[:-1], *(row[:-1] for row in ROWS)])
        page.write_row(1, 0, ROWS[0][:3], yellow)
        page.write(1, 3, ROWS[0][3], green)
        for at, row in enumerate(ROWS[1:], start=2):
            column = 2 + "ABCD".index(row[-1])
            page.write(at, column, row[column], green)

    reading = read_here(made(fill))
    assert accepted(reading) == BANK[1:]
    assert "2 phương án tô nền (A, B)" in reading.errors[0].message


def hidden_in_excel(column):
    """Return a workbook whose key stands last, and in a column of `column` that is hidden."""

    def fill(_book, page):
        write(page, [[*HEADINGS, "Đáp án"], *([*row, "A"] for row in ROWS)])
        page.set_column(column, column, None, None, {"hidden": True})

    return made(fill)


def test_a_hidden_column_is_left_out_and_reported():
    """Last year's keys are still there: in a column with the same heading."""
    reading = read_here(hidden_in_excel(7))
    assert accepted(reading) == BANK
    assert [one.message for one in reading.problems] == [
        "Trang tính có cột đang ẩn nên được bỏ qua: H. Hãy bỏ ẩn nếu cần đọc."
    ]


def test_hidden_columns_up_to_the_end_of_a_sheet_are_nothing_to_report():
    def fill(_book, page):
        write(page, [HEADINGS, *ROWS])
        page.set_column(7, 16383, None, None, {"hidden": True})

    reading = read_here(made(fill))
    assert (accepted(reading), reading.problems) == (BANK, ())


def test_a_hidden_column_of_an_opendocument_sheet_is_left_out_too():
    content = opendocument([*HEADINGS, "Đáp án"], *([*row, "A"] for row in ROWS))
    columns = (
        '<table:table-column table:number-columns-repeated="7"/>'
        '<table:table-column table:visibility="collapse"/>'
    )
    first = b'<table:table table:name="C\xc3\xa2u h\xe1\xbb\x8fi">'
    content = with_part(
        content, "content.xml", lambda body: body.replace(first, first + columns.encode())
    )
    reading = read_here(content)
    assert accepted(reading) == BANK
    assert "cột đang ẩn nên được bỏ qua: H." in reading.problems[0].message


def test_a_formula_that_came_to_an_error_keeps_its_question_out():
    """Also in the last option, which might seem not to be there."""

    def fill(_book, page):
        write(page, [HEADINGS, *ROWS])
        for at, column, shown in ((1, 5, "#DIV/0!"), (2, 1, "#REF!"), (3, 6, "#NAME?")):
            page.write_formula(at, column, "=x", None, shown)

    reading = read_here(made(fill))
    assert accepted(reading) == BANK[3:]
    assert [one.where.rpartition(" ")[2] for one in reading.errors] == ["F2", "B3", "G4"]
    assert "#DIV/0!" in reading.errors[0].message


def test_a_formula_that_nothing_computed_keeps_its_question_out():
    content = with_part(
        workbook(HEADINGS, [*ROWS[0][:5], "=A1", ROWS[0][6]], *ROWS[1:]),
        "xl/worksheets/sheet1.xml",
        lambda body: body.replace(b'<c r="F2" t="s">', b'<c r="F2"><f>A1</f></c><c r="I2" t="s">'),
    )
    reading = read_here(content)
    assert accepted(reading) == BANK[1:]
    assert reading.errors[0].where == "Câu hỏi, ô F2"


def test_an_error_in_an_opendocument_sheet_keeps_its_question_out():
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p>'
        "</table:table-cell>"
        for cell in ROWS[0][:5]
    )
    key = '<table:table-cell office:value-type="string"><text:p>B</text:p></table:table-cell>'
    row = f"<table:table-row>{cells}{ERROR_CELL}{key}</table:table-row>"
    namespace = (
        b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    )
    content = with_part(
        opendocument(HEADINGS, repeated=row),
        "content.xml",
        lambda body: body.replace(
            b"<office:document-content", b"<office:document-content " + namespace, 1
        ),
    )
    reading = read_here(content)
    assert reading.drafts == ()
    assert "#DIV/0!" in reading.errors[0].message


def test_an_old_workbook_hides_columns_and_comes_to_errors_too():
    """Two cells of its first question give way to "column A is hidden" and an error in F2."""
    content = (FIXTURES / "layouts" / "11b_xls_letter_key.xls").read_bytes()
    at = content.index(struct.pack("<HHHH", LABEL, 10, 1, 5))
    hidden = struct.pack("<HHHHHHHH", COLUMN, 12, 0, 0, 2560, 15, 1, 0)
    error = struct.pack("<HHHHHBB", ERROR, 8, 1, 5, 17, 7, 1)
    changed = hidden + error
    reading = read_here(content[:at] + changed + content[at + len(changed) :])

    assert [one.number for one in reading.drafts] == [2, 3, 4, 5, 6]
    assert "cột đang ẩn nên được bỏ qua: A." in reading.problems[0].message
    assert reading.errors[0].where == "Câu hỏi, ô F2"
    assert "#DIV/0!" in reading.errors[0].message


@pytest.mark.parametrize(
    ("options", "key", "right"),
    [
        (("1/2", "1/3", "1/4", "1/5"), "B", "B"),
        (("1/2", "1/3", "1/4", "1/5"), "1/3", "B"),
        (("01/5", "02/9", "03/2", "30/4"), "D", "D"),
        (("2", "3", "4", "5"), "C", "C"),
    ],
)
def test_options_that_look_like_days_and_numbers_stay_texts(options, key, right):
    reading = read_here(workbook(HEADINGS, [1, "Bao nhiêu?", *options, key]))
    assert accepted(reading) == [("Bao nhiêu?", options, right)]


def test_an_option_that_excel_made_a_day_keeps_its_question_out():
    reading = read_here(
        workbook(HEADINGS, [1, "Mấy phần?", date(2026, 2, 1), "1/3", "1/4", "1/5", "A"], ROWS[1])
    )
    assert accepted(reading) == [BANK[1]]
    assert reading.errors[0].where == "Câu hỏi, ô C2"


@pytest.mark.parametrize("second", ["2", "D"])
def test_a_digit_that_is_one_option_and_may_count_to_another_is_no_key(second):
    """The third option is "4"."""
    rows = [[at, f"Mấy {at}?", "2", "3", "4", "1", key] for at, key in enumerate("3" + second, 1)]
    reading = read_here(workbook(HEADINGS, *rows))
    assert 1 not in {one.number for one in reading.drafts}
    assert "vừa là số thứ tự vừa là chữ" in reading.errors[0].message


def test_a_line_that_may_go_on_with_the_option_above_is_no_option():
    """The key would name another option from there on."""
    options = "Ban chấp hành\nĐại hội công đoàn\ncấp tỉnh\nHội nghị"
    reading = read_here(
        workbook(["Câu hỏi", "Phương án", "Đáp án"], ["Ai?", options, "C"], ["Mấy?", "a\nb", "A"])
    )
    assert accepted(reading) == [("Mấy?", ("a", "b"), "A")]
    assert "“cấp tỉnh” là phương án riêng hay nối dòng trên" in reading.errors[0].message


def test_a_cell_of_more_lines_than_the_others_is_not_certain():
    """An option that goes on below begins with a name here; fewer lines are fewer options."""
    rows = [
        ["Ai?", "Tổng Liên đoàn Lao động\nViệt Nam\nBộ Nội vụ\nQuốc hội", "C"],
        ["Mấy?", "Một\nHai\nBa", "B"],
        ["Bao giờ?", "Sáng\nChiều\nTối", "C"],
        ["Phải không?", "Đúng\nSai", "A"],
    ]
    reading = read_here(workbook(["Câu hỏi", "Phương án", "Đáp án"], *rows))
    assert [one.number for one in reading.drafts] == [2, 3, 4]
    assert "Ô có 4 dòng, các câu khác 3" in reading.errors[0].message
