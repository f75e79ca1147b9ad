"""Guessing PINs: slower for one phone, limited for one address, never a wall for the others."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp.db import db, transaction
from quizapp.errors import Refusal
from quizapp.people import service
from quizapp.people.errors import PhoneTaken, TooManyTries, WrongPin
from tests.making.people import JOINED_AT, PHONE, PIN, SOURCE, contest_without_rounds, entry, person

WRONG = "739150"
STRANGER = "0987 650 431"


@pytest.fixture
def contest_id(in_app):
    return contest_without_rounds()


def attempt(contest_id, *, phone=PHONE, pin=WRONG, source=SOURCE, after=0.0):
    """Try once, `after` seconds from joining, and keep what a view would keep."""
    at = JOINED_AT + timedelta(seconds=after)
    with transaction() as turn:
        try:
            return service.return_by_pin(contest_id, phone=phone, pin=pin, source=source, at=at)
        except Refusal as refusal:
            if not refusal.is_recorded:
                turn.undo()
            return refusal


def fail(contest_id, times, **how):
    for _ in range(times):
        assert isinstance(attempt(contest_id, **how), WrongPin)


def fail_with_strangers(contest_id, times, **how):
    """Fail from one address with a new phone each time."""
    for number in range(times):
        fail(contest_id, 1, phone=f"0987{number:06d}", **how)


@pytest.mark.parametrize("phone", [PHONE, STRANGER])
def test_the_delay_grows_alike_for_known_and_unknown_phones(contest_id, phone):
    person(contest_id)
    fail(contest_id, 6, phone=phone)
    refusal = attempt(contest_id, phone=phone, after=0.9)
    assert isinstance(refusal, TooManyTries)
    assert refusal.facts == {"wait": 1}
    fail(contest_id, 1, phone=phone, after=1)
    assert attempt(contest_id, phone=phone, after=1).facts == {"wait": 2}


def test_while_the_delay_runs_the_right_pin_is_not_looked_at_and_nothing_is_counted(contest_id):
    card = person(contest_id)
    fail(contest_id, 6)
    for _ in range(20):
        assert isinstance(attempt(contest_id, pin=PIN), TooManyTries)
    assert attempt(contest_id, pin=PIN, after=1) == card


def test_a_right_pin_starts_the_count_afresh(contest_id):
    person(contest_id)
    fail(contest_id, 5)
    attempt(contest_id, pin=PIN)
    fail(contest_id, 6)
    assert isinstance(attempt(contest_id), TooManyTries)


def test_guessing_through_the_join_form_counts_as_well(contest_id):
    person(contest_id)
    for _ in range(6):
        with transaction(), pytest.raises(PhoneTaken):
            service.enter_contest(contest_id, entry(pin=WRONG), source=SOURCE, at=JOINED_AT)
    assert isinstance(attempt(contest_id, pin=PIN), TooManyTries)


def test_failures_on_one_phone_slow_no_other_phone(contest_id):
    person(contest_id)
    card = person(contest_id, phone=STRANGER)
    fail(contest_id, 6)
    assert attempt(contest_id, phone=STRANGER, pin=PIN) == card


def test_an_address_is_closed_after_two_hundred_failures_and_opens_again(contest_id):
    card = person(contest_id)
    fail_with_strangers(contest_id, 199)
    assert attempt(contest_id, pin=PIN) == card
    fail_with_strangers(contest_id, 1)
    assert attempt(contest_id, pin=PIN, after=1).facts == {"wait": 299}
    assert attempt(contest_id, pin=PIN, after=1, source="203.0.113.8") == card
    assert attempt(contest_id, pin=PIN, after=300) == card


def test_a_closed_address_still_lets_new_people_join(contest_id):
    fail_with_strangers(contest_id, 200)
    assert person(contest_id).name == "Nguyễn Văn An"


def test_a_thousand_returns_behind_one_address_are_normal(contest_id):
    card = person(contest_id)
    for _ in range(250):
        assert attempt(contest_id, pin=PIN) == card


def test_parallel_guesses_get_no_more_tries_than_one_after_another(app, contest_id):
    person(contest_id)
    start, outcomes = threading.Barrier(12), []

    def guess():
        with app.app_context():
            start.wait()
            outcomes.append(type(attempt(contest_id)))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(WrongPin) == 6
    assert outcomes.count(TooManyTries) == 6


def test_counts_are_thrown_away_after_a_quiet_day(contest_id):
    fail(contest_id, 1)
    fail(contest_id, 1, phone=STRANGER, source="203.0.113.8", after=60)
    with transaction():
        assert service.forget_old_failures(at=JOINED_AT + timedelta(days=1)) == 2
    assert db.session.scalar(text("SELECT count(*) FROM throttle")) == 2
