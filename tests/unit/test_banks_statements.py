"""Questions of several statements, each true or false: split where each is told, else named."""

import pytest

from quizapp.banks.reading import read_here
from quizapp.banks.rules import letters_of
from tests.making.documents import document, paragraph, run

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
