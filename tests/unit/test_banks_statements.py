"""Questions of several statements, each true or false: split where each is told, else named."""

import pytest

from quizapp.banks.reading import read_here
from quizapp.banks.rules import letters_of
from tests.making.documents import document, paragraph, run
from tests.making.workbooks import workbook

WORDS = ("Một ý.", "Hai ý.", "Ba ý.", "Bốn ý.")
ASKED = "Câu 7. Các phát biểu sau đúng hay sai?"
RIGHT = "ABBA"  # true, false, false, true
VERDICT = {"A": ("Đ", "Đúng", "đúng"), "B": ("S", "Sai", "sai")}


def statements(form="{l}) {t}", verdicts=RIGHT):
    return [
        form.format(l=letter, t=text, v=VERDICT[right][0], w=VERDICT[right][1])
        for letter, text, right in zip("abcd", WORDS, verdicts, strict=True)
    ]


def told(*parts):
    reading = read_here(document(*parts))
    assert reading.errors == ()
    return [
        (one.code, one.stem.splitlines()[-1].rstrip("."), letters_of(one.right))
        for one in reading.drafts
    ]


EXPECTED = [
    (f"CAU-007{letter}", text.rstrip("."), right)
    for letter, text, right in zip("abcd", WORDS, RIGHT, strict=True)
]


@pytest.mark.parametrize(
    "parts",
    [
        [*statements(), "Đáp án: a) Đúng; b) Sai; c) Sai; d) Đúng"],
        [*statements(), "Đáp án: a-Đ, b-S, c-S, d-Đ"],
        [*statements(), "Đáp án: Đ S S Đ"],
        [*statements(), "Đáp án: ĐSSĐ"],
        [*statements(), "Đáp án: Đúng - Sai - Sai - Đúng"],
        statements("{l}) {t} ({v})"),
        statements("{L}. {t} ({w})".replace("{L}", "{l}")),
        statements("{l}. {t}: {w}"),
        [*statements("{l}) {t} ({v})"), "Đáp án: a) Đúng; b) Sai; c) Sai; d) Đúng"],
    ],
)
def test_each_statement_becomes_a_question(parts):
    assert told(ASKED, *parts) == EXPECTED


@pytest.mark.parametrize("mark", ["underline", "bold", "red", "yellow"])
def test_the_marked_one_of_two_words_is_the_verdict(mark):
    parts = [
        paragraph(
            run(f"{letter}) {text}  "),
            run("Đúng", *([mark] if right == "A" else [])),
            run(" / "),
            run("Sai", *([mark] if right == "B" else [])),
        )
        for letter, text, right in zip("abcd", WORDS, RIGHT, strict=True)
    ]
    assert told(ASKED, *parts) == EXPECTED


def test_the_heading_may_ask_for_true_or_false():
    parts = ["PHẦN II: Câu trắc nghiệm đúng sai", "Câu 7. Xét:", *statements("{l}) {t} ({v})")]
    assert told(*parts) == EXPECTED


@pytest.mark.parametrize(
    "parts",
    [
        statements(),
        [*statements()[:3], paragraph(run("d) Bốn ý.", "underline"))],
        [*statements("{l}) {t} ({v})")[:3], "d) Bốn ý."],
        [*statements(), "Đáp án: a) Đúng; b) Sai; c) Sai"],
        [*statements(), "Đáp án: a) Đúng; b) Sai; c) Sai; e) Đúng"],
        [*statements("{l}) {t} ({v})"), "Đáp án: a) Sai; b) Sai; c) Sai; d) Đúng"],
        [*statements(), "Đáp án: a) Đúng; b) Sai; c) Sai; d) Đúng", "Đáp án: A"],
        [
            paragraph(run(f"{letter}) {text} "), run("Đúng"), run(" "), run("Sai"))
            for letter, text in zip("abcd", WORDS, strict=True)
        ],
    ],
)
def test_statements_that_are_not_all_told_are_a_problem(parts):
    reading = read_here(document(ASKED, *parts))
    assert reading.drafts == ()
    assert any("mỗi ý" in found.message for found in reading.errors)


def test_verdicts_in_a_key_are_never_the_letter_of_one_option():
    """It begins as "Đáp án: A" does."""
    reading = read_here(
        document("Câu 1. Xét:", "A. Một", "B. Hai", "C. Ba", "Đáp án: A) Sai; B) Đúng")
    )
    assert reading.drafts == ()


def test_an_ordinary_question_of_true_or_false_stays_one():
    parts = ["Câu 7. Phát biểu đúng hay sai?", "A. Đúng", paragraph(run("B. Sai", "underline"))]
    (one,) = read_here(document(*parts)).drafts
    assert (one.code, one.options, letters_of(one.right)) == ("CAU-007", ("Đúng", "Sai"), "B")


def test_statements_do_not_hide_the_marks_of_other_questions():
    parts = [ASKED, *statements("{l}) {t} ({v})")]
    for number, right in ((8, "B"), (9, "A")):
        parts.append(f"Câu {number}. Hỏi {number}?")
        parts += [
            paragraph(run(f"{letter}. {text}", *(["red"] if letter == right else [])))
            for letter, text in zip("ABC", WORDS, strict=False)
        ]
    reading = read_here(document(*parts))
    assert reading.errors == ()
    assert [letters_of(one.right) for one in reading.drafts] == [*RIGHT, "B", "A"]


HEADINGS = ["Câu hỏi", "Độ khó", "A", "B", "C", "D", "Đáp án đúng", "Giải thích"]


def split_row(options=WORDS, key="a) Đúng; b) Sai; c) Sai; d) Đúng", stem="Đúng hay sai?"):
    row = [stem, "Dễ", *options, key, "Vì thế."]
    whole = ["Mấy cấp?", "Dễ", "Hai", "Ba", "Bốn", "Năm", "B", ""]
    return read_here(workbook(HEADINGS, row, whole))


@pytest.mark.parametrize(
    "key", ["a) Đúng; b) Sai; c) Sai; d) Đúng", "a-Đ, b-S, c-S, d-Đ", "Đ S S Đ"]
)
def test_a_row_of_statements_becomes_a_question_each(key):
    reading = split_row(key=key)

    assert reading.errors == ()
    assert [letters_of(one.right) for one in reading.drafts] == [*RIGHT, "B"]
    assert [one.stem for one in reading.drafts][1] == "Đúng hay sai?\nHai ý."
    assert {one.difficulty for one in reading.drafts} == {"easy"}
    assert reading.drafts[0].explanation == "Vì thế."


def test_statements_of_a_row_may_carry_their_own_verdicts_and_are_named_where_one_does_not():
    told_each = [f"{text} ({VERDICT[right][1]})" for text, right in zip(WORDS, RIGHT, strict=True)]
    reading = split_row(told_each, "")
    assert [letters_of(one.right) for one in reading.drafts] == [*RIGHT, "B"]

    partly = split_row([told_each[0], *WORDS[1:]], "")
    assert [one.stem for one in partly.drafts] == ["Mấy cấp?"]
    assert "không rõ từng ý" in partly.errors[0].message
    contrary = split_row(told_each, "a) Sai; b) Sai; c) Sai; d) Đúng")
    assert [one.stem for one in contrary.drafts] == ["Mấy cấp?"]


def test_a_row_with_the_letter_of_one_option_stays_one_question():
    reading = split_row(key="C", stem="Nói “Đúng hay sai” là nói gì?")

    assert [letters_of(one.right) for one in reading.drafts] == ["C", "B"]


@pytest.mark.parametrize(
    "text",
    [
        "Đúng hay sai?\nA. Một ý.\nB. Hai ý.\nC. Ba ý.\nD. Bốn ý.\nANSWER: a) Đ; b) S; c) S; d) Đ",
        "Đúng hay sai? {=Một ý. -> Đúng =Hai ý. -> Sai =Ba ý. -> S =Bốn ý. -> TRUE}\n",
    ],
)
def test_statements_in_aiken_and_as_pairs_of_gift_become_a_question_each(text):
    reading = read_here(text.encode())

    assert reading.errors == ()
    assert [letters_of(one.right) for one in reading.drafts] == [*RIGHT]
    assert [one.stem.splitlines()[-1] for one in reading.drafts] == [*WORDS]


def test_pairs_of_gift_that_match_other_words_are_another_kind():
    reading = read_here(b"::a:: Gh\xc3\xa9p {=A -> Mot =B -> Sai}\n\n2+2? {=4 ~5}\n")

    assert len(reading.drafts) == 1
    assert "ghép đôi" in reading.errors[0].message
