"""Many requests at once, in threads with real transactions: the constraints hold."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from quizapp.attempts.errors import PersonNotValid
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import corrections
from quizapp.attempts.service.time import Why
from quizapp.db import db, transaction
from quizapp.errors import Refusal
from quizapp.people.models import Person
from quizapp.standings.models import ResultEvent, Standing
from tests.integration.test_journey import joined, token_in
from tests.making import attempts, contests, people
from tests.making.contests import NOON

AT_ONCE = 12
WHY = Why(actor="system", reason="trùng người")


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def at_once(app, *steps):
    """Run the steps in threads that begin together; return their results or what they raised."""
    barrier, outcomes = threading.Barrier(len(steps)), [None] * len(steps)

    def walk(index, step):
        with app.app_context():
            barrier.wait()
            try:
                outcomes[index] = step()
            except Refusal as refusal:
                outcomes[index] = type(refusal).__name__

    threads = [threading.Thread(target=walk, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_starting_at_once_gives_one_paper(contest, app):
    person = people.person(contest.id)
    db.session.rollback()

    outcomes = at_once(app, *[lambda: attempts.started(contest, person)] * AT_ONCE)

    assert len(set(outcomes)) == 1, outcomes
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_starting_and_finishing_at_once_never_gives_one_attempt_too_many(contest, app):
    person = people.person(contest.id)
    db.session.rollback()

    outcomes = at_once(app, *[lambda: attempts.finished(contest, person)] * AT_ONCE)

    assert None not in outcomes, outcomes
    numbers = db.session.scalars(select(Attempt.number).order_by(Attempt.number)).all()
    assert numbers in ([1], [1, 2])


def test_handing_in_at_once_gives_one_result(contest, app):
    person = people.person(contest.id)
    public_id = attempts.started(contest, person)
    right, wrong = attempts.right_letters(public_id), attempts.wrong_letters(public_id)
    db.session.rollback()
    at = NOON + timedelta(minutes=1)

    def hand_in(answers):
        return lambda: attempts.submitted(public_id, person, answers, at=at)

    at_once(app, *[hand_in(right), hand_in(wrong)] * (AT_ONCE // 2))

    row = attempts.attempt_row(public_id)
    assert row.right_count in {0, 20}
    assert db.session.scalar(select(Standing.points_milli)) == row.points_milli
    assert db.session.scalar(select(func.count()).select_from(ResultEvent)) == 1


def test_saves_at_once_keep_the_newest(contest, app):
    person = people.person(contest.id)
    public_id = attempts.started(contest, person)
    db.session.rollback()

    def save(op):
        return lambda: attempts.saved(public_id, person, {op: "B"}, op=op).saved

    outcomes = at_once(app, *[save(op) for op in range(1, AT_ONCE + 1)])

    row = attempts.attempt_row(public_id)
    taken = outcomes.count("done")
    assert row.last_op == AT_ONCE
    assert sum(1 for mark in row.answers[1:] if mark) == taken


def test_a_start_that_meets_its_persons_removal_leaves_no_paper(contest, app, client):
    joined(client)
    token, answers = token_in(client.get("/c/tim-hieu/rounds/1")), []
    person_id = db.session.scalar(select(Person.id))
    db.session.rollback()

    def start():
        path = "/c/tim-hieu/rounds/1/attempts"
        answers.append(client.post(path, data={"csrf_token": token}).status_code)

    meeting = threading.Thread(target=start)
    with transaction():
        corrections.void_person(person_id, WHY, at=NOON)
        meeting.start()
        waits_for_us(meeting)
    meeting.join()

    assert answers == [PersonNotValid.status]
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 0


def waits_for_us(thread):
    """Return when PostgreSQL holds the thread's statement up; SQLite's queue does so by itself."""
    if db.engine.dialect.name == "sqlite":
        return
    waiting = text(
        "SELECT 1 FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with db.engine.connect() as connection:
        while thread.is_alive() and connection.execute(waiting).first() is None:
            connection.rollback()
