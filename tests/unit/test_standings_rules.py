from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.standings import rules
from quizapp.standings.rules import Result, Share, Total

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
UNION = ("score desc", "prediction_error asc", "duration asc", "submitted_at asc")


def result(**fields):
    values = {
        "points_milli": 20_000,
        "all_right": True,
        "duration_ms": 300_000,
        "started_at": NOON,
        "submitted_at": NOON + timedelta(minutes=5),
        "prediction": None,
    }
    return Result(**values | fields)


def key(one, ranking=UNION, **fields):
    return rules.rank_key(ranking, one, **{"resolution_ms": 1000} | fields)


def test_more_points_then_less_time_then_earlier_comes_first():
    ordered = [
        result(),
        result(submitted_at=NOON + timedelta(minutes=6)),
        result(duration_ms=301_000),
        result(points_milli=19_750),
        result(points_milli=-500),
    ]

    assert sorted(map(key, ordered)) == [key(one) for one in ordered]


def test_time_is_compared_in_whole_steps_of_the_rule():
    assert key(result(duration_ms=300_000)) == key(result(duration_ms=300_999))
    assert key(result(duration_ms=300_000)) < key(result(duration_ms=301_000))
    fine = {"resolution_ms": 1}
    assert key(result(duration_ms=300_000), **fine) < key(result(duration_ms=300_001), **fine)


def test_before_the_close_the_prediction_changes_no_byte_of_the_key():
    assert key(result(prediction=1)) == key(result(prediction=99_999)) == key(result())


def test_after_the_close_the_nearer_prediction_wins_and_none_comes_last():
    near, far, none = (result(prediction=p) for p in (105, 90, None))

    assert key(near, truth=100) < key(far, truth=100) < key(none, truth=100)


def test_which_attempt_counts_never_depends_on_the_prediction():
    one = rules.count_key("best", result(prediction=5), resolution_ms=1000)

    assert one == rules.count_key("best", result(prediction=None), resolution_ms=1000)


@pytest.mark.parametrize(
    ("counts", "winner"), [("best", 1), ("best_then_earliest", 0), ("first", 2), ("last", 3)]
)
def test_the_rules_say_which_attempt_counts(counts, winner):
    attempts = [
        result(duration_ms=400_000, submitted_at=NOON + timedelta(minutes=10)),
        result(duration_ms=200_000, submitted_at=NOON + timedelta(minutes=20)),
        result(points_milli=1000, submitted_at=NOON + timedelta(minutes=1)),
        result(points_milli=2000, submitted_at=NOON + timedelta(minutes=30)),
    ]
    keys = [rules.count_key(counts, one, resolution_ms=1000) for one in attempts]

    assert keys.index(min(keys)) == winner


def test_a_value_that_does_not_fit_is_refused_and_not_cut():
    with pytest.raises(rules.DoesNotFit):
        key(result(duration_ms=1 << 50))


results = st.builds(
    result,
    points_milli=st.integers(-50, 50).map(lambda n: n * 250),
    duration_ms=st.integers(0, 4000),
    submitted_at=st.integers(0, 5000).map(lambda ms: NOON + timedelta(milliseconds=ms)),
    prediction=st.none() | st.integers(0, 20),
)


@given(st.lists(results, max_size=12), st.permutations(UNION), st.none() | st.integers(0, 20))
def test_keys_order_people_as_comparing_the_values_does(people, ranking, truth):
    def values(one):
        error = (1 << 39) if one.prediction is None else abs(one.prediction - (truth or 0))
        every = {
            "score desc": -one.points_milli,
            "prediction_error asc": error if truth is not None else 0,
            "duration asc": one.duration_ms // 1000,
            "submitted_at asc": one.submitted_at,
        }
        return tuple(every[name] for name in ranking)

    def byte_key(one):
        return key(one, ranking, truth=truth)

    for one in people:
        for other in people:
            assert (values(one) < values(other)) == (byte_key(one) < byte_key(other))


@pytest.mark.parametrize(
    ("keys", "ranks"),
    [([], []), ([1], [1]), ([1, 1, 2], [1, 1, 3]), ([1, 2, 2, 2, 5], [1, 2, 2, 2, 5])],
)
def test_equal_keys_share_a_rank_and_the_next_skips(keys, ranks):
    assert rules.competition_ranks(keys) == ranks


def test_a_total_adds_rounds_in_any_order():
    rows = [
        Total(
            attempt_id=n,
            attempts=n,
            points_milli=n * 1000,
            all_right=int(n != 2),
            duration_ms=n,
            submitted_at=NOON + timedelta(days=n),
        )
        for n in (1, 2, 3)
    ]

    totals = {rules.total_of(order) for order in permutations(rows)}

    assert totals == {
        Total(
            attempt_id=3,
            attempts=6,
            points_milli=6000,
            all_right=0,
            duration_ms=6,
            submitted_at=NOON + timedelta(days=3),
        )
    }


def share(unit_id=5, attempts=1):
    return Share(unit_id=unit_id, attempts=attempts, points_milli=1000, all_right=0)


def line(unit_id):
    return {5: (1, 5), 6: (1, 6)}[unit_id]


def test_a_new_person_counts_in_the_unit_and_everything_above():
    changed = rules.changes([(None, share())], line)

    assert {unit: count.people for unit, count in changed.items()} == {1: 1, 5: 1}


def test_moving_a_person_leaves_what_is_above_both_units_alone():
    changed = rules.changes([(share(5), share(6))], line)

    assert {unit: count.people for unit, count in changed.items()} == {5: -1, 6: 1}


def test_a_second_attempt_is_an_attempt_and_not_a_person():
    changed = rules.changes([(share(attempts=1), share(attempts=2))], line)

    assert {(c.people, c.attempts) for c in changed.values()} == {(0, 1)}
