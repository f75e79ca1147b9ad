"""What makes a question acceptable, which ones keep their order, what a digest and a diff see."""

import unicodedata
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from quizapp.banks.rules import Difficulty, Kind, Raw, Reading, Severity, mask_of, positions_of
from quizapp.banks.rules.answers import letter_in, letters_in
from quizapp.banks.rules.canonical import digest_of
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.cleaning import clean_line, clean_text
from quizapp.banks.rules.differences import compare, marked
from quizapp.banks.rules.fixed_order import keeps_order
from tests.making.banks import draft, drafts

OTHERS = ("30 ngày", "45 ngày", "60 ngày")


def raw(number=1, **fields):
    given = {
        "number": number,
        "where": f"dòng {number}",
        "code": f"CAU-{number}",
        "stem": f"Câu hỏi số {number}?",
        "options": {"A": "Một", "B": "Hai", "C": "Ba"},
        "answer": "B",
    }
    return Raw(**given | fields)


def read(*raws, **more):
    return assembled(Reading(format="thử"), raws, **more)


def messages(reading, severity=Severity.ERROR):
    return [found.message for found in reading.problems if found.severity is severity]


@pytest.mark.parametrize(
    "option",
    [
        "Tất cả các đáp án trên",
        "Tất cả các phương án trên đều đúng.",
        "Tất cả các ý trên",
        "Tất cả đều đúng",
        "Tất cả đều sai",
        "Tất cả các trường hợp nêu trên",
        "Tất cả các hành vi trên đều đúng",
        "Tất cả đáp án",
        "TẤT CẢ CÁC ĐÁP ÁN TRÊN",
        "Cả ba phương án trên",
        "Cả 3 đáp án trên đều đúng",
        "Cả ba trường hợp trên",
        "Cả hai đều sai",
        "Cả ba",
        "Cả 3 ý trên",
        "Cả A và B",
        "Cả A, B và C",
        "Cả A, B, C đều đúng",
        "Cả a và c",
        "A và B",
        "A và C đều đúng",
        "A, B, C đều sai",
        "A & B",
        "Đáp án A và B",
        "Đáp án A hoặc đáp án C",
        "Cả hai đáp án A và B",
        "Câu B và C đúng",
        "Chỉ A và B",
        "Chỉ A đúng",
        "Đáp án A sai",
        "A đúng, B sai",
        "Các đáp án trên đều sai",
        "Hai ý trên",
        "Không có đáp án nào đúng",
        "Không phương án nào đúng",
        "Không có câu nào ở trên đúng",
        "Đáp án khác",
    ],
)
def test_an_option_that_speaks_of_others_keeps_the_order(option):
    assert keeps_order((*OTHERS, option))
    assert keeps_order((*OTHERS, unicodedata.normalize("NFD", option)))


@pytest.mark.parametrize(
    "option",
    [
        "Cả nước",
        "Cả hai bên thỏa thuận bằng văn bản",
        "Cả nam và nữ",
        "Vẫn giữ song song cả hai tư cách",
        "Tất cả người lao động",
        "Tất cả người lao động đều phải tham gia",
        "Công đoàn cấp trên trực tiếp",
        "Từ đủ 12 tháng trở lên",
        "Ca 3",
        "Ca ba",
        "Giấy phép lái xe hạng A và B",
        "Nhóm máu A",
        "Đúng",
        "Sai",
        "Không đúng",
        "Không có quy định",
        "Bằng một nửa mức trên",
        "E và F",
        "A",
        "",
    ],
)
def test_an_ordinary_option_lets_the_options_be_shuffled(option):
    assert not keeps_order((*OTHERS, option))


def test_letters_name_options_only_as_far_as_there_are_options():
    assert keeps_order(("Một", "Hai", "A và B"))
    assert not keeps_order(("Một", "Hai", "A và D"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Công đoàn"), "Công đoàn"),
        ("Công  đoàn\u00a0\t cơ sở ", "Công đoàn cơ sở"),
        ("\ufeffCông\u200b đo\u00adàn\x00", "Công đoàn"),
        ("lật \u202engược", "lật ngược"),
        ("nửa\ud800 cặp\ufffe\U0010ffff", "nửa cặp"),
        ("", ""),
    ],
)
def test_a_text_has_one_spelling(typed, kept):
    assert clean_line(typed) == kept
    assert clean_line(kept) == kept


def test_line_breaks_of_a_situation_are_kept():
    assert clean_text(" Anh An:\r\n\r\n\r\n\u2028 a)  đi\tlàm \n") == "Anh An:\n\na) đi làm"


def test_a_complete_question_becomes_a_draft():
    told = {
        "kind": "single",
        "topic": " Tiền lương ",
        "difficulty": "Trung bình",
        "explanation": "Vì luật nói vậy.",
        "citations": ({"law": "45/2019/QH14", "text": "khoản 1 Điều 3", "point": ""},),
        "valid_from": "2021-01-01",
        "valid_to": "2021-01-01",
    }
    reading = read(raw(**told))
    assert reading.problems == ()
    (one,) = reading.drafts
    assert (one.options, one.right) == (("Một", "Hai", "Ba"), 0b010)
    assert (one.topic, one.difficulty) == ("Tiền lương", Difficulty.MEDIUM)
    assert one.citations == ({"law": "45/2019/QH14", "text": "khoản 1 Điều 3"},)
    assert one.valid_from == one.valid_to == date(2021, 1, 1)
    assert not one.fixed_order


def test_what_is_not_told_is_none():
    (one,) = read(raw()).drafts
    assert (one.topic, one.difficulty, one.explanation) == (None, None, None)
    assert (one.valid_from, one.valid_to, one.citations) == (None, None, ())


EIGHT = {letter: f"Phương án số {letter}" for letter in "ABCDEFGH"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": ""}, "Thiếu mã"),
        ({"code": "câu 1"}, "chỉ được gồm"),
        ({"code": "A" * 65}, "tối đa 64"),
        ({"kind": "essay"}, "“essay”"),
        ({"kind": "Multiple"}, "“Multiple”"),
        ({"kind": "multiple", "answer": ""}, "Thiếu đáp án đúng"),
        ({"kind": "multiple", "answer": "A"}, "ít nhất 2 đáp án đúng"),
        ({"kind": "multiple", "answer": "A, B, C"}, "ít nhất một phương án sai"),
        ({"kind": "multiple", "answer": "A, D, E"}, "“D, E” không có trong các phương án"),
        ({"kind": "multiple", "answer": "A và C"}, "ví dụ “A, C”"),
        ({"kind": "multiple", "answer": "A, A"}, "ví dụ “A, C”"),
        (
            {"kind": "multiple", "options": {"A": "Một", "B": "Hai"}, "answer": "AB"},
            "phương án sai",
        ),
        ({"stem": " \u200b "}, "Thiếu nội dung"),
        ({"options": {}}, "Chỉ có 0 phương án"),
        ({"options": {"A": "Một"}, "answer": "A"}, "Chỉ có 1 phương án"),
        ({"options": EIGHT | {"I": "Chín"}}, "Có 9 phương án"),
        ({"options": {"A": "Một", "B": "Hai", "D": "Bốn"}}, "thiếu hoặc trống phương án C"),
        ({"options": {"A": "Một", "B": "Hai", "C": " ", "D": "Bốn"}}, "phương án C"),
        ({"options": {"A": "Một", "B": "Hai", "C": "một."}}, "A và C giống nhau"),
        ({"options": {"A": "Một", "B": unicodedata.normalize("NFD", "Một")}}, "giống nhau"),
        ({"answer": ""}, "Thiếu đáp án đúng"),
        ({"answer": "E"}, "“E” không có trong các phương án"),
        ({"answer": "A, C"}, "đúng một chữ cái"),
        ({"answer": "AC"}, "đúng một chữ cái"),
        ({"kind": "single", "answer": "A;C"}, "đúng một chữ cái"),
        ({"answer": "2"}, "đúng một chữ cái"),
        ({"answer": "Đ"}, "đúng một chữ cái"),
        ({"valid_from": "01/07/2025"}, "2026-12-31"),
        ({"valid_to": "2025-02-29"}, "2026-12-31"),
        ({"valid_from": "2025-01-02", "valid_to": "2025-01-01"}, "trước khi có hiệu lực"),
        ({"fixed_order": "có"}, "true hoặc false"),
        ({"citations": ({"article": "3"},)}, "“law” hoặc “text”"),
        ({"stem": "x" * 4001}, "Dài 4001 ký tự"),
        ({"options": {"A": "x" * 1001, "B": "Hai"}}, "nhiều nhất là 1000"),
        ({"stem": "Lu\ufffdt Công đoàn"}, "ký tự hỏng"),
    ],
)
def test_a_wrong_question_is_kept_out_and_the_others_stay(fields, words):
    reading = read(raw(1), raw(2, **fields), raw(3))
    assert [one.number for one in reading.drafts] == [1, 3]
    assert any(words in message for message in messages(reading)), messages(reading)
    assert {found.question for found in reading.problems} == {2}


@pytest.mark.parametrize(
    "fields",
    [
        {"options": EIGHT, "answer": "H"},
        {"options": {"A": "Một", "B": "Hai"}, "answer": "b"},
        {"options": {"A": "Một", "B": "Hai", "C": "", "D": " "}},
        {"options": {"A": "hòa", "B": "hóa"}},
        {"kind": "multiple", "answer": "A, B"},
        {"kind": "multiple", "options": EIGHT, "answer": "BCDEFGH"},
        {"code": "A" * 64},
        {"stem": "x" * 4000},
        {"valid_from": "2025-01-01", "valid_to": "2025-01-01"},
    ],
)
def test_a_question_at_the_border_is_accepted(fields):
    assert read(raw(**fields)).problems == ()


@pytest.mark.parametrize(
    ("answer", "letter"),
    [("B", "B"), ("b", "B"), (" B. ".strip(), "B"), ("c)", "C"), ("Đáp án D", "D"), ("AB", None)],
)
def test_an_answer_names_one_letter(answer, letter):
    assert letter_in(answer) == letter


@pytest.mark.parametrize(
    ("answer", "letters"),
    [
        ("A, C", "AC"),
        ("A,C", "AC"),
        ("A;C", "AC"),
        ("a ; c", "AC"),
        ("A C", "AC"),
        ("CA", "AC"),
        ("H, A, C", "ACH"),
        ("B", "B"),
        ("A, A", None),
        ("A,, C", None),
        ("A,", None),
        ("", None),
        ("A-C", None),  # from A to C, or A and C?
        ("A và C", None),
        ("1, 3", None),
        ("Đ, S", None),
        ("Đáp án A, C", None),
        ("ı", None),
    ],
)
def test_an_answer_names_several_letters(answer, letters):
    assert letters_in(answer) == letters


def test_a_long_answer_that_names_no_letters_is_read_at_once():
    assert letters_in("a " * 5000 + "!") is None


@pytest.mark.parametrize(
    ("answer", "right"), [("A, C", 0b0101), ("D;B", 0b1010), ("ABD", 0b1011), ("b c", 0b0110)]
)
def test_a_question_of_several_answers_keeps_all_that_are_right(answer, right):
    options = {letter: EIGHT[letter] for letter in "ABCD"}
    (one,) = read(raw(kind="multiple", options=options, answer=answer)).drafts
    assert (one.kind, one.right) == (Kind.MULTIPLE, right)


def test_a_problem_stands_at_the_place_of_its_field():
    reading = read(raw(7, answer="E", places={"answer": "dòng 99"}))
    assert [(found.where, found.question) for found in reading.problems] == [("dòng 99", 7)]


def test_the_second_question_with_a_code_is_kept_out():
    reading = read(raw(1, code="X"), raw(2), raw(3, code="X"))
    assert [one.number for one in reading.drafts] == [1, 2]
    assert messages(reading) == ["Trùng mã “X” với câu 1 (dòng 1). Hãy đổi một mã."]


def test_a_question_asked_twice_is_only_pointed_out():
    reading = read(raw(1), raw(2, stem="CÂU HỎI số 1?"))
    assert len(reading.drafts) == 2
    assert messages(reading, Severity.WARNING) == [
        "Nội dung giống hệt câu 1 (dòng 1). Hãy bỏ một câu."
    ]


def test_a_difficulty_nobody_knows_is_left_out_with_a_warning():
    reading = read(raw(difficulty="Mức 3"))
    assert reading.drafts[0].difficulty is None
    assert len(messages(reading, Severity.WARNING)) == 1


@pytest.mark.parametrize(("as_of", "count"), [(date(2026, 12, 31), 0), (date(2027, 1, 1), 1)])
def test_a_question_that_expired_before_the_day_of_the_file_is_pointed_out(as_of, count):
    reading = read(raw(valid_to="2026-12-31"), as_of=as_of)
    assert len(messages(reading, Severity.WARNING)) == count


def test_an_editor_decides_on_the_order_against_the_rule():
    options = {"A": "Một", "B": "Hai", "C": "Cả A và B"}
    assert read(raw(options=options)).drafts[0].fixed_order
    assert not read(raw(options=options, fixed_order="false")).drafts[0].fixed_order
    assert read(raw(fixed_order="true")).drafts[0].fixed_order


@pytest.mark.parametrize("positions", [[0], [7], [0, 2, 5]])
def test_a_mask_and_its_positions_are_one(positions):
    assert positions_of(mask_of(positions)) == positions


def test_the_digest_forgets_places_and_numbers_of_the_file():
    moved = [replace(one, where="Sheet, dòng 9", number=one.number + 5) for one in drafts(3)]
    assert digest_of(moved) == digest_of(drafts(3))


def test_the_digest_is_sha256_of_the_documented_json():
    """Versions on disk were published under it: a change here would orphan all of them."""
    one = draft(
        code="A-1",
        stem="Mấy cấp?",
        options=("3", "4"),
        right=1,
        topic=None,
        citations=({"text": "Điều 8", "law": "50/2024/QH15"},),
        valid_from=date(2025, 7, 1),
    )
    text = (
        '{"questions":[{"citations":[{"law":"50/2024/QH15","text":"Điều 8"}],"code":"A-1",'
        '"difficulty":null,"explanation":null,"fixed_order":false,"kind":"single",'
        '"options":["3","4"],"right":1,"stem":"Mấy cấp?","topic":null,'
        '"valid_from":"2025-07-01","valid_to":null}],"schema":"quizbank/1"}'
    )
    assert digest_of([one]) == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"code": "X"},
        {"stem": "Khác?"},
        {"options": ("1", "2", "3", "4")},
        {"right": 1},
        {"kind": Kind.MULTIPLE, "right": 0b0101},
        {"fixed_order": True},
        {"topic": None},
        {"difficulty": Difficulty.EASY},
        {"explanation": "Vì."},
        {"citations": ({"law": "1"},)},
        {"valid_from": date(2021, 1, 1)},
        {"valid_to": date(2021, 1, 1)},
    ],
)
def test_any_change_of_a_question_changes_the_digest_and_shows_in_a_diff(change):
    before, after = [draft(1), draft(2)], [draft(1), replace(draft(2), **change)]
    assert digest_of(before) != digest_of(after)
    found = compare(before, after)
    assert [one.code for one in found.changed] == [after[1].code]
    assert not found.added
    assert not found.removed


def test_the_order_of_questions_is_part_of_the_digest_and_of_a_diff():
    before = drafts(3)
    after = [before[1], before[0], before[2]]
    assert digest_of(before) != digest_of(after)
    found = compare(before, after)
    assert found.is_reordered
    assert found.changed == ()


def test_equal_versions_have_no_difference():
    found = compare(drafts(4), drafts(4))
    assert (found.added, found.removed, found.changed) == ((), (), ())
    assert not found.is_reordered


def test_a_diff_names_what_came_went_and_changed():
    before = drafts(4)
    after = [before[0], replace(before[2], explanation="Vì luật."), before[3], draft(9)]
    found = compare(before, after)
    assert [one.code for one in found.added] == ["CAU-009"]
    assert [one.code for one in found.removed] == ["CAU-002"]
    assert [(one.code, [change.field for change in one.changes]) for one in found.changed] == [
        ("CAU-003", ["explanation"])
    ]
    assert not found.is_reordered


def test_a_row_put_in_between_does_not_make_every_question_new():
    """Codes made from row numbers move; the stems stay."""
    before = drafts(3)
    moved = [replace(one, code=f"CAU-{one.number + 1:03d}") for one in before]
    new = replace(draft(9), code="CAU-001")
    found = compare(before, [new, *moved])
    assert [one.stem for one in found.added] == [new.stem]
    assert found.removed == ()
    assert {change.field for one in found.changed for change in one.changes} == {"code"}


def test_a_changed_option_and_key_are_named_by_letter():
    before = draft(1, options=("Một", "Hai ngày"), right=0b01)
    after = draft(1, options=("Một", "Ba ngày"), right=0b10)
    (changed,) = compare([before], [after]).changed
    assert [(change.field, change.marked) for change in changed.changes] == [
        ("option B", "[-Hai-] {+Ba+} ngày"),
        ("answer", "[-A. Một-] {+B. Ba ngày+}"),
    ]


def test_a_second_right_option_is_named_beside_the_first():
    before = draft(1, options=("Một", "Hai", "Ba"), right=0b001)
    after = replace(before, kind=Kind.MULTIPLE, right=0b101)
    (changed,) = compare([before], [after]).changed
    assert [(change.field, change.before, change.after) for change in changed.changes] == [
        ("kind", "single", "multiple"),
        ("answer", "A. Một", "A. Một; C. Ba"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("báo trước 30 ngày", "báo trước 45 ngày", "báo trước [-30-] {+45+} ngày"),
        ("", "mới", "{+mới+}"),
        ("cũ", "", "[-cũ-]"),
        ("như cũ", "như cũ", "như cũ"),
    ],
)
def test_changed_words_are_marked(before, after, shown):
    assert marked(before, after) == shown
