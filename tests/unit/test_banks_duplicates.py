from quizapp.banks.rules import Raw
from quizapp.banks.rules.duplicates import asked_in_file, asked_in_version, find_twins, merged
from tests.making.banks import draft

STEM = "Thời hạn hòa giải là bao nhiêu ngày?"


def raw(number, stem=STEM, options=("3 ngày", "5 ngày", "7 ngày"), answer="B", **fields):
    letters = dict(zip("ABC", options, strict=True))
    return Raw(
        number=number, where=f"dòng {number}", stem=stem, options=letters, answer=answer, **fields
    )


def twins(*raws, published=()):
    return find_twins(map(asked_in_file, raws), map(asked_in_version, published))


def test_marks_punctuation_case_and_order_of_options_make_no_other_question():
    (found,) = twins(
        raw(1),
        raw(
            2, stem="thoi han HOÀ GIẢI, là bao nhiêu ngày", options=("7 ngày.", "3 ngày", "5 ngày")
        ),
    )

    assert (found.first, found.second, found.is_whole) == (1, 2, True)
    assert found.has_other_key  # B is 5 days in one, 3 in the other


def test_the_same_right_option_under_another_letter_is_the_same_key():
    (found,) = twins(raw(1), raw(2, options=("5 ngày", "3 ngày", "7 ngày"), answer="A"))

    assert not found.has_other_key


def test_the_same_stem_over_other_options_is_another_question():
    assert twins(raw(1), raw(2, options=("Có", "Không", "Tùy"))) == []
    (near,) = twins(raw(1), raw(2, options=("3 ngày", "5 ngày", "9 ngày")))
    assert not near.is_whole


def test_a_published_question_comes_first():
    same = draft(1, stem=STEM, options=("3 ngày", "5 ngày", "7 ngày"), right=2, code="DA-CO")

    (found,) = twins(raw(1), published=[same])

    assert (found.first, found.second, found.has_other_key) == ("DA-CO", 1, False)


def test_each_of_three_is_told_of_the_first():
    assert [(one.first, one.second) for one in twins(raw(1), raw(2), raw(3))] == [(1, 2), (1, 3)]


def test_merging_fills_what_is_missing_and_overwrites_nothing():
    both = merged(raw(1, topic="Hòa giải"), raw(2, topic="Khác", explanation="Điều 188"))

    assert (both.number, both.topic, both.explanation) == (1, "Hòa giải", "Điều 188")
