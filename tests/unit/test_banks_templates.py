"""The files that people begin a bank with are read as they were meant."""

from datetime import date

import pytest

from quizapp.banks.reading import read_here
from quizapp.banks.rules import Difficulty
from quizapp.banks.rules.counting import count
from quizapp.banks.rules.differences import Verb, compare, pieces, without_keys
from quizapp.banks.writing.templates import EXAMPLES, TEMPLATES
from tests.making.banks import draft, several


@pytest.mark.parametrize("form", sorted(TEMPLATES))
def test_a_template_is_read_without_any_problem(form):
    found = read_here(TEMPLATES[form]())

    assert found.format == form
    assert found.problems == ()
    assert [(one.stem, one.options, one.right, one.topic) for one in found.drafts] == [
        (one.stem, one.options, one.right, one.topic) for one in EXAMPLES
    ]
    first = found.drafts[0]
    assert first.explanation == EXAMPLES[0].explanation
    assert [dict(one) for one in first.citations] == [dict(one) for one in EXAMPLES[0].citations]


def test_what_differs_is_told_word_by_word():
    found = pieces("đóng hai phần trăm quỹ lương", "đóng 2 phần trăm tổng quỹ lương")

    assert [(one.verb, one.words) for one in found] == [
        (Verb.STAYS, "đóng"),
        (Verb.GOES, "hai"),
        (Verb.COMES, "2"),
        (Verb.STAYS, "phần trăm"),
        (Verb.COMES, "tổng"),
        (Verb.STAYS, "quỹ lương"),
    ]


def test_without_keys_nothing_tells_which_option_is_right():
    before = [draft(1), draft(2)]
    after = [draft(1, right=1), draft(2, right=1, stem="Khác?")]

    found = without_keys(compare(before, after))

    assert [(one.code, [change.field for change in one.changes]) for one in found.changed] == [
        ("CAU-002", ["stem"])
    ]


def test_a_bank_whose_longest_option_is_right_too_often_is_told():
    long = [draft(n, options=("a", "bb", "cc", "d" * 9), right=8) for n in range(1, 11)]
    even = [draft(n, options=("aa", "bb", "cc", "d" * 9), right=1) for n in range(1, 11)]

    assert (count(long).longest_right, count(long).leans_on_length) == (10, True)
    assert (count(even).longest_right, count(even).leans_on_length) == (0, False)
    assert not count(long[:9]).leans_on_length  # too few to say
    assert count(long).uncited == 10


def test_topics_difficulties_and_key_letters_are_counted_with_those_not_told():
    told = count(
        [
            draft(1, right=1, topic="Hòa giải", difficulty=Difficulty.HARD),
            draft(2, right=1, topic="Hòa giải", citations=({"text": "Điều 188"},)),
            draft(3, right=4, topic=None, valid_to=date(2026, 12, 31)),
            several(4, right=0b101),
        ]
    )

    assert told.topics == [("Hòa giải", 2), (None, 1), ("Hợp đồng lao động", 1)]
    assert told.difficulties == [(Difficulty.HARD, 1), (None, 3)]
    assert told.letters == [("A", 2), ("A, C", 1), ("C", 1)]
    assert (told.uncited, told.undated, told.comparable) == (3, 3, 3)
