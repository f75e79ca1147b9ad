from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from quizapp.attempts import rules
from quizapp.attempts.rules import Asked, DrawRules, Key, Marking

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MARKING = Marking(right_milli=1000, wrong_milli=0, blank_milli=0)


@dataclass(frozen=True)
class Question:
    number: int
    topic: str = "A"
    options: tuple = ("một", "hai", "ba", "bốn")
    fixed_order: bool = False


def drawn(pool, *, questions=3, quota=None, person=b"p", number=1, **given):
    draw_rules = DrawRules(
        questions=questions,
        quota=quota or {},
        shuffle_questions=given.get("shuffle_questions", True),
        shuffle_options=given.get("shuffle_options", True),
    )
    return rules.draw(pool, draw_rules, secret=b"s" * 32, person=person, number=number)


POOL = [Question(number) for number in range(1, 11)]


def test_the_published_vector_of_draw_version_1_still_holds():
    paper = drawn(POOL)

    # Computed once by a program of its own from the description in the module's docstring.
    assert rules.encode_paper(paper).hex() == "01000204010003020003040200010300040401000302"


def test_the_same_facts_draw_the_same_paper_and_others_another():
    assert drawn(POOL) == drawn(POOL)
    assert drawn(POOL) != drawn(POOL, number=2)
    assert drawn(POOL) != drawn(POOL, person=b"q")


def test_no_question_is_asked_twice():
    for number in range(1, 200):
        asked = [one.number for one in drawn(POOL, questions=10, number=number)]
        assert sorted(asked) == list(range(1, 11))


def test_a_quota_gives_each_topic_its_number_of_questions():
    pool = [Question(n, topic="A" if n < 6 else "B") for n in range(1, 11)]

    paper = drawn(pool, questions=3, quota={"A": 1, "B": 2})

    assert Counter("A" if one.number < 6 else "B" for one in paper) == {"A": 1, "B": 2}


def test_every_question_and_position_is_drawn_about_equally_often():
    seen, places = Counter(), Counter()
    for number in range(1, 6001):
        for one in drawn(POOL, number=number):
            seen[one.number] += 1
            places[one.order.index(0)] += 1

    # 18,000 draws; a fair draw strays from the mean by more than 8 % once in millions of runs.
    assert all(abs(count - 1800) < 150 for count in seen.values()), seen
    assert all(abs(count - 4500) < 250 for count in places.values()), places


def test_options_that_refer_to_each_other_keep_their_order():
    pool = [Question(1, fixed_order=True)]

    assert {drawn(pool, questions=1, number=n)[0].order for n in range(1, 50)} == {(0, 1, 2, 3)}


def test_nothing_is_shuffled_when_the_rules_say_so():
    paper = drawn(POOL, questions=10, shuffle_questions=False, shuffle_options=False)

    assert [one.number for one in paper] == list(range(1, 11))
    assert {one.order for one in paper} == {(0, 1, 2, 3)}


def test_papers_and_answers_come_back_from_their_bytes():
    paper = drawn(POOL, questions=10)

    assert rules.decode_paper(rules.encode_paper(paper)) == paper
    assert rules.decode_answers(rules.encode_answers([0, 1, 8])) == (0, 1, 8)


@pytest.mark.parametrize(
    ("marks", "right_count", "points"),
    [
        ((2, 1), 2, 2000),
        ((2, 2), 1, 750),
        ((0, 1), 1, 1100),
        ((0, 0), 0, 200),
        ((6, 1), 1, 750),  # two options ticked are not the right one
        ((3, 1), 1, 750),
    ],
)
def test_answers_are_marked_exactly(marks, right_count, points):
    paper = [Asked(number=7, order=(0, 1)), Asked(number=9, order=(1, 0))]
    keys = {7: Key(right=2), 9: Key(right=1)}
    marking = Marking(right_milli=1000, wrong_milli=-250, blank_milli=100)

    score = rules.score(paper, keys, marks, marking)

    assert (score.right_count, score.points_milli, score.asked) == (right_count, points, 2)


@pytest.mark.parametrize(
    ("chosen", "right_count", "points"),
    [
        (0b1010, 1, 300),
        (0b0010, 0, -125),  # one of the two
        (0b1011, 0, -125),  # one too many
        (0b1001, 0, -125),
        (0b0101, 0, -125),
        (0b1111, 0, -125),
        (0, 0, 1),
    ],
)
def test_of_several_right_options_all_and_no_other_must_be_chosen(chosen, right_count, points):
    marking = Marking(right_milli=300, wrong_milli=-125, blank_milli=1)

    score = rules.score(
        [Asked(number=7, order=(3, 1, 0, 2))], {7: Key(right=0b1010)}, [chosen], marking
    )

    assert (score.right_count, score.points_milli) == (right_count, points)
    assert score.all_right is (right_count == 1)


SINGLE, SEVERAL = Asked(number=7, order=(2, 0, 1)), Asked(number=9, order=(3, 0, 2, 1))


@pytest.mark.parametrize(
    ("asked", "letters", "mask"),
    [
        (SINGLE, "A", 0b100),
        (SINGLE, "C", 0b010),
        (SINGLE, "", 0),
        (SEVERAL, "A", 0b1000),
        (SEVERAL, "BD", 0b0011),
        (SEVERAL, "ABC", 0b1101),
        (SEVERAL, "ABCD", 0b1111),
        (SEVERAL, "", 0),
    ],
)
def test_letters_shown_are_kept_as_the_canonical_options_behind_them(asked, letters, mask):
    assert rules.as_canonical({1: letters}, [asked], several={9}) == {1: mask}
    assert rules.as_shown([mask], [asked]) == ({1: letters} if letters else {})


def test_nothing_told_is_a_blank():
    assert rules.as_canonical({1: None, 2: None}, [SINGLE, SEVERAL], several={9}) == {1: 0, 2: 0}


def test_every_choice_comes_back_as_it_was_shown():
    for mask in range(1, 16):
        letters = rules.as_shown([mask], [SEVERAL])
        assert rules.as_canonical(letters, [SEVERAL], several={9}) == {1: mask}


@pytest.mark.parametrize(
    "shown",
    [
        {0: "A"},
        {3: "A"},
        {1: "D"},
        {1: "a"},
        {1: "AB"},
        {1: "AA"},
        {1: " "},
        {2: "E"},
        {2: "AE"},
        {2: "DB"},
        {2: "BB"},
        {2: "B,D"},
        {2: "bd"},
        {2: "ABCDD"},
    ],
)
def test_a_letter_or_question_that_is_not_there_is_refused(shown):
    with pytest.raises(ValueError, match="câu"):
        rules.as_canonical(shown, [SINGLE, SEVERAL], several={9})


def test_a_late_starter_gets_what_is_left_of_the_round():
    closes = NOON + timedelta(minutes=5)
    limit = timedelta(minutes=20)

    assert rules.deadline(started_at=NOON, time_limit=limit, closes_at=closes) == closes
    early = NOON - timedelta(hours=1)
    assert rules.deadline(started_at=early, time_limit=limit, closes_at=closes) == early + limit


@pytest.mark.parametrize(("ms", "is_over"), [(14_999, False), (15_000, False), (15_001, True)])
def test_the_grace_ends_on_its_last_millisecond(ms, is_over):
    now = NOON + timedelta(milliseconds=ms)

    assert rules.is_over(deadline_at=NOON, grace=timedelta(seconds=15), now=now) is is_over


def test_the_grace_is_not_time_that_the_paper_took():
    deadline = NOON + timedelta(minutes=20)
    late = deadline + timedelta(seconds=9)

    taken = rules.duration_ms(started_at=NOON, deadline_at=deadline, received_at=late)

    assert taken == 20 * 60 * 1000


def test_a_receipt_changes_with_every_fact_and_has_no_letters_that_look_alike():
    one = rules.receipt(b"k", b"id", b"answers")

    assert one == rules.receipt(b"k", b"id", b"answers")
    assert one != rules.receipt(b"k", b"id", b"answers!")
    assert not set(one) & set("ILOU")
