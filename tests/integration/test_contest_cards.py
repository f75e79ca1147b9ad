"""What a process keeps of contests is never older than the database."""

import pytest
from sqlalchemy import text, update

from quizapp.contests.models import Contest, Round
from quizapp.contests.service import find_contest
from quizapp.db import db, transaction
from tests.integration.harness import watch_writes
from tests.making import contests

CHANGES = {
    "contest": lambda: update(Contest).values(title="Tên mới"),
    "round": lambda: update(Round).values(title="Tuần 1"),
    "generation": lambda: update(Contest).values(generation=Contest.generation + 1),
    "pause": lambda: update(Round).values(paused_at=Round.opens_at),
}


@pytest.fixture
def kept(in_app):
    """A contest that this process has read."""
    contests.contest()
    db.session.remove()
    return read()


def read():
    card = find_contest("tim-hieu")
    db.session.remove()
    return card


def test_a_contest_that_did_not_change_costs_one_statement(in_app, kept):
    with watch_writes(in_app) as watch:
        assert read() is kept

    assert len(watch.statements) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen_at_once(kept, change):
    with transaction():
        db.session.execute(CHANGES[change]())

    assert read() != kept


def test_a_change_by_hand_is_seen_too(kept):
    with transaction():
        db.session.execute(text("UPDATE round SET title = 'Chung kết'"))

    assert read().rounds[0].title == "Chung kết"


def test_what_was_undone_is_not_kept(kept):
    with transaction() as turn:
        db.session.execute(update(Contest).values(title="Không bao giờ"))
        assert find_contest("tim-hieu").title == "Không bao giờ"
        turn.undo()
    with transaction():
        db.session.execute(update(Contest).values(title="Thật"))

    assert read().title == "Thật"


def test_one_change_counts_once(kept):
    before = db.session.scalar(text("SELECT revision FROM contest"))
    db.session.remove()
    with transaction():
        db.session.execute(update(Contest).values(title="Tên mới"))

    assert db.session.scalar(text("SELECT revision FROM contest")) == before + 1
