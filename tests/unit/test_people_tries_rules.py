"""How tries are slowed down: nobody is locked out, nobody guesses fast."""

from datetime import UTC, datetime, timedelta

import pytest

from quizapp.people.rules.tries import (
    after_failure_of_person,
    after_failure_of_source,
    delay_after,
    no_tries,
    wait_before_try,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def failed(times, *, count=after_failure_of_person, now=NOW):
    tries = no_tries(now)
    for _ in range(times):
        tries = count(tries, now=now)
    return tries


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (5, 0), (6, 1), (7, 2), (8, 4), (15, 512), (16, 900), (17, 900), (10_000, 900)],
)
def test_the_delay_doubles_after_five_free_failures_up_to_a_quarter_of_an_hour(failures, seconds):
    assert delay_after(failures) == timedelta(seconds=seconds)


def test_a_try_is_heard_exactly_when_the_delay_is_over():
    tries = failed(8)
    assert wait_before_try(tries, now=NOW) == 4
    assert wait_before_try(tries, now=NOW + 3 * SECOND) == 1
    assert wait_before_try(tries, now=NOW + 4 * SECOND - timedelta(microseconds=1)) == 1
    assert wait_before_try(tries, now=NOW + 4 * SECOND) == 0


def test_who_never_failed_never_waits():
    assert wait_before_try(None, now=NOW) == 0
    assert wait_before_try(failed(5), now=NOW) == 0


@pytest.mark.parametrize(
    ("times", "count"), [(0, None), (5, after_failure_of_person), (199, after_failure_of_source)]
)
def test_who_asked_a_moment_before_a_failure_that_delays_nobody_is_heard(times, count):
    """Its clock was read first and its password hashed meanwhile: the other's count was first."""
    assert wait_before_try(failed(times, count=count), now=NOW - 2 * SECOND) == 0
    delayed = failed(6)
    assert wait_before_try(delayed, now=NOW - 2 * SECOND) == 3


def test_failures_are_forgotten_after_a_quiet_day_and_not_before():
    tries = failed(9)
    almost = NOW + timedelta(days=1) - timedelta(microseconds=1)
    assert after_failure_of_person(tries, now=almost).failures == 10
    assert after_failure_of_person(tries, now=NOW + timedelta(days=1)).failures == 1


def test_an_address_is_closed_by_its_two_hundredth_failure_until_the_window_ends():
    count = after_failure_of_source
    assert wait_before_try(failed(199, count=count), now=NOW) == 0
    full = failed(200, count=count)
    assert wait_before_try(full, now=NOW) == 300
    assert wait_before_try(full, now=NOW + timedelta(seconds=299)) == 1
    assert wait_before_try(full, now=NOW + timedelta(minutes=5)) == 0


def test_an_address_begins_a_new_window_five_minutes_after_the_first_failure():
    tries = failed(150, count=after_failure_of_source)
    before = after_failure_of_source(tries, now=NOW + timedelta(minutes=5) - SECOND)
    after = after_failure_of_source(tries, now=NOW + timedelta(minutes=5))
    assert (before.failures, after.failures) == (151, 1)
    assert after.counted_since == NOW + timedelta(minutes=5)
