"""Submits that are under way at the same time: none waits for another, none is lost."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from quizapp.db import db, transaction
from quizapp.results.service import verify_contest
from quizapp.standings.models import ResultEvent, RollupMark, UnitCount
from quizapp.standings.service.rollup import roll_up
from tests.integration.harness import WRITING, watch_writes
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def papers(in_app, freeze):
    """Three people of one unit with a running paper each: (person, public id, right letters)."""
    freeze(NOON)
    contest = contests.contest()
    unit = units.made_units(units.unit_row("P_HUE"))["P_HUE"]
    return [paper(contest, n, unit) for n in range(3)]


def paper(contest, n, unit):
    person = people.person(
        contest.id,
        phone=f"0912{n:06d}",
        source=f"198.51.100.{n}",
        unit_id=unit.id,
        unit_text=None,
    )
    public_id = attempts.started(contest, person)
    return person, public_id, attempts.right_letters(public_id)


@contextmanager
def submit_under_way(app, paper):
    """Submit in a session of its own, which commits when the block ends."""
    person, public_id, letters = paper
    with app.app_context(), transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET LOCAL lock_timeout = '1s'"))  # else it would wait for ever
        sheet = attempts.Sheet(answers=letters)
        phone = attempts.phone_of(person)
        attempts.service.submit_attempt(public_id, phone, sheet, at=LATER)
        yield


def of_unit():
    """Return how many people of the province have been counted."""
    found = db.session.scalar(select(func.max(UnitCount.people)).where(UnitCount.round_number == 1))
    db.session.rollback()
    return found or 0


@pytest.mark.only("postgresql")  # SQLite's writers take turns
def test_results_that_commit_in_another_order_than_they_began_are_all_counted(papers, in_app):
    first, second, third = papers
    with submit_under_way(in_app, first):
        with submit_under_way(in_app, second):
            pass
        with in_app.app_context():
            with transaction():
                before = roll_up(at=LATER).events
            ids = db.session.scalars(select(ResultEvent.id)).all()
            assert len(ids) == 1
            db.session.rollback()
            with transaction():
                assert db.session.scalar(select(RollupMark.event_id)) < min(ids)
    assert before == 0  # the second waits for the first, which began before it
    with submit_under_way(in_app, third):
        pass
    rolled_up()

    assert of_unit() == 3
    assert verify_contest("tim-hieu").problems == []


@pytest.mark.only("postgresql")
def test_submits_of_one_unit_wait_for_nothing_of_each_other(papers, in_app):
    first, second, third = papers
    with (
        submit_under_way(in_app, first),
        submit_under_way(in_app, second),
        submit_under_way(in_app, third),
    ):
        pass
    rolled_up()

    assert of_unit() == 3


def test_a_submit_writes_rows_of_its_own_person_only(papers, in_app):
    db.session.rollback()
    with watch_writes(in_app) as watch, submit_under_way(in_app, papers[0]):
        pass

    written = [one for one in watch.statements if WRITING.search(one)]
    tables = [re.search(r"(?:INSERT INTO|UPDATE) (\w+)", one).group(1) for one in written]
    # By a trigger of the attempt table also a result event: a new row, of nobody else.
    assert tables == ["attempt", "standing"]
    assert all("person_id" in one or "attempt.id =" in one for one in written)
