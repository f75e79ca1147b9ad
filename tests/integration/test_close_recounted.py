"""What a close counted and what it rests on, checked by the independent recount."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp.attempts.service import Why
from quizapp.db import db, transaction
from quizapp.results import service
from quizapp.results.service import bulk
from tests.making import attempts, contests, people
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

OVER = ROUND.closes_at + timedelta(minutes=1)


def entered(contest, n):
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")


def closed():
    db.session.rollback()
    return service.close_round("tim-hieu", 1, Why(actor="system", reason="hết vòng"))


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


@pytest.fixture
def contest(in_app, freeze):
    """A round that is over: of four people three have everything right."""
    freeze(NOON)
    made = contests.contest()
    for n, right in enumerate([20, 20, 20, 12], start=1):
        attempts.finished(made, entered(made, n), right=right, prediction=n)
    rolled_up()
    freeze(OVER)


@pytest.mark.parametrize(("target", "truth"), [("unique_participants", 5), ("attempts", 6)])
def test_the_truth_is_of_what_the_rules_let_people_predict(in_app, freeze, run, target, truth):
    freeze(NOON)
    made = contests.contest(prediction={"target": target, "scope": "round"})
    persons = [entered(made, n) for n in range(1, 6)]
    for person in persons:
        attempts.finished(made, person, prediction=3)
    attempts.finished(made, persons[0], right=10, prediction=3, at=NOON + timedelta(hours=1))
    rolled_up()
    freeze(OVER)

    assert closed().truth == truth
    assert agrees(run) is True


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE round_close SET truth = truth + 1", "round 1: truth is 4, recounted 3"),
        ("UPDATE round_close SET whole_truth = 99", "whole contest: truth is 99, recounted None"),
        ("UPDATE round_close SET whole_digest = 'x'", "whole contest: digest is x"),
        (f"UPDATE bank_version SET digest = '{64 * '0'}'", "its questions have another digest"),
    ],
)
def test_verify_names_what_was_changed_after_the_close(contest, run, statement, named):
    closed()
    assert agrees(run) is True
    changed_past_the_guard(statement)

    assert named in agrees(run)


def changed_past_the_guard(statement):
    """Change what the database keeps from being changed, as somebody with its password could."""
    guarded = "bank_version" in statement
    db.session.rollback()
    with transaction():
        if guarded and bulk.is_postgresql():
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
        elif guarded:
            db.session.execute(text("DROP TRIGGER bank_version_no_update"))
        db.session.execute(text(statement))
