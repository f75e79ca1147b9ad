"""Which attempts a person may make, which of them count, and what orders people."""

from datetime import timedelta

import pytest

from quizapp.attempts import service
from quizapp.attempts.errors import NoAttemptLeft, NoAttemptLeftInContest, NoAttemptLeftToday
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from tests.integration.harness import watch_writes
from tests.integration.test_corrections import WHY
from tests.integration.test_journey import joined
from tests.making import attempts, contests, people
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

DAY = timedelta(days=1)
NEXT = type(ROUND)(opens_at=ROUND.closes_at, closes_at=ROUND.closes_at + 5 * DAY)


@pytest.fixture
def noon(in_app, freeze):
    freeze(NOON)


def entered(contest, n):
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")


def rows(client, **query):
    board = client.get("/c/tim-hieu/boards/people.json", query_string=query).get_json()["rows"]
    return [(row["rank"], row["points"], row["duration_ms"]) for row in board]


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


def test_a_limit_for_each_day_begins_again_at_midnight_in_vietnam(noon):
    contest = contests.contest(attempts={"per": "day", "max": 1})
    person = entered(contest, 1)
    before_midnight = NOON.replace(hour=16, minute=50)  # 23:50 in Vietnam
    attempts.finished(contest, person, minutes=1, at=before_midnight)

    with pytest.raises(NoAttemptLeftToday):
        attempts.started(contest, person, at=before_midnight + timedelta(minutes=9))
    attempts.finished(contest, person, minutes=1, at=before_midnight + timedelta(minutes=10))
    with pytest.raises(NoAttemptLeftToday):
        attempts.started(contest, person, at=before_midnight + timedelta(minutes=12))


def test_a_limit_for_the_contest_counts_over_its_rounds(noon):
    contest = contests.contest(windows=(ROUND, NEXT), attempts={"per": "contest", "max": 2})
    person = entered(contest, 1)
    attempts.finished(contest, person)
    attempts.finished(contest, person, number=2, at=NEXT.opens_at)

    with pytest.raises(NoAttemptLeftInContest):
        attempts.started(contest, person, number=2, at=NEXT.opens_at + timedelta(hours=1))


def test_a_limit_for_the_round_begins_again_with_the_next(noon):
    contest = contests.contest(windows=(ROUND, NEXT), attempts={"per": "round", "max": 1})
    person = entered(contest, 1)
    attempts.finished(contest, person)

    with pytest.raises(NoAttemptLeft):
        attempts.started(contest, person, at=NOON + timedelta(hours=1))
    attempts.finished(contest, person, number=2, at=NEXT.opens_at)


def test_without_a_limit_a_person_goes_on_as_long_as_the_round_is_open(noon, client):
    contest = contests.contest(attempts={"max": "unlimited"})
    person = entered(contest, 1)
    for n in range(55):
        attempts.finished(contest, person, right=n % 20, at=NOON + timedelta(minutes=10 * n))

    assert "∞" in client.get("/c/tim-hieu").text


@pytest.mark.parametrize(
    ("per", "left"), [("round", "1/2"), ("day", "2/2"), ("contest", "1/2"), ("none", "∞")]
)
def test_the_page_before_the_paper_says_how_many_are_left(noon, client, freeze, per, left):
    limits = {"max": "unlimited"} if per == "none" else {"per": per, "max": 2}
    contests.contest(attempts=limits)
    joined(client)
    contest, person = get_contest("tim-hieu"), people.service.find_person(1)
    db.session.rollback()
    attempts.finished(contest, person, at=NOON - timedelta(hours=20))

    assert left in client.get("/c/tim-hieu/rounds/1").text


# Three attempts: (right answers, minutes); then (points, minutes) of what counts.
THREE = [(15, 4), (18, 9), (18, 7)]


@pytest.mark.parametrize(
    ("counts", "points", "minutes"),
    [
        ("best", 18, 7),
        ("best_then_earliest", 18, 9),
        ("first", 15, 4),
        ("last", 18, 7),
        ("mean", 17, 20 / 3),
    ],
)
def test_the_rule_says_which_attempt_is_on_the_board(noon, client, run, counts, points, minutes):
    contest = contests.contest(attempts={"max": 3, "counts": counts})
    person = entered(contest, 1)
    for n, (right, taken) in enumerate(THREE):
        attempts.finished(contest, person, right=right, minutes=taken, at=NOON + timedelta(hours=n))
    rolled_up()

    assert rows(client, round=1) == [(1, points, round(minutes * 60_000))]
    assert agrees(run) is True


def test_a_mean_falls_with_a_bad_attempt_and_is_rebuilt_alike(noon, client, run):
    contest = contests.contest(attempts={"max": 3, "counts": "mean"})
    one, other = entered(contest, 1), entered(contest, 2)
    attempts.finished(contest, one, right=20)
    attempts.finished(contest, one, right=11, at=NOON + timedelta(hours=1))
    attempts.finished(contest, other, right=16)
    rolled_up()

    before = rows(client, round=1)
    db.session.rollback()
    run("standings", "rebuild", "tim-hieu")

    assert before == [(1, 16, 300_000), (2, 15.5, 300_000)]
    assert rows(client, round=1) == before
    assert agrees(run) is True


def test_more_perfect_attempts_decide_where_the_rules_say_so(noon, client, run):
    ranking = ["score desc", "perfect_sittings desc", "duration asc"]
    contest = contests.contest(attempts={"max": 3}, ranking=ranking, prediction=None)
    quick, often = entered(contest, 1), entered(contest, 2)
    attempts.finished(contest, quick, minutes=1)
    attempts.finished(contest, quick, right=19, at=NOON + timedelta(hours=1))
    attempts.finished(contest, often, minutes=3)
    attempts.finished(contest, often, minutes=4, at=NOON + timedelta(hours=1))
    rolled_up()

    assert rows(client, round=1) == [(1, 20, 180_000), (2, 20, 60_000)]
    assert rows(client) == [(1, 20, 180_000), (2, 20, 60_000)]
    assert agrees(run) is True
    run("standings", "rebuild", "tim-hieu")
    assert agrees(run) is True


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("duration asc", 1),
        ("submitted_at asc", 2),
        ("started_at asc", 3),
        ("login_at asc", 3),
    ],
)
def test_the_key_after_points_decides_between_equals(noon, client, run, key, first):
    contest = contests.contest(ranking=["score desc", key], prediction=None)
    # (minutes after noon of the start, minutes taken)
    for n, (began, taken) in enumerate([(30, 1), (10, 5), (5, 15)], start=1):
        at = NOON + timedelta(minutes=began)
        attempts.finished(contest, entered(contest, n), minutes=taken, at=at)
    rolled_up()

    taken = {1: 60_000, 2: 300_000, 3: 900_000}[first]
    assert rows(client, round=1)[0] == (1, 20, taken)
    assert rows(client)[0] == (1, 20, taken)
    assert agrees(run) is True


def test_the_whole_contest_may_be_ordered_otherwise_than_its_rounds(noon, client, run, freeze):
    over = {"ranking": ["duration asc"]}
    contest = contests.contest(windows=(ROUND, NEXT), whole_contest=over)
    quick, good = entered(contest, 1), entered(contest, 2)
    for number, at in ((1, NOON), (2, NEXT.opens_at)):
        attempts.finished(contest, quick, right=3, minutes=1, number=number, at=at)
        attempts.finished(contest, good, minutes=3, number=number, at=at)
    freeze(NEXT.opens_at)
    rolled_up()

    assert rows(client, round=1)[0] == (1, 20, 180_000)
    assert rows(client) == [(1, 6, 120_000), (2, 40, 360_000)]
    assert agrees(run) is True


PERFECT = {"ranking": ["score desc", "perfect_sittings desc"], "prediction": None}


@pytest.mark.parametrize("said", [{}, {"counts": "mean"}, PERFECT])
def test_a_submit_is_three_statements_where_all_attempts_weigh_too(noon, app, client, run, said):
    rules = {"attempts": {"max": 3, "counts": said.get("counts", "best")}}
    contest = contests.contest(**rules, **(PERFECT if said is PERFECT else {}))
    first, person = entered(contest, 1), entered(contest, 2)
    attempts.finished(contest, first)  # rules and bank come into the process
    attempts.finished(contest, person, right=10)
    public_id = attempts.started(contest, person, at=NOON + timedelta(hours=1))
    letters = attempts.right_letters(public_id)

    with watch_writes(app) as watch:
        attempts.submitted(public_id, person, letters, at=NOON + timedelta(hours=1, minutes=1))

    assert (len(watch.statements), watch.commits) == (3, 1), watch.statements
    rolled_up()
    assert agrees(run) is True
    assert rows(client, round=1)[1][1] == (15 if said.get("counts") == "mean" else 20)


def test_what_is_taken_out_of_a_mean_stays_out_of_the_next_submit(noon, client, run):
    contest = contests.contest(attempts={"max": 3, "counts": "mean"})
    person = entered(contest, 1)
    taken_out = attempts.finished(contest, person, right=2)
    attempts.finished(contest, person, right=10, at=NOON + timedelta(hours=1))
    row = attempts.attempt_row(taken_out)
    db.session.rollback()
    with transaction():
        service.void_attempt(row.id, WHY, at=NOON + timedelta(hours=2))
    attempts.finished(contest, person, right=20, at=NOON + timedelta(hours=3))
    rolled_up()

    assert rows(client, round=1) == [(1, 15, 300_000)]
    assert agrees(run) is True
