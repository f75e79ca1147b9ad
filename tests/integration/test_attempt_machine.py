"""Attempts against a model, in any order of events; `python -m tests.machine` walks further."""

from collections import Counter

import pytest

from quizapp.attempts.models import Attempt
from quizapp.db import db
from tests.machine import walking
from tests.machine.compare import Difference
from tests.machine.doors import DOORS
from tests.machine.outcomes import missing
from tests.machine.plants import PLANTS, late_save_is_taken, limit_is_checked_before_the_insert
from tests.machine.stage import on_stage
from tests.machine.walking import fails, shortened, walk

STEPS = 60
# Of the first sixty: each outcome comes about in three of them, or two, whichever of two
# requests at once is first.
SEEDS = {"services": (20, 21, 23, 54, 6, 1, 50, 15, 24, 8, 3), "http": (20, 50, 18, 51)}


@pytest.fixture(scope="module")
def stage(database):
    database.empty()
    with on_stage(database) as stage:
        yield stage
    database.empty()


@pytest.fixture
def constraint(stage):
    """Put the constraint back that a planted mistake takes away."""
    yield
    stage.reset()
    with stage.app.app_context():
        index = next(one for one in Attempt.__table__.indexes if one.name.endswith("one_running"))
        index.create(db.engine, checkfirst=True)


def leave_out(monkeypatch, *names):
    rules = {name: rule for name, rule in walking.RULES.items() if name not in names}
    monkeypatch.setattr(walking, "RULES", rules)


def walked(stage, door):
    """Take all walks through the door; return how often each outcome came about."""
    outcomes = Counter()
    for seed in SEEDS[door]:
        walk(stage, DOORS[door](stage), seed=seed, steps=STEPS, outcomes=outcomes)
    return outcomes


def test_attempts_do_what_the_model_says_in_any_order_of_events(stage):
    outcomes = sum((walked(stage, door) for door in DOORS), Counter())

    assert missing(outcomes) == []


@pytest.mark.only("sqlite")
def test_an_outcome_that_no_walk_came_to_is_named(stage, monkeypatch):
    leave_out(monkeypatch, "restart")

    assert "restarted" in missing(walked(stage, "services"))


@pytest.mark.only("sqlite")  # what finds them is the same everywhere
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(stage, monkeypatch, plant):
    plant(monkeypatch, stage.app)

    with pytest.raises(Difference):
        walked(stage, "services")


def test_a_limit_that_is_checked_before_the_insert_is_found(stage, monkeypatch, constraint):
    limit_is_checked_before_the_insert(monkeypatch, stage.app)

    with pytest.raises(Difference):
        walked(stage, "http")


@pytest.mark.only("sqlite")
def test_of_a_walk_that_failed_only_the_steps_that_matter_are_shown(stage, monkeypatch):
    leave_out(monkeypatch, "start_at_once", "send_at_once")  # they come out differently each time
    late_save_is_taken(monkeypatch, stage.app)
    with pytest.raises(Difference) as found:
        walked(stage, "services")

    steps = shortened(stage, DOORS["services"](stage), found.value.steps)

    assert len(steps) < len(found.value.steps)
    assert [one.name for one in steps[:1]] == ["open"]
    assert fails(stage, DOORS["services"](stage), steps)
