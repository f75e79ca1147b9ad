import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.contests.rules.hiding import Hidden, hidden_by, rank_span, tier

RANKS = st.integers(1, 10**7)


@pytest.mark.parametrize(
    ("target", "counts", "ranks"),
    [
        (None, False, False),
        ("unique_all_correct", False, True),
        ("unique_participants", True, True),
        ("attempts", True, True),
        ("percent_all_correct", True, True),
    ],
)
def test_what_each_target_keeps_back(target, counts, ranks):
    hidden = hidden_by(target)
    assert (Hidden.COUNTS in hidden, Hidden.RANKS in hidden) == (counts, ranks)


@pytest.mark.parametrize(
    ("rank", "span"),
    [
        (1, (1, 1)),
        (99, (99, 99)),
        (100, (100, 100)),
        (101, (100, 109)),
        (109, (100, 109)),
        (110, (110, 119)),
        (1234, (1200, 1299)),
        (99_999, (99_000, 99_999)),
        (100_000, (100_000, 109_999)),
    ],
)
def test_a_rank_is_exact_to_100_and_known_to_two_digits_beyond(rank, span):
    assert rank_span(rank) == span


@pytest.mark.parametrize(
    ("rank", "span"),
    [
        (1, (1, 5)),
        (5, (1, 5)),
        (6, (6, 10)),
        (10, (6, 10)),
        (11, (11, 20)),
        (20, (11, 20)),
        (21, (21, 50)),
        (51, (51, 100)),
        (100, (51, 100)),
        (101, (101, 200)),
        (1000, (501, 1000)),
    ],
)
def test_the_tiers_of_units(rank, span):
    assert tier(rank) == span


@given(RANKS)
def test_a_span_holds_its_rank_and_all_ranks_of_a_span_have_the_same(rank):
    for spans in (tier, rank_span):
        first, last = spans(rank)
        assert first <= rank <= last
        if spans is tier or first > 100:
            assert spans(first) == spans(last) == (first, last)


@given(st.integers(101, 10**7))
def test_a_span_says_no_more_than_two_digits(rank):
    first, last = rank_span(rank)
    assert str(first)[:2] == str(last)[:2]
    assert set(str(first)[2:]) == {"0"}
    assert set(str(last)[2:]) == {"9"}
