from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.contests.rules.keys import KEYS, OF_CONTEST, OF_ROUND, Extent, too_wide
from quizapp.results.rules import Terms, Worth, whole
from quizapp.standings import rules
from quizapp.standings.rules import Cut, Result, Share, Total

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


def key(one, ranking=UNION, *, truth=None, resolution_ms=1000):
    """Return the key before the close, or, with the truth, after it."""
    provisional = rules.rank_key(ranking, one, resolution_ms=resolution_ms)
    if truth is None:
        return provisional
    cut = Cut.of(ranking)
    error = rules.prediction_error(one.prediction, truth)
    return cut.filled(provisional, [error for _, name in cut.places])


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
    all_right=st.booleans(),
    duration_ms=st.integers(0, 4000),
    started_at=st.integers(0, 5000).map(lambda ms: NOON + timedelta(milliseconds=ms)),
    submitted_at=st.integers(0, 5000).map(lambda ms: NOON + timedelta(milliseconds=ms)),
    prediction=st.none() | st.integers(0, 20),
    perfect=st.integers(0, 3),
)
rankings = st.lists(st.sampled_from(OF_ROUND), min_size=1, unique=True).map(
    lambda names: sorted(names, key=lambda name: name == "manual")
)
FARTHEST = 1 << 50


def brute_force(one, ranking, *, truth, resolution_ms=1000):
    """Return the values that order people, plain and smaller is better."""
    late = truth is not None
    is_near = late and one.prediction is not None
    every = {
        "score desc": -one.points_milli,
        "prediction_error asc": abs(one.prediction - truth) if is_near else FARTHEST,
        "duration asc": one.duration_ms // resolution_ms,
        "submitted_at asc": one.submitted_at,
        "started_at asc": one.started_at,
        "login_at asc": one.started_at,
        "perfect_sittings desc": -one.perfect,
        "manual": FARTHEST if one.prediction is None else one.prediction,
    }
    return tuple(every[name] for name in ranking if late or not KEYS[name].is_late)


def final_key(one, ranking, *, truth):
    provisional = rules.rank_key(ranking, one, resolution_ms=1000)
    if truth is None:
        return provisional
    late = {
        "prediction_error asc": rules.prediction_error(one.prediction, truth),
        "manual": one.prediction,
    }
    cut = Cut.of(ranking)
    return cut.filled(provisional, [late[name] for _, name in cut.places])


@given(st.lists(results, max_size=12), rankings, st.none() | st.integers(0, 20))
def test_keys_rank_people_as_comparing_the_values_does(people, ranking, truth):
    ordered = sorted(people, key=lambda one: final_key(one, ranking, truth=truth))
    ranks = rules.competition_ranks([final_key(one, ranking, truth=truth) for one in ordered])

    for one, rank in zip(ordered, ranks, strict=True):
        mine = brute_force(one, ranking, truth=truth)
        better = sum(brute_force(other, ranking, truth=truth) < mine for other in people)
        assert rank == better + 1


@given(results, rankings)
def test_every_key_of_a_ranking_has_the_same_width_for_everybody(one, ranking):
    early = [KEYS[name].width for name in ranking if not KEYS[name].is_late]

    assert len(final_key(one, ranking, truth=None)) == sum(early)
    assert len(final_key(one, ranking, truth=7)) == sum(KEYS[name].width for name in ranking)


@given(results, rankings)
def test_the_parts_of_a_key_put_together_are_the_key(one, ranking):
    provisional = final_key(one, ranking, truth=None)

    assert b"".join(Cut.of(ranking).pieces(provisional)) == provisional


@given(results, rankings)
def test_a_final_key_without_what_the_close_knew_is_the_key_before_it(one, ranking):
    final = final_key(one, ranking, truth=7)

    assert Cut.of(ranking).emptied(final) == final_key(one, ranking, truth=None)


@given(st.lists(results, min_size=1, max_size=5), st.sampled_from(sorted(rules.COUNT_KEYS)))
def test_what_counts_does_not_depend_on_the_order_of_arrival(attempts, counts):
    def worth(order):
        _, counted = rules.weighed(counts, order, resolution_ms=1000)
        own = rules.count_key(counts, counted, resolution_ms=1000)
        return own, counted.perfect, counted.points_milli if counts == "mean" else None

    assert len({worth(order) for order in permutations(attempts[:4])}) == 1


def test_a_mean_is_of_points_and_time_rounded_down_and_of_nothing_else():
    attempts = [
        result(points_milli=10_000, duration_ms=100, submitted_at=NOON),
        result(points_milli=9000, duration_ms=101, submitted_at=NOON + timedelta(minutes=2)),
        result(points_milli=9000, duration_ms=101, all_right=False),
    ]

    index, mean = rules.weighed("mean", attempts, resolution_ms=1000)

    assert (index, mean.points_milli, mean.duration_ms) == (2, 9333, 100)
    assert (mean.all_right, mean.perfect) == (False, 2)
    assert mean.submitted_at == attempts[2].submitted_at


def test_perfect_attempts_count_though_another_attempt_is_the_one_that_counts():
    attempts = [result(duration_ms=1000), result(duration_ms=2000), result(all_right=False)]

    index, counted = rules.weighed("first", attempts, resolution_ms=1000)

    assert (index, counted.perfect) == (0, 2)


EXTENT = {
    "questions": 200,
    "points_each_milli": (1000, 0, 0),
    "minutes": 300,
    "resolution_ms": 1,
    "attempts_max": 65_535,
}


@pytest.mark.parametrize(
    ("extent", "refused"),
    [
        ({}, []),
        ({"points_each_milli": (45_812_000, 0, 0)}, []),
        ({"points_each_milli": (45_813_000, 0, 0)}, ["score desc", "total desc"]),
        ({"points_each_milli": (0, -45_813_000, 0)}, ["score desc", "total desc"]),
        ({"minutes": 100_000}, ["duration asc"]),
        ({"attempts_max": 65_536}, ["perfect_sittings desc"]),
    ],
)
def test_rules_whose_values_may_not_fit_a_key_are_told(extent, refused):
    names = sorted({*OF_ROUND, *OF_CONTEST})

    assert sorted(too_wide(names, Extent(**EXTENT | extent))) == refused


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
            perfect=n,
            points_milli=n * 1000,
            all_right=int(n != 2),
            passed=int(n != 3),
            duration_ms=n,
            started_at=NOON - timedelta(days=n),
            submitted_at=NOON + timedelta(days=n),
        )
        for n in (1, 2, 3)
    ]

    totals = {rules.total_of(order) for order in permutations(rows)}

    assert totals == {
        Total(
            attempt_id=3,
            attempts=6,
            perfect=6,
            points_milli=6000,
            all_right=0,
            passed=0,
            duration_ms=6,
            started_at=NOON - timedelta(days=3),
            submitted_at=NOON + timedelta(days=3),
        )
    }


rounds = st.lists(
    st.builds(
        Total,
        attempt_id=st.integers(1, 1 << 40),
        attempts=st.integers(1, 3),
        perfect=st.integers(0, 2),
        points_milli=st.integers(-2, 4).map(lambda n: n * 500),
        all_right=st.integers(0, 1),
        passed=st.integers(0, 1),
        duration_ms=st.integers(0, 4000),
        started_at=st.integers(0, 9).map(lambda n: NOON + timedelta(seconds=n)),
        submitted_at=st.integers(0, 9).map(lambda n: NOON + timedelta(seconds=n)),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.attempt_id,
)


@given(rounds, st.integers(1, 6))
def test_the_best_rounds_are_those_that_no_other_choice_beats(every, best_of):
    total = rules.total_of(every, best_of=best_of, resolution_ms=1000)

    def worth(one):
        return -one.points_milli, one.duration_ms // 1000, one.submitted_at, one.attempt_id

    chosen = min(
        combinations(sorted(every, key=worth), min(best_of, len(every))),
        key=lambda some: [worth(one) for one in some],
    )
    assert total == replace(rules.total_of(chosen), attempts=sum(one.attempts for one in every))
    points = [sum(p) for p in combinations([one.points_milli for one in every], len(chosen))]
    assert total.points_milli == max(points)


@given(rounds, st.none() | st.integers(1, 6))
def test_the_recount_chooses_the_same_rounds(every, best_of):
    total = rules.total_of(every, best_of=best_of, resolution_ms=1000)
    terms = Terms(
        right_milli=1,
        wrong_milli=0,
        blank_milli=0,
        pass_milli=None,
        counts="best",
        ranking=(),
        whole_ranking=(),
        whole_rounds=best_of,
        resolution_ms=1000,
    )
    names = Total.__slots__
    by_round = [
        {7: Worth(person_id=7, unit_id=1, prediction=None, **{n: getattr(one, n) for n in names})}
        for one in every
    ]

    found = whole(by_round, terms)[7]

    assert {name: getattr(found, name) for name in names} == {
        name: getattr(total, name) for name in names
    }


def share(unit_id=5, attempts=1):
    return Share(unit_id=unit_id, attempts=attempts, points_milli=1000, all_right=0, passed=0)


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
