from datetime import date
from types import SimpleNamespace

import pytest

from quizapp.contests.rules.in_force import Ruling, askable, is_in_force, out_of_force, read_rulings

FIRST, LAST = date(2026, 12, 28), date(2027, 1, 3)


def question(code="A", starts=None, ends=None):
    return SimpleNamespace(code=code, valid_from=starts, valid_to=ends)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (None, None, True),
        (FIRST, LAST, True),
        (date(2026, 12, 29), None, False),
        (None, date(2027, 1, 2), False),
        (date(2027, 2, 1), None, False),
        (None, date(2026, 12, 1), False),
    ],
)
def test_a_question_is_in_force_when_it_is_on_the_first_and_the_last_day(starts, ends, expected):
    assert is_in_force(question(starts=starts, ends=ends), FIRST, LAST) is expected


def test_only_what_is_ruled_to_be_asked_is_asked_out_of_force():
    questions = [question(code, ends=FIRST) for code in "ABC"] + [question("D")]
    rulings = {
        "A": Ruling(is_asked=True, reason="vẫn đúng"),
        "B": Ruling(is_asked=False, reason="bỏ"),
    }

    assert [one.code for one in askable(questions, FIRST, LAST, rulings)] == ["A", "D"]
    assert [one.code for one in out_of_force(questions, FIRST, LAST)] == ["A", "B", "C"]


def test_rulings_are_read_as_they_were_stored():
    ruling = Ruling(is_asked=True, reason="vẫn đúng")

    assert read_rulings({"A": ruling.stored()}) == {"A": ruling}
