"""Units ordered by the share of their people who reached the pass mark, where there is one."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp.db import db, transaction
from quizapp.results.service import rebuild_contest, verify_contest
from tests.integration.test_corrections import WHY
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

NEXT = type(ROUND)(opens_at=ROUND.closes_at, closes_at=ROUND.closes_at + timedelta(days=5))
OPEN = {"prediction": None, "ranking": ["score desc", "duration asc"]}
MARK = OPEN | {"score": {"pass_mark": 12.5}}


@pytest.fixture
def provinces(in_app, freeze):
    freeze(NOON)
    people.national_unit()
    return units.made_units(units.unit_row("P_A"), units.unit_row("P_B"))


def entered(contest, n, unit):
    return people.person(
        contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}", unit_id=unit.id, unit_text=None
    )


def filled(contest, provinces):
    """P_A: 12 and 13 right (then 3); P_B: 20, 13 and 12: one of two, and two of three pass."""
    for n, (code, right) in enumerate(
        [("P_A", 12), ("P_A", 13), ("P_B", 20), ("P_B", 13), ("P_B", 12)], start=1
    ):
        person = entered(contest, n, provinces[code])
        attempts.finished(contest, person, right=right)
        if n == 2:
            attempts.finished(contest, person, right=3, at=NOON + timedelta(hours=1))
    rolled_up()


def board(client, name="provinces", **query):
    path = f"/c/tim-hieu/boards/{name}.json"
    return client.get(path, query_string={"order": "pass"} | query)


def ranked(client, **query):
    rows = board(client, **query).get_json()["rows"]
    return [(row["rank"], row["unit"]["code"], row["passed"], row["pass_percent"]) for row in rows]


def agreed():
    db.session.rollback()
    problems = verify_contest("tim-hieu").problems
    db.session.rollback()
    return problems


def test_units_are_ordered_by_the_share_of_people_who_reached_the_mark(provinces, client):
    filled(contests.contest(**MARK), provinces)

    expected = [(1, "P_B", 2, 66.67), (2, "P_A", 1, 50)]
    assert ranked(client, round=1) == ranked(client) == ranked(client, units="now") == expected
    page = client.get("/c/tim-hieu/boards/provinces?order=pass").text
    assert "66,67\xa0%" in page
    assert "2 / 3 người" in page
    assert agreed() == []


@pytest.mark.parametrize("said", [OPEN, MARK])
def test_without_a_mark_there_is_no_such_board(provinces, client, said):
    filled(contests.contest(**said), provinces)

    is_said = said is MARK
    assert board(client).status_code == (200 if is_said else 404)
    page = client.get("/c/tim-hieu/boards/provinces").text
    assert ("Tỷ lệ đạt" in page) is is_said
    rows = board(client, order="people").get_json()["rows"]
    assert all(("pass_percent" in row, "passed" in row) == (is_said, is_said) for row in rows)
    assert ("từ 12,5 điểm" in client.get("/c/tim-hieu").text) is is_said
    assert board(client, name="people").status_code == 404


def test_a_mean_passes_and_the_whole_contest_is_passed_in_every_round(provinces, client, freeze):
    said = MARK | {"attempts": {"max": 2, "counts": "mean"}}
    contest = contests.contest(windows=(ROUND, NEXT), **said)
    one, other = entered(contest, 1, provinces["P_A"]), entered(contest, 2, provinces["P_A"])
    for person, rights in ((one, (20, 6)), (other, (20, 4))):  # means of 13 and 12
        for n, right in enumerate(rights):
            attempts.finished(contest, person, right=right, at=NOON + timedelta(hours=n))
    freeze(NEXT.opens_at)
    attempts.finished(contest, one, right=20, number=2, at=NEXT.opens_at)
    attempts.finished(contest, other, right=20, number=2, at=NEXT.opens_at)
    rolled_up()

    assert ranked(client, round=1) == [(1, "P_A", 1, 50)]
    assert ranked(client, round=2) == [(1, "P_A", 2, 100)]
    assert ranked(client) == [(1, "P_A", 1, 50)]
    assert agreed() == []


@pytest.mark.parametrize("target", ["unique_all_correct", "unique_participants"])
def test_who_passed_is_kept_back_while_it_would_give_a_prediction_away(provinces, client, target):
    """With the highest mark, whoever passes has everything right."""
    said = {"prediction": {"target": target, "scope": "round"}, "score": {"pass_mark": 20}}
    filled(contests.contest(**said), provinces)

    for query in ({}, {"round": 1}, {"units": "now"}, {"order": "people"}):
        told = board(client, **query).get_data(as_text=True)
        assert "pass" not in told
    assert "Tỷ lệ đạt" not in client.get("/c/tim-hieu/boards/provinces").text

    with transaction():
        db.session.execute(text("UPDATE round SET closed_at = closes_at"))
    assert ranked(client) == [(1, "P_B", 1, 33.33), (2, "P_A", 0, 0)]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE standing SET passed = 1 WHERE person_id = 1", "standing passed is 1"),
        ("UPDATE tally SET passed = 0 WHERE person_id = 2", "person 2: tallied"),
        ("UPDATE unit_count SET passed = passed + 1", "counts are"),
        (
            "UPDATE snapshot SET body = replace(body, '\"passed\":1', '\"passed\":2')",
            "board provinces (then): 2 rows that differ",
        ),
    ],
)
def test_who_passed_is_recounted_and_repaired(provinces, statement, words):
    filled(contests.contest(**MARK), provinces)
    with transaction():
        db.session.connection().exec_driver_sql(statement)

    assert any(words in problem for problem in agreed())

    rebuild_contest("tim-hieu", WHY)
    assert agreed() == []
