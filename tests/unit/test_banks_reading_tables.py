"""Tables of questions: headings by meaning, keys of four kinds, separators and encodings."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from unicodedata import normalize

import pytest
import xlsxwriter

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import letters_of
from tests.making.pictures import picture
from tests.making.workbooks import looking, opendocument, workbook

HEADINGS = ["Câu hỏi", "Phương án A", "Phương án B", "Phương án C", "Đáp án đúng"]
ROWS = [
    ["Mấy cấp?", "Hai", "Ba", "Bốn", "B"],
    ["Ai quyết định?", "Ban chấp hành", "Đại hội", "Hội nghị", "C"],
    ["Khi nào?", "Hôm nay", "Ngày mai", "Tuần sau", "A"],
]
FIXTURES = Path(__file__).parent.parent / "fixtures" / "banks"
RIGHT = ["B", "C", "A"]
STEM, OPTION_B, ANSWER = 0, 2, 4  # columns


def rights(content):
    reading = read_bank(content)
    assert reading.errors == ()
    return [letters_of(one.right) for one in reading.drafts]


def separated(separator, rows=(HEADINGS, *ROWS)):
    target = StringIO()
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue()


def with_keys(*keys, headings=HEADINGS):
    rows = [[*row[:-1], key] for row, key in zip(ROWS, keys, strict=True)]
    return workbook(headings, *rows)


@pytest.mark.parametrize(
    "keys",
    [
        ("B", "C", "A"),
        ("b.", "Đáp án C", "a"),
        ("Ba", "hội nghị.", "Hôm nay"),
        ("B. Ba", "C", "A"),
        (2, 3, 1),
        ("2", "3", "1"),
    ],
)
def test_a_key_is_a_letter_a_number_or_the_words_of_the_option(keys):
    assert rights(with_keys(*keys)) == RIGHT


def test_numbers_that_may_count_from_zero_are_no_key():
    reading = read_bank(with_keys(0, 1, 2))
    assert reading.drafts == ()
    # Nothing names the last of three options: 1 and 2 may be the second and the third.
    assert read_bank(with_keys(1, 2, 1)).drafts == ()
    numbered = ["Câu hỏi", "Đáp án 1", "Đáp án 2", "Đáp án 3", "Đáp án đúng"]
    assert rights(with_keys(1, 2, 1, headings=numbered)) == ["A", "B", "A"]


def test_a_key_that_is_a_letter_and_the_words_of_another_option_is_not_certain():
    blood = ["Nhóm máu?", "B", "A", "O", "A"]
    reading = read_bank(workbook(HEADINGS, blood, ["Mấy?", "Hai", "Ba", "Bốn", "Ba"]))
    assert [one.stem for one in reading.drafts] == ["Mấy?"]
    # Where all keys are letters, they name columns; those of several letters say nothing here.
    assert rights(workbook(HEADINGS, blood, ["Mấy?", "Hai", "Ba", "Bốn", "B"])) == ["A", "B"]


@pytest.mark.parametrize(
    "headings",
    [
        ["Question", "Option A", "Option B", "Option C", "Correct answer"],
        ["NỘI DUNG CÂU HỎI (*)", "A", "B", "C", "ĐÁP ÁN"],
        ["Cau hoi", "Lựa chọn 1", "Lựa chọn 2", "Lựa chọn 3", "Key"],
    ],
)
def test_headings_in_two_languages(headings):
    headings[0] = headings[0].replace(" (*)", "")
    assert rights(workbook(headings, *ROWS)) == RIGHT


@pytest.mark.parametrize(
    "options",
    ["A. Hai\nB. Ba\nC. Bốn", "a) Hai\nb) Ba\nc) Bốn", "Hai\nBa\nBốn", "A. Hai; B. Ba; C. Bốn"],
)
def test_options_may_stand_in_one_cell(options):
    content = workbook(["TT", "Câu hỏi", "Các phương án", "Đáp án"], [1, "Mấy?", options, "B"])
    reading = read_bank(content)
    assert reading.errors == ()
    assert (reading.drafts[0].options[1].rstrip(";"), reading.drafts[0].right) == ("Ba", 0b10)


@pytest.mark.parametrize(
    "mark", [{"font_color": "#FF0000"}, {"bold": True}, {"bg_color": "#FFFF00"}, {"underline": 1}]
)
def test_a_marked_cell_is_the_key(mark):
    rows = [HEADINGS[:-1], *(row[:-1] for row in ROWS)]
    content = looking(*rows, marked={(1, 2), (2, 3), (3, 1)}, mark=mark)
    assert rights(content) == RIGHT


@pytest.mark.parametrize("mark", ["red", "filled", "bold"])
def test_a_marked_cell_of_an_old_workbook_is_the_key(mark):
    reading = read_bank((FIXTURES / f"marked_{mark}.xls").read_bytes())
    assert reading.errors == ()
    assert [letters_of(one.right) for one in reading.drafts] == RIGHT
    # Its third row is hidden, and a sheet.
    assert [one.stem for one in reading.drafts] == [row[0] for row in ROWS]
    assert {found.where for found in reading.problems} == {"Câu hỏi", "Nháp"}


ODS_STYLES = (
    '<style:style style:name="ce1" style:parent-style-name="Base"/>'
    '<style:style style:name="Base"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="T1"><style:text-properties fo:color="#ff0000"/></style:style>'
    '<style:style style:name="co"><style:table-cell-properties fo:background-color="#ffff00"/>'
    "</style:style>"
)


@pytest.mark.parametrize(
    "form",
    [
        '<table:table-cell {s} table:style-name="ce1"><text:p>{}</text:p>{e}',
        '<table:table-cell {s} table:style-name="co"><text:p>{}</text:p>{e}',
        "<table:table-cell {s}><text:p><text:span text:style-name='T1'>{}</text:span></text:p>{e}",
    ],
)
def test_a_marked_cell_of_an_opendocument_sheet_is_the_key(form):
    def cell(text, *, is_marked=False):
        plain = "<table:table-cell {s}><text:p>{}</text:p>{e}"
        string, end = 'office:value-type="string"', "</table:table-cell>"
        return (form if is_marked else plain).format(text, s=string, e=end)

    made = "".join(
        "<table:table-row>"
        + cell(row[0])
        + "".join(cell(text, is_marked="ABC"[at] == row[4]) for at, text in enumerate(row[1:4]))
        + "</table:table-row>"
        for row in ROWS
    )
    hidden = '<table:table-row table:visibility="collapse">' + cell("Ẩn?") + cell("Một") * 3
    content = opendocument(
        HEADINGS[:-1], repeated=f"{made}{hidden}</table:table-row>", styles=ODS_STYLES
    )
    reading = read_bank(content)
    assert reading.errors == ()
    assert [letters_of(one.right) for one in reading.drafts] == RIGHT
    assert "đang ẩn" in reading.problems[0].message


def test_one_option_of_a_cell_may_be_marked():
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page, red = book.add_worksheet("Câu hỏi"), book.add_format({"font_color": "#FF0000"})
        page.write_row(0, 0, ["TT", "Câu hỏi", "Các phương án"])
        page.write_row(1, 0, [1, "Mấy cấp?"])
        page.write_rich_string(1, 2, "A. Hai\n", red, "B. Ba", "\nC. Bốn")
        page.write_row(2, 0, [2, "Ai?"])
        page.write_rich_string(2, 2, "A. Tôi\nB. Anh\n", red, "C. Chị")
    assert rights(target.getvalue()) == ["B", "C"]


def test_headings_may_stand_in_two_rows():
    upper = ["TT", "Nội dung câu hỏi", "Phương án trả lời", "", "", "Đáp án"]
    lower = ["", "", "A", "B", "C", ""]
    rows = [[number, *row] for number, row in enumerate(ROWS, start=1)]
    assert rights(workbook(["NGÂN HÀNG"], [], upper, lower, *rows)) == RIGHT


def drawn_over(*cells, headings=HEADINGS, rows=ROWS, scale=0.2):
    """Return an xlsx with a picture over each of these cells, told by row and column from 0."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("Câu hỏi")
        for number, row in enumerate([headings, *rows]):
            page.write_row(number, 0, row)
        for row, column in cells:
            how = {"image_data": BytesIO(picture()), "x_scale": scale, "y_scale": scale}
            page.insert_image(row, column, "a.png", how | {"description": "Biển báo"})
    return target.getvalue()


def shown_in(reading):
    return {one.number: [(p["option"], p["alt"]) for p in one.pictures] for one in reading.drafts}


def test_a_picture_within_one_cell_stays_with_the_stem_or_the_option_there():
    reading = read_bank(drawn_over((1, STEM), (2, OPTION_B), (3, STEM), (3, OPTION_B)))

    assert [letters_of(one.right) for one in reading.drafts] == RIGHT
    assert shown_in(reading) == {
        1: [("", "Biển báo")],
        2: [("B", "Biển báo")],
        3: [("", "Biển báo"), ("B", "Biển báo")],
    }
    assert len(reading.pictures) == 1


def test_a_picture_in_a_column_of_pictures_is_of_the_stem():
    rows = [[*row, ""] for row in ROWS]
    content = drawn_over((2, len(HEADINGS)), headings=[*HEADINGS, "Hình ảnh"], rows=rows)
    assert shown_in(read_bank(content)) == {1: [], 2: [("", "Biển báo")], 3: []}

    named = [[*row, "bien-bao.png"] for row in ROWS]
    reading = read_bank(workbook([*HEADINGS, "Hình ảnh"], *named))
    assert reading.drafts == ()
    assert "Hãy chèn chính hình đó vào ô" in reading.errors[0].message


@pytest.mark.parametrize(
    ("cell", "scale", "words"),
    [
        ((2, STEM), 3.0, "phủ sang ô khác"),
        ((2, ANSWER), 0.2, "không rõ của phần nào"),
        ((2, len(HEADINGS) + 3), 0.2, "không rõ của phần nào"),
    ],
)
def test_a_picture_that_may_be_of_another_part_keeps_its_question_out(cell, scale, words):
    reading = read_bank(drawn_over(cell, scale=scale))

    assert [one.number for one in reading.drafts] == [1, 3]
    assert words in reading.errors[0].message


@pytest.mark.parametrize("form", ["xls", "ods"])
def test_pictures_in_files_of_other_programs_are_read_or_named_with_their_cell(form):
    """Saved by LibreOffice: over the stem of 1 and option B of 2, and one over two rows of 3."""
    reading = read_bank((FIXTURES / f"pictures.{form}").read_bytes())

    said = {problem.question: problem.message for problem in reading.errors}
    if form == "xls":
        assert sorted(said) == [1, 2, 3]
        assert "ở ô A2 không đọc được từ tệp .xls" in said[1]
        assert "ở ô C3 không đọc được từ tệp .xls" in said[2]
    else:
        assert shown_in(reading) == {1: [("", "Biển báo")], 2: [("B", "Biển báo")], 4: []}
        assert list(said) == [3]
        assert "ở ô A4 phủ sang ô khác" in said[3]


def test_a_marked_cell_that_contradicts_the_key_is_named():
    content = looking(HEADINGS, *ROWS, marked={(1, 2), (2, 3), (3, 2)})
    reading = read_bank(content)
    assert [one.number for one in reading.drafts] == [1, 2]
    assert "mâu thuẫn" in reading.errors[0].message
    assert reading.errors[0].where == "Câu hỏi, ô E4"


def test_hidden_rows_are_left_out_and_reported():
    reading = read_bank(looking(HEADINGS, *ROWS, marked=(), hidden_rows=[2]))
    assert [one.stem for one in reading.drafts] == ["Mấy cấp?", "Khi nào?"]
    assert "đang ẩn" in reading.problems[0].message
    assert "3" in reading.problems[0].message


def test_rows_of_headings_are_topics():
    content = workbook(HEADINGS, ["I. LUẬT CÔNG ĐOÀN"], ROWS[0], ["PHẦN II: AN TOÀN"], ROWS[1])
    assert [one.topic for one in read_bank(content).drafts] == ["LUẬT CÔNG ĐOÀN", "AN TOÀN"]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_separators_and_encodings(separator, encoding):
    text = separated(separator)
    if encoding == "cp1258":
        text = as_windows(text)
    reading = read_bank(text.encode(encoding))
    assert reading.format == "csv"
    assert [letters_of(one.right) for one in reading.drafts] == RIGHT
    assert reading.drafts[1].options[0] == "Ban chấp hành"


def as_windows(text):
    """Return a text as Windows-1258 holds it: the letter with its hat, then the tone."""
    made = []
    for char in text:
        try:
            char.encode("cp1258")
            made.append(char)
        except UnicodeEncodeError:
            base, tone = normalize("NFD", char)[0], ""
            marks = normalize("NFD", char)[1:]
            hats = [one for one in marks if one in "\u0302\u0306\u031b"]
            tone = "".join(one for one in marks if one not in hats)
            made.append(normalize("NFC", base + "".join(hats)) + tone)
    return "".join(made)


def test_cells_with_line_breaks_and_quotes():
    rows = [[*HEADINGS], ['Câu "một"\nhai dòng?', "Hai; ba", "Ba", "Bốn", "A"]]
    (one,) = read_bank(separated(";", rows).encode()).drafts
    assert (one.stem, one.options[0]) == ('Câu "một"\nhai dòng?', "Hai; ba")


def test_an_old_encoding_is_decided_for_the_whole_table():
    rows = [
        ["C©u hái", "§¸p ¸n A", "§¸p ¸n B", "§¸p ¸n ®óng"],
        ["C«ng ®oµn lµ tæ chøc cña ai?", "Ng­êi lao ®éng", "§óng", "A"],
    ]
    reading = read_bank(separated(";", rows).encode("latin-1"))
    (one,) = reading.drafts
    assert one.options == ("Người lao động", "Đúng")
    assert "TCVN3" in reading.problems[0].message


def test_an_opendocument_sheet_is_read():
    reading = read_bank(opendocument(HEADINGS, *ROWS))
    assert (reading.format, len(reading.drafts)) == ("ods", 3)


FAR = (
    "<table:table-row {}><table:table-cell {}><text:p>x</text:p></table:table-cell>"
    "</table:table-row>"
)


@pytest.mark.parametrize(
    "repeats",
    [
        ('table:number-rows-repeated="1048576"', ""),
        ("", 'table:number-columns-repeated="16384"'),
    ],
)
def test_repeated_cells_are_refused_before_they_take_the_memory(repeats):
    with pytest.raises(CannotRead, match="nhiều nhất là"):
        read_bank(opendocument(HEADINGS, *ROWS, repeated=FAR.format(*repeats)))


def test_an_old_word_document_tells_how_to_save_it():
    old = b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le")
    with pytest.raises(CannotRead, match=r"\.docx"):
        read_bank(old)
