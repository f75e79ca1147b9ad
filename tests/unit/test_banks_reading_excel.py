"""Excel with a letter key: what is read, the cell of each problem, and files made to do harm."""

import json
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import archive
from quizapp.banks.reading import read_here as read_bank
from quizapp.banks.rules import LETTERS, Kind, Severity
from tests.making.workbooks import HEADINGS, question_row, with_part, workbook

FIXTURES = Path(__file__).parent.parent / "fixtures" / "banks"
SHEET = "xl/worksheets/sheet1.xml"


def refusal(content):
    with pytest.raises(CannotRead) as caught:
        read_bank(content)
    return str(caught.value)


def test_the_sample_layout_is_read_exactly():
    reading = read_bank((FIXTURES / "letter_key.xlsx").read_bytes())
    expected = json.loads((FIXTURES / "letter_key.expected.json").read_text("utf-8"))
    assert reading.problems == ()
    assert [
        {
            "stem": one.stem,
            "options": dict(zip(LETTERS, one.options, strict=False)),
            "answer": LETTERS[one.right.bit_length() - 1],
        }
        for one in reading.drafts
    ] == [{name: one[name] for name in ("stem", "options", "answer")} for one in expected]
    assert [one.where for one in reading.drafts] == [f"Sheet, dòng {row}" for row in range(2, 8)]
    assert [one.number for one in reading.drafts] == [1, 2, 3, 4, 5, 6]


def test_columns_are_known_by_meaning_in_any_order_below_a_title():
    content = workbook(
        ["CUỘC THI TÌM HIỂU PHÁP LUẬT"],
        [],
        ["Đáp án đúng:", "CÂU HỎI", "Phương án B", "Phương án A", "Căn cứ", "Độ khó", "Chủ đề *"],
        ["a", "Mấy cấp?", "Bốn", "Ba", "Điều 8 Luật Công đoàn", "Khó", "Tổ chức"],
    )
    reading = read_bank(content)
    assert reading.problems == ()
    (one,) = reading.drafts
    assert (one.stem, one.options, one.right) == ("Mấy cấp?", ("Ba", "Bốn"), 0b01)
    assert (one.topic, one.difficulty) == ("Tổ chức", "hard")
    assert one.citations == ({"text": "Điều 8 Luật Công đoàn"},)
    assert one.where == "Câu hỏi, dòng 4"


@pytest.mark.parametrize(("blank_rows", "is_read"), [(14, True), (15, False)])
def test_headings_stand_on_one_of_the_first_fifteen_rows(blank_rows, is_read):
    content = workbook(HEADINGS, question_row(), start=blank_rows)
    if is_read:
        assert len(read_bank(content).drafts) == 1
    else:
        assert "không thấy dòng tiêu đề" in refusal(content)


def test_options_may_be_fewer_in_some_rows():
    content = workbook(HEADINGS, question_row(1), question_row(2, c=None))
    assert [len(one.options) for one in read_bank(content).drafts] == [3, 2]


# Row 3 is the wrong question; columns: A STT, B stem, C-E options, F answer.
@pytest.mark.parametrize(
    ("cells", "where", "words"),
    [
        ({"answer": "D"}, "ô F3", "“D” không có"),
        ({"answer": None}, "ô F3", "Thiếu đáp án"),
        ({"answer": 2}, "ô F3", "ghi chữ cái"),
        ({"answer": "A,B"}, "ô F3", "đúng một đáp án"),
        ({"stem": None}, "ô B3", "Thiếu nội dung"),
        ({"b": None, "answer": "A"}, "dòng 3", "phương án B"),
        ({"b": None, "c": None, "answer": "A"}, "dòng 3", "Chỉ có 1 phương án"),
        ({"c": "hai"}, "ô E3", "B và C giống nhau"),
        ({"a": 0.85}, "ô C3", "0.85"),
        ({"a": True}, "ô C3", "không phải chữ"),
        ({"a": date(2025, 7, 1)}, "ô C3", "không phải chữ"),
        ({"stem": 0.5}, "ô B3", "không phải chữ"),
    ],
)
def test_a_wrong_row_is_named_by_its_cell_and_the_others_are_accepted(cells, where, words):
    content = workbook(HEADINGS, question_row(1), question_row(2, **cells), question_row(3))
    reading = read_bank(content)
    assert [one.number for one in reading.drafts] == [1, 3]
    (found,) = reading.problems
    assert (found.where, found.question) == (f"Câu hỏi, {where}", 2)
    assert words in found.message


def test_a_whole_number_is_taken_as_its_digits_and_pointed_out():
    reading = read_bank(workbook(HEADINGS, question_row(a=5, b=10)))
    assert reading.drafts[0].options[:2] == ("5", "10")
    assert [found.severity for found in reading.problems] == [Severity.WARNING] * 2


def test_days_come_from_date_cells_and_from_words():
    headings = [*HEADINGS, "Hiệu lực từ", "Hiệu lực đến"]
    rows = [
        [*question_row(1), date(2025, 7, 1), "31/12/2026"],
        [*question_row(2), "2025-07-01", None],
        [*question_row(3), "tháng 7", None],
    ]
    reading = read_bank(workbook(headings, *rows))
    first, second = reading.drafts
    assert (first.valid_from, first.valid_to) == (date(2025, 7, 1), date(2026, 12, 31))
    assert (second.valid_from, second.valid_to) == (date(2025, 7, 1), None)
    assert reading.problems[0].where == "Câu hỏi, ô G4"


def test_numbered_empty_rows_and_headings_repeated_for_print_are_no_questions():
    content = workbook(HEADINGS, question_row(1), [2], [], HEADINGS, question_row(3), [4])
    assert [one.where for one in read_bank(content).drafts] == [
        "Câu hỏi, dòng 2",
        "Câu hỏi, dòng 6",
    ]


@pytest.mark.parametrize(
    ("serials", "codes"),
    [
        ((1, 2, 4), ["CAU-001", "CAU-002", "CAU-004"]),
        ((1, 2, 2), ["CAU-001", "CAU-002", "CAU-003"]),
        ((None, "I", "II"), ["CAU-001", "CAU-002", "CAU-003"]),
    ],
)
def test_a_code_comes_from_the_stt_where_every_question_has_its_own(serials, codes):
    rows = [question_row(place, stt=serial) for place, serial in enumerate(serials, start=1)]
    assert [one.code for one in read_bank(workbook(HEADINGS, *rows)).drafts] == codes


def test_a_column_of_codes_comes_first():
    content = workbook([*HEADINGS, "Mã câu hỏi"], [*question_row(1), "BLLD-7"], question_row(2))
    assert [one.code for one in read_bank(content).drafts] == ["BLLD-7", "CAU-002"]


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("Trắc nghiệm 1 đáp án", 1),
        ("single", 1),
        ("Một đáp án", 1),
        (None, 1),
        ("Tự luận", 0),
        ("Nhiều đáp án", 0),
        ("multiple", 0),
        ("Trắc nghiệm nhiều lựa chọn", 0),  # of one right option, to many
    ],
)
def test_other_kinds_of_questions_are_kept_out(kind, count):
    content = workbook([*HEADINGS, "Loại"], [*question_row(), kind])
    assert len(read_bank(content).drafts) == count


@pytest.mark.parametrize("kind", ["nhiều đáp án", "NHIỀU ĐÁP ÁN ĐÚNG", "Multiple", "multiple."])
@pytest.mark.parametrize("answer", ["A, C", "A;C", "AC", "c a"])
def test_a_row_may_say_that_several_options_are_right(kind, answer):
    content = workbook([*HEADINGS, "Loại"], [*question_row(answer=answer), kind])
    reading = read_bank(content)
    assert reading.problems == ()
    assert (reading.drafts[0].kind, reading.drafts[0].right) == (Kind.MULTIPLE, 0b101)


@pytest.mark.parametrize("answer", ["A, C", "A;C", "AC"])
def test_two_letters_alone_do_not_make_a_question_of_several_answers(answer):
    reading = read_bank(workbook(HEADINGS, question_row(answer=answer)))
    assert reading.drafts == ()
    assert [found.where for found in reading.errors] == ["Câu hỏi, ô F2"]


def test_columns_and_sheets_that_are_not_used_are_pointed_out():
    content = workbook(
        [*HEADINGS, "Điểm"],
        [*question_row(1), 1],
        more={"Ghi chú": [["xem lại"]], "Nháp": [HEADINGS, question_row(2)], "Trống": []},
        hidden={"Nháp"},
    )
    reading = read_bank(content)
    assert len(reading.drafts) == 1
    assert {(found.where, found.severity) for found in reading.problems} == {
        ("Câu hỏi", Severity.WARNING),
        ("Ghi chú", Severity.WARNING),
        ("Nháp", Severity.WARNING),
    }


def test_questions_of_several_sheets_are_counted_on():
    content = workbook(HEADINGS, question_row(1), more={"Hai": [HEADINGS, question_row(2)]})
    assert [(one.number, one.where) for one in read_bank(content).drafts] == [
        (1, "Câu hỏi, dòng 2"),
        (2, "Hai, dòng 2"),
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([HEADINGS], "không có câu hỏi nào"),
        ([["Câu hỏi", "Cột 1", "Cột 2", "Ghi chú"]], "không thấy dòng tiêu đề"),
        ([[*HEADINGS, "Đáp án"], question_row()], "hai cột cùng nghĩa"),
        ([["1", "A", "2", "A"]], "không thấy dòng tiêu đề"),
        ([], "không thấy dòng tiêu đề"),
    ],
)
def test_a_workbook_without_such_a_table_is_refused(rows, words):
    assert words in refusal(workbook(*rows))


def _zip(*entries, **options):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", **options) as made:
        for name, body in entries:
            made.writestr(name, body)
    return target.getvalue()


def test_another_zip_is_no_workbook():
    assert "không phải bảng tính" in refusal(_zip(("ppt/presentation.xml", "<a/>")))


GOOD = workbook(HEADINGS, question_row())


# Shares, not lengths: a workbook holds the time it was made, so its length is not the same twice.
@pytest.mark.parametrize("kept", [0.001, 0.02, 0.5, 0.999])
def test_a_workbook_cut_off_is_refused(kept):
    refusal(GOOD[: int(kept * len(GOOD))])


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="20051"><c r="A20051"><v>1</v></c></row>',
        b'<row r="9"><c r="CW9"><v>1</v></c></row>',
        b'<row r="9"><c x=">" r = \'XFD9\'><v>1</v></c></row>',
        b'<row r="9"><c r="ZZZZZZZZZZZZZZZZ9"><v>1</v></c></row>',
        b'<row r="99999999999999999999"><c><v>1</v></c></row>',
    ],
)
def test_a_cell_far_away_is_refused_before_it_takes_the_memory(cell):
    content = with_part(
        GOOD, SHEET, lambda xml: xml.replace(b"</sheetData>", cell + b"</sheetData>")
    )
    assert "nhiều nhất là" in refusal(content)


def test_a_declared_encoding_hides_no_cell():
    far = b'<row r="9"><c r="XFD9"><v>1</v></c></row></sheetData>'

    def change(xml):
        assert b'encoding="UTF-8"' in xml
        return xml.replace(b'"UTF-8"', b'"UTF-7"').replace(b"</sheetData>", far)

    assert "nhiều nhất là" in refusal(with_part(GOOD, SHEET, change))


def test_formatted_empty_cells_far_away_are_no_reason_to_refuse():
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    content = with_part(GOOD, SHEET, lambda xml: xml.replace(b"</sheetData>", far))
    assert len(read_bank(content).drafts) == 1


def test_one_long_text_named_by_many_cells_is_refused():
    rows = b"".join(
        b'<row r="%d">%s</row>' % (row, b'<c t="s"><v>0</v></c>' * 50) for row in range(3, 50)
    )
    content = with_part(
        GOOD, SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    assert read_bank(content).errors  # the same cells with short texts are only wrong
    shared = b"<si><t>" + b"x" * 300_000 + b"</t></si>"
    content = with_part(
        content, "xl/sharedStrings.xml", lambda xml: xml.replace(b"<si>", shared + b"<si>", 1)
    )
    assert "quá nhiều chữ" in refusal(content)


def test_a_zip_bomb_is_refused_by_what_it_declares(monkeypatch):
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000_000)
    bomb = _zip(("xl/workbook.xml", b"0" * 1_000_001), compression=zipfile.ZIP_DEFLATED)
    assert "giải nén quá lớn" in refusal(bomb)


def test_a_high_ratio_is_refused():
    bomb = _zip(("xl/workbook.xml", b"0" * 11_000_000), compression=zipfile.ZIP_DEFLATED)
    assert "tỷ lệ nén bất thường" in refusal(bomb)


def test_a_part_longer_than_it_claims_is_not_unpacked_further():
    """The header says 10 bytes; the stream holds 11 million."""
    bomb = bytearray(_zip(("xl/workbook.xml", b"0" * 11_000_000), compression=zipfile.ZIP_DEFLATED))
    directory = bomb.index(b"PK\x01\x02")
    bomb[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert "bị hỏng" in refusal(bytes(bomb))


def test_too_many_entries_or_two_of_a_name_are_refused():
    assert "quá nhiều mục" in refusal(_zip(*((f"{n}.xml", b"") for n in range(2001))))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = _zip(("xl/workbook.xml", b"a"), ("xl/workbook.xml", b"b"))
    assert "trùng tên" in refusal(twice)


def test_a_workbook_with_a_password_flag_or_odd_packing_is_refused():
    locked = bytearray(GOOD)
    for start in (b"PK\x01\x02", b"PK\x03\x04"):
        offset = 8 if start == b"PK\x01\x02" else 6
        locked[locked.index(start) + offset] |= 1
    assert "mật khẩu" in refusal(bytes(locked))
    odd = _zip(("xl/workbook.xml", b"<a/>"), compression=zipfile.ZIP_BZIP2)
    assert "kiểu nén lạ" in refusal(odd)


def test_entities_in_a_sheet_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'
    assert "bị hỏng" in refusal(with_part(GOOD, SHEET, lambda _xml: bomb))


def test_pictures_are_never_unpacked(monkeypatch):
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000_000)
    target = BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as book:
        book.writestr("xl/media/image1.png", b"\x00" * 2_000_000)
    assert len(read_bank(target.getvalue()).drafts) == 1
