"""A made-up crowd takes a whole contest through the services; the recount agrees with all of it."""

from datetime import timedelta

import pytest

from quizapp.contests.rules.schedule import Window
from quizapp.db import db
from quizapp.demo import simulation
from quizapp.demo.crowd import End, Stage, crowd
from quizapp.results.service import verify_contest
from tests.making import contests, people, units
from tests.making.boards import count_waiting
from tests.making.contests import NOON

DAY = timedelta(days=1)
WEEKS = (
    Window(opens_at=NOON, closes_at=NOON + 5 * DAY),
    Window(opens_at=NOON + 7 * DAY, closes_at=NOON + 12 * DAY),
)


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    units.made_units(
        *(
            units.unit_row(f"P_{n}", name=f"Liên đoàn Lao động tỉnh {name}")
            for n, name in enumerate(("An Giang", "Cà Mau", "Lào Cai", "Phú Thọ"))
        )
    )
    return contests.contest(windows=WEEKS)


def simulated(contest, number, *, seed):
    """Run the whole simulation as the command does; return what has happened."""
    run, steps = simulation.simulate(contest, number, seed=seed)
    assert list(steps)[-1] == number
    simulation.match_free_texts(contest, at=contest.ends_at)
    # Others may be using the server: what is newer than their transactions waits for them.
    while any(simulation.count_results(at=contest.ends_at)) or count_waiting():
        pass
    simulation.write_boards(contest, at=contest.ends_at)
    return run.happened


def boards(client):
    names = ("people", "provinces")
    return [client.get(f"/c/tim-hieu/boards/{name}.json").get_json()["rows"] for name in names]


def test_the_recount_agrees_with_a_simulated_contest(contest, client):
    happened = simulated(contest, 60, seed=4)

    found = verify_contest("tim-hieu")
    db.session.rollback()
    assert found.problems == []
    assert found.attempts == sum(happened[end] for end in End) - happened["void attempts"]
    assert happened["joined"] == 60
    assert happened["submit"] > 60
    assert happened["NoAttemptLeft"] > 0
    people_rows, provinces = boards(client)
    assert len(people_rows) == found.people
    assert len(provinces) == 4


def test_the_same_seed_gives_the_same_boards_and_another_seed_others(contest, client, database):
    simulated(contest, 25, seed=4)
    first = boards(client)
    for seed, is_same in ((4, True), (5, False)):
        database.empty()
        people.national_unit()
        units.made_units(
            *(
                units.unit_row(f"P_{n}", name=f"Liên đoàn Lao động tỉnh {name}")
                for n, name in enumerate(("An Giang", "Cà Mau", "Lào Cai", "Phú Thọ"))
            )
        )
        simulated(contests.contest(windows=WEEKS), 25, seed=seed)
        assert (boards(client) == first) is is_same


def test_a_crowd_holds_everything_that_happens_in_a_contest():
    """Late and expired papers, too many tries, free words, people and attempts to be void."""
    rounds = [(1, NOON, NOON + 5 * DAY), (2, NOON + 7 * DAY, NOON + 12 * DAY)]
    stage = Stage(rounds=rounds, attempts_max=2, minutes=20, units=["Tỉnh A", "Tỉnh B"])
    visitors = list(crowd(3_000, stage, seed=1))
    visits = [visit for visitor in visitors for visit in visitor.visits]

    assert {visit.end for visit in visits} == set(End)
    assert {visit.saves for visit in visits} == {0, 1, 2}
    assert any(visitor.is_void for visitor in visitors)
    assert any(visitor.has_void_attempt for visitor in visitors)
    typed = sum(visitor.unit is None for visitor in visitors)
    assert 0.05 < typed / len(visitors) < 0.12
    assert max(len(visitor.visits) for visitor in visitors) > 4
    assert len({visitor.phone for visitor in visitors}) == len(visitors)
    assert all(visitor.visits[0].at > visitor.joins_at for visitor in visitors)
    assert 0.6 < sum(visit.right for visit in visits) / len(visits) < 0.85


def test_made_up_people_are_never_mixed_with_real_ones(contest, run):
    people.person(contest.id)

    outcome = run("demo", "simulate", "--slug", "tim-hieu", "--people", "5")

    assert outcome.exit_code == 1
    assert "đã có người dự thi" in outcome.output
