"""Several rounds together: all added up, each person's best ones, or each round on its own."""

import random
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import select, text, update

from quizapp.attempts.service import Why
from quizapp.contests.rules.schedule import Window
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.results import service
from quizapp.standings.models import Standing
from tests.making import attempts, contests, people
from tests.making.boards import rolled_up
from tests.making.contests import NOON

WHY = Why(actor="system", reason="hết vòng")
DAY = timedelta(days=1)
WINDOWS = [Window(opens_at=NOON + n * DAY, closes_at=NOON + (n + 1) * DAY) for n in range(3)]
OVER = WINDOWS[-1].closes_at + timedelta(seconds=16)
LATE = ["score desc", "prediction_error asc", "duration asc"]
BEST_TWO = {"mode": "best_of", "rounds": 2}


@pytest.fixture
def played(in_app, freeze):
    """Return a maker of three rounds that are over.

    What each person did in each: (right, minutes, prediction), or None.
    """

    def make(*given, whole, **over):
        freeze(NOON)
        made = contests.contest(windows=WINDOWS, whole_contest=whole, **{"ranking": LATE} | over)
        ids = []
        for n, rounds in enumerate(given, start=1):
            person = people.person(made.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")
            ids.append(person.id)
            for number, one in enumerate(rounds, start=1):
                if one is not None:
                    right, minutes, prediction = one
                    attempts.finished(
                        made,
                        person,
                        right=right,
                        minutes=minutes,
                        prediction=prediction,
                        number=number,
                        at=WINDOWS[number - 1].opens_at + timedelta(minutes=n),
                    )
        rolled_up()
        freeze(OVER)
        db.session.rollback()
        return ids

    return make


def closed(*numbers):
    for number in numbers or (1, 2, 3):
        db.session.rollback()
        service.close_round("tim-hieu", number, WHY)


def standings(number=0):
    """Return person → (rank, points, error) of what is shown."""
    contest = get_contest("tim-hieu")
    generation = contest.rounds[number - 1].generation if number else contest.generation
    rows = db.session.execute(
        select(Standing.person_id, Standing.rank, Standing.points_milli, Standing.error).where(
            Standing.round_number == number, Standing.generation == generation
        )
    ).all()
    db.session.rollback()
    return {row.person_id: (row.rank, row.points_milli // 1000, row.error) for row in rows}


def board(client, name="people", **query):
    path = f"/c/tim-hieu/boards/{name}.json"
    return client.get(path, query_string=query).get_json()["rows"]


def shown(client):
    return [(row["rank"], row["points"]) for row in board(client)]


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


def rebuilt(run):
    db.session.rollback()
    outcome = run("standings", "rebuild", "tim-hieu")
    assert outcome.exit_code == 0, outcome.output


def test_the_best_rounds_of_each_person_add_up(played, client, run):
    steady, bright = played(
        [(12, 5, 3), (12, 5, 3), (12, 5, 3)],
        [(20, 5, 3), (1, 5, 3), (11, 5, 3)],
        whole=BEST_TWO,
    )
    assert shown(client) == [(1, 31), (2, 24)]
    assert agrees(run) is True

    closed()

    assert {one: row[:2] for one, row in standings().items()} == {bright: (1, 31), steady: (2, 24)}
    assert shown(client) == [(1, 31), (2, 24)]
    # Attempts of a round that does not add up were made all the same.
    counted = text("SELECT DISTINCT attempts FROM unit_count WHERE round_number = 0")
    assert db.session.scalars(counted).all() == [6]
    assert agrees(run) is True


def test_where_all_rounds_add_up_the_steady_one_wins(played, client):
    played([(12, 5, 3)] * 3, [(20, 5, 3), (1, 5, 3), (11, 5, 3)], whole={"mode": "sum"})

    assert shown(client) == [(1, 36), (2, 32)]


def test_errors_of_predictions_add_up_over_the_rounds_that_count(played, run):
    # Of each round nobody has everything right, so a prediction is its own error.
    near, none = played(
        [(10, 5, 1), (10, 5, 2), (9, 5, 90)],
        [(10, 5, 5), (10, 5, 6), (9, 5, None)],
        whole=BEST_TWO,
    )

    closed()

    assert standings() == {near: (1, 20, 3), none: (2, 20, 11)}
    assert agrees(run) is True


def test_without_a_prediction_in_a_round_that_counts_there_is_no_error(played, run):
    one, other = played(
        [(10, 5, 1), (10, 5, None), (9, 5, 1)], [(10, 5, 9), (10, 5, 9), None], whole=BEST_TWO
    )

    closed()

    assert standings() == {other: (1, 20, 18), one: (2, 20, None)}
    assert agrees(run) is True


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("best_of", [None, 1, 2])
def test_the_whole_contest_is_as_brute_force_ranks_it(played, client, run, seed, best_of):
    dice = random.Random(seed)
    given = [
        [
            None
            if dice.random() < 0.25 and number
            else (dice.randint(16, 19), dice.randint(1, 3), dice.randint(0, 3))
            for number in range(3)
        ]
        for _ in range(7)
    ]
    whole = {"mode": "best_of", "rounds": best_of} if best_of else {"mode": "sum"}
    ids = played(*given, whole=whole)

    def key(rounds, *, late):
        """Return what orders people: of all choices of rounds, the one that leads."""
        took_part = [(n, one) for n, one in enumerate(rounds) if one is not None]
        size = min(best_of or 3, len(took_part))
        chosen = min(
            combinations(took_part, size),
            key=lambda some: sorted((-one[0], one[1], n) for n, one in some),
        )
        points = sum(one[0] for _, one in chosen)
        error = sum(one[2] for _, one in chosen)  # nobody has everything right: the truth is 0
        minutes = sum(one[1] for _, one in chosen)
        return (-points, error, minutes) if late else (-points, minutes)

    def wanted(*, late):
        keys = [key(rounds, late=late) for rounds in given]
        return {
            person: 1 + sum(other < mine for other in keys)
            for person, mine in zip(ids, keys, strict=True)
        }

    assert [rank for rank, _ in shown(client)] == sorted(wanted(late=False).values())
    assert agrees(run) is True
    closed()
    assert {one: row[0] for one, row in standings().items()} == wanted(late=True)
    assert agrees(run) is True
    rebuilt(run)
    assert {one: row[0] for one, row in standings().items()} == wanted(late=True)
    assert agrees(run) is True


def test_where_rounds_stand_alone_nobody_is_ranked_over_them(played, client, run):
    first, second = played(
        [(20, 5, 3), (12, 5, 3), None], [(10, 5, 3), (13, 5, 3), None], whole={"mode": "per_round"}
    )
    assert board(client) == []
    assert "mỗi vòng xếp hạng riêng" in client.get("/c/tim-hieu/boards/people").text
    assert [row["points"] for row in board(client, round=2)] == [13, 12]
    assert agrees(run) is True

    closed()

    assert {one: row[0] for one, row in standings(1).items()} == {first: 1, second: 2}
    assert {one: row[0] for one, row in standings(2).items()} == {second: 1, first: 2}
    assert standings() == {first: (None, 32, None), second: (None, 23, None)}
    assert board(client) == []
    assert agrees(run) is True
    rebuilt(run)
    assert board(client) == []
    assert agrees(run) is True


def test_rounds_that_stand_alone_are_opened_again_one_by_one(played, run):
    played([(20, 5, 3), (12, 5, 3), None], whole={"mode": "per_round"})
    closed()
    db.session.rollback()

    with transaction():
        service.undo_close("tim-hieu", 3, WHY, at=OVER)
    service.refresh_round("tim-hieu", 3)

    assert agrees(run) is True
    closed(3)
    assert agrees(run) is True


def test_boards_of_units_count_the_whole_contest_though_nobody_is_ranked(played, client):
    played([(20, 5, 3), (12, 5, 3), None], [(9, 5, 3), None, None], whole={"mode": "per_round"})

    every = db.session.execute(
        text("SELECT people, attempts FROM unit_count WHERE round_number = 0")
    ).all()
    db.session.rollback()

    assert {tuple(row) for row in every} == {(2, 3)}


def test_a_single_round_that_stands_alone_is_the_contests_board(in_app, freeze, client):
    freeze(NOON)
    made = contests.contest(whole_contest={"mode": "per_round"})
    attempts.finished(made, people.person(made.id), right=7)
    rolled_up()

    assert [row["points"] for row in board(client)] == [7]


def test_verify_names_a_place_given_where_nobody_has_one(played, run):
    _, person = played(*[[(20, 5, 3), None, None]] * 2, whole={"mode": "per_round"})
    with transaction():
        db.session.execute(
            update(Standing)
            .where(Standing.round_number == 0, Standing.person_id == person)
            .values(rank_key=b"\x01")
        )
    db.session.rollback()

    assert f"round 0, person {person}: rank" in agrees(run)


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        ({"mode": "sum"}, "cộng điểm mọi vòng"),
        (BEST_TWO, "cộng điểm 2 vòng tốt nhất"),
        ({"mode": "per_round"}, "Mỗi vòng xếp hạng riêng"),
    ],
)
def test_the_contests_page_says_how_rounds_become_one(in_app, freeze, client, whole, words):
    freeze(NOON)
    contests.contest(windows=WINDOWS, whole_contest=whole)

    assert words in client.get("/c/tim-hieu").text
