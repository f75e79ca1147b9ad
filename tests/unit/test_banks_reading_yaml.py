"""The canonical YAML: what is read, and where each problem is said to be."""

import unicodedata
from datetime import date

import pytest

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import LARGEST, read_bank
from quizapp.banks.rules import Kind, Severity
from quizapp.config import ROOT

SEED = ROOT / "question_banks" / "seed_ldcd_atvsld_2026.yaml"
HEAD = "schema: quizbank/1\nbank:\n  title: Thử\nquestions:\n"
QUESTION = """\
  - id: X-{n}
    stem: "Câu {n}?"
    options:
      A: Một
      B: Hai
    answer: B
"""


def bank(*questions):
    return (HEAD + "".join(questions)).encode()


def question(n=1, **lines):
    """Return a question with lines replaced or added, by their names."""
    text = QUESTION.format(n=n)
    for name, line in lines.items():
        kept = [old for old in text.splitlines() if f" {name}:" not in old.replace("- ", "  ")]
        text = "\n".join([*kept, *([f"    {line}"] if line else [])]) + "\n"
    return text


def problems(content):
    return [(found.where, found.question, found.message) for found in read_bank(content).problems]


def refusal(content):
    with pytest.raises(CannotRead) as caught:
        read_bank(content)
    return str(caught.value)


def test_the_seed_bank_has_sixty_questions_and_no_problem():
    reading = read_bank(SEED.read_bytes())
    assert reading.format == "yaml"
    assert reading.title.startswith("Ngân hàng câu hỏi mẫu")
    assert (len(reading.drafts), reading.problems) == (60, ())
    first = reading.drafts[0]
    assert (first.code, first.options[1], first.right) == ("BLLD-001", "Đủ 15 tuổi", 0b0010)
    assert first.citations[0]["text"] == "khoản 1 Điều 3 Bộ luật Lao động năm 2019"
    assert first.citations[0]["article"] == "3"
    assert "point" not in first.citations[0]
    (expiring,) = (one for one in reading.drafts if one.valid_to)
    assert (expiring.code, expiring.valid_to) == ("BLLD-031", date(2026, 12, 31))
    assert not any(one.fixed_order for one in reading.drafts)


def test_texts_stay_as_typed_whatever_yaml_would_make_of_them():
    options = "{A: 05, B: no, C: 1e3, D: 2021-01-01, E: 0x1F}"
    text = HEAD + "  - {id: X, stem: 1_000, answer: B, options: " + options + "}\n"
    (one,) = read_bank(text.encode()).drafts
    assert one.options == ("05", "no", "1e3", "2021-01-01", "0x1F")
    assert one.stem == "1_000"


def test_a_quoted_null_is_a_word_and_a_bare_one_is_nothing():
    first = question(1, topic='topic: "null"')
    second = question(2, topic="topic: null")
    assert [one.topic for one in read_bank(bank(first, second)).drafts] == ["null", None]


THREE = "options: {A: Một, B: Hai, C: Ba}"


@pytest.mark.parametrize(
    "answer", ['"A, C"', "A, C", "AC", "[A, C]", "[C, A]", "\n    - A\n    - C"]
)
def test_several_right_options_are_letters_or_a_list_of_them(answer):
    text = f"  - id: X\n    type: multiple\n    stem: Câu?\n    {THREE}\n    answer: {answer}\n"
    (one,) = read_bank((HEAD + text).encode()).drafts
    assert (one.kind, one.right) == (Kind.MULTIPLE, 0b101)


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("multiple", "[]", "Thiếu đáp án đúng"),
        ("multiple", "[A, ~]", "ví dụ “A, C”"),
        ("multiple", "[A, [C]]", "không phải danh sách"),
        ("multiple", "[A, A]", "ví dụ “A, C”"),
        ("multiple", "{A: true}", "không phải nhóm trường"),
        ("single", "[A, C]", "đúng một chữ cái"),
        ("single", "A, C", "đúng một chữ cái"),
    ],
)
def test_an_answer_that_could_mean_something_else_is_named_with_its_line(kind, answer, words):
    text = f"  - id: X\n    type: {kind}\n    stem: Câu?\n    {THREE}\n    answer: {answer}\n"
    reading = read_bank((HEAD + text).encode())
    assert reading.drafts == ()
    assert any(found.where == "dòng 9" and words in found.message for found in reading.errors), (
        reading.errors
    )


def test_decomposed_text_is_composed():
    content = bank(question(topic="topic: Hợp đồng"))
    decomposed = unicodedata.normalize("NFD", content.decode()).encode()
    assert content != decomposed
    assert read_bank(decomposed).drafts == read_bank(content).drafts


def test_a_byte_order_mark_and_windows_line_ends_change_nothing():
    content = bank(question(1), question(2))
    windows = b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")
    assert read_bank(windows).drafts == read_bank(content).drafts


def test_several_citations_are_a_list():
    lines = "citation:\n      - {law: 1/2020/QH14, article: 3}\n      - {text: Điều 4}"
    (one,) = read_bank(bank(question(citation=lines))).drafts
    assert one.citations == ({"law": "1/2020/QH14", "article": "3"}, {"text": "Điều 4"})


# A question begins on line 5 of `bank`: id 5, stem 6, options 7, A 8, B 9, answer 10.
@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (question(answer="answer: E"), "dòng 10", "“E” không có"),
        (question(answer=None), "dòng 5", "Thiếu đáp án"),
        (question(stem='stem: ""'), "dòng 10", "Thiếu nội dung"),
        (question(stem="stem: [a, b]"), "dòng 10", "không phải danh sách"),
        (question(anwser="anwser: B"), "dòng 11", "có phải “answer”?"),
        (question(type="type: essay"), "dòng 11", "“essay”"),
        (question(topic="topic: {a: b}"), "dòng 11", "không phải nhóm trường"),
        (question(valid_to="valid_to: 31/12/2026"), "dòng 11", "2026-12-31"),
        (question(citation="citation: Điều 3"), "dòng 11", "phải gồm law"),
        (question(citation="citation: {lwa: x, text: y}"), "dòng 11", "có phải “law”?"),
        (question().replace("B: Hai", "B: Một"), "dòng 9", "giống nhau"),
        (question().replace("B: Hai", "A: Hai"), "dòng 9", "có hai lần"),
        (question().replace("B: Hai", "AB: Hai"), "dòng 9", "không phải chữ cái"),
        (question().replace("B: Hai", "D: Hai"), "dòng 7", "phương án B"),
        (question().replace("      B: Hai\n", ""), "dòng 7", "Chỉ có 1 phương án"),
        (question() + "    answer: A\n", "dòng 11", "“answer” có hai lần"),
        (question(topic="topic: *chung"), "dòng 11", "bí danh “*chung”"),
        (question(topic="topic: !!python/name:os.system x"), "dòng 11", "thẻ"),
        ("  - chỉ là chữ\n", "dòng 5", "phải là một câu hỏi"),
        ("  - [1, 2]\n", "dòng 5", "phải là một câu hỏi"),
        ("  - *chung\n", "dòng 5", "bí danh"),
        ("  -\n", "dòng 5", "phải là một câu hỏi"),
    ],
)
def test_a_wrong_question_is_named_by_its_line_and_the_next_one_is_accepted(text, where, words):
    reading = read_bank(bank(text, question(2)))
    assert [one.code for one in reading.drafts] == ["X-2"]
    found = [(one.where, one.question) for one in reading.problems if words in one.message]
    assert found == [(where, 1)], reading.problems
    assert reading.errors


def test_the_second_of_two_equal_ids_is_named_with_the_first():
    content = bank(question(1), question(2), question(1))
    assert problems(content)[0] == (
        "dòng 17",
        3,
        "Trùng mã “X-1” với câu 1 (dòng 5). Hãy đổi một mã.",
    )
    assert len(read_bank(content).drafts) == 2


def test_unknown_names_outside_the_questions_are_pointed_out_only():
    content = bank(question()).replace(b"  title:", b"  titel:") + b"author: ai\n"
    reading = read_bank(content)
    assert [(one.severity, one.where) for one in reading.problems] == [
        (Severity.WARNING, "dòng 11"),
        (Severity.WARNING, "dòng 3"),
    ]
    assert len(reading.drafts) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bank(question(1), "   - lệch: [\n", question(2)), "dòng 11"),
        (bank(question(1), "  - id: a: b\n"), "dòng 11"),
        (bank(question(1), "\t- id: a\n"), "dòng 11"),
        (bank(question(1), '  - id: "chưa đóng\n'), "dòng 11"),
        (bank(question(1), "  - id: a\x01b\n"), "dòng 11"),
        (bank(question(1)) + b"---\nschema: quizbank/1\n", "đúng một tài liệu"),
        (HEAD.replace("/1", "/2").encode() + question(1).encode(), "quizbank/1"),
        (b"a: b\n", "quizbank/1"),
        ("Câu 1. Không phải YAML".encode(), "quizbank/1"),
        (b"schema: quizbank/1\n", "thiếu phần “questions”"),
        (b"schema: quizbank/1\nquestions: none\n", "dòng 2"),
        (b"schema: quizbank/1\nquestions: []\n", "dòng 2"),
        (b"schema: quizbank/1\nquestions: " + b"[" * 30 + b"]" * 30, "lồng quá sâu"),
        (b"- " * 100_000, "lồng quá sâu"),
        (b"", "tệp trống"),
        (b" \n", "tệp trống"),
        ("schema: quizbank/1".encode("utf-16"), "không rõ định dạng"),
        ("chữ".encode("cp1258", "replace") + b"\xff", "không rõ định dạng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 500, "lưu lại thành .xlsx"),
        (b"x" * (LARGEST + 1), "lớn hơn 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_or_why(content, words):
    assert words in refusal(content)
