"""Results become boards: the roll-up, unit counts, snapshots, own rank."""

import random
import signal
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp import worker
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.standings import service as standings
from quizapp.standings.models import RollupMark, Snapshot, Tally, UnitCount
from quizapp.standings.service import boards, rollup
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import RolledUp
from quizapp.units.kinds import UnitKind
from tests.integration.harness import watch_writes
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def entered(contest, n, **fields):
    """Enter the n-th person; without a unit under free words."""
    return people.person(
        contest.id, **{"phone": f"0912{n:06d}", "source": f"198.51.100.{n % 200}"} | fields
    )


def of_unit(unit):
    return {"unit_id": unit.id, "unit_text": None}


def rows(client, board, **query):
    return client.get(f"/c/tim-hieu/boards/{board}.json", query_string=query).get_json()["rows"]


def test_a_board_ranks_people_and_shares_equal_ranks(client, contest):
    for n, (right, minutes) in enumerate([(20, 5), (20, 4), (20, 5), (19, 1)], start=1):
        attempts.finished(contest, entered(contest, n), right=right, minutes=minutes)
    rolled_up()

    shown = rows(client, "people", round=1)

    assert [(row["rank"], row["points"], row["duration_ms"]) for row in shown] == [
        (1, 20, 240_000),
        (2, 20, 300_000),
        (2, 20, 300_000),
        (4, 19, 60_000),
    ]


def test_only_the_attempt_that_counts_is_on_the_board(client, contest):
    person = entered(contest, 1)
    attempts.finished(contest, person, right=15)
    attempts.finished(contest, person, right=12, at=NOON + timedelta(minutes=30))
    rolled_up()

    (row,) = rows(client, "people", round=1)

    assert row["points"] == 15


def test_units_count_people_and_attempts_up_to_the_root(client, contest):
    made = units.made_units(
        units.unit_row("P_HUE", name="Liên đoàn Lao động Thành phố Huế"),
        units.unit_row("S_YTE", kind=UnitKind.SECTOR, name="Công đoàn Y tế Việt Nam"),
    )
    hue, health = made["P_HUE"], made["S_YTE"]
    first = entered(contest, 1, **of_unit(hue))
    attempts.finished(contest, first, right=3)
    attempts.finished(contest, first, right=5, at=NOON + timedelta(minutes=30))
    attempts.finished(contest, entered(contest, 2, **of_unit(hue)))
    attempts.finished(contest, entered(contest, 3, **of_unit(health)))
    rolled_up()

    def short(board):
        return [
            (row["rank"], row["unit"]["code"], row["people"], row["attempts"])
            for row in rows(client, board)
        ]

    assert short("provinces") == [(1, "P_HUE", 2, 3)]
    assert short("sectors") == [(1, "S_YTE", 1, 1)]
    assert short("units/VGCL") == [(1, "P_HUE", 2, 3), (2, "S_YTE", 1, 1)]


def test_a_batch_counted_twice_changes_nothing(contest):
    for n in range(1, 6):
        attempts.finished(contest, entered(contest, n))
    rolled_up()
    before = [(c.unit_id, c.people, c.attempts) for c in db.session.scalars(select(UnitCount))]
    db.session.rollback()
    with transaction():
        mark = db.session.scalar(select(RollupMark))
        mark.event_id = mark.event_xid = 0

    rolled_up()

    after = [(c.unit_id, c.people, c.attempts) for c in db.session.scalars(select(UnitCount))]
    assert sorted(after) == sorted(before) != []


def test_the_roll_up_reads_what_is_new_and_not_what_is_stored(contest, app):
    for n in range(1, 31):
        attempts.finished(contest, entered(contest, n))
    rolled_up()
    attempts.finished(contest, entered(contest, 99))

    rolled = None
    while rolled is None or not rolled.events:  # others may be using the server
        with watch_writes(app) as watch, transaction():
            rolled = rollup.roll_up(at=NOON)

    assert rolled.events == 1
    assert len(watch.statements) <= 14, watch.statements


def test_a_void_attempt_leaves_the_boards(client, contest):
    public_id = attempts.finished(contest, entered(contest, 1))
    attempts.finished(contest, entered(contest, 2), right=4)
    rolled_up()
    row = attempts.attempt_row(public_id)
    db.session.rollback()
    with transaction():
        # What a later service will do in one step: the trigger must make an event of it.
        db.session.execute(text("UPDATE attempt SET state = 'void' WHERE id = :id"), {"id": row.id})
        db.session.execute(
            text("DELETE FROM standing WHERE person_id = :id"), {"id": row.person_id}
        )

    rolled_up()

    assert [row["points"] for row in rows(client, "people", round=1)] == [4]
    assert db.session.scalar(select(Tally).where(Tally.person_id == row.person_id)) is None


def test_the_whole_contest_adds_up_the_rounds(client, in_app, freeze):
    freeze(NOON)
    later = ROUND.closes_at + timedelta(days=1)
    second = type(ROUND)(opens_at=later, closes_at=later + timedelta(days=1))
    contest = contests.contest(windows=(ROUND, second))
    one, other = entered(contest, 1), entered(contest, 2)
    attempts.finished(contest, one, right=10)
    attempts.finished(contest, other, right=18)
    freeze(later)
    attempts.finished(contest, one, right=20, number=2, at=later)
    rolled_up()

    assert [row["points"] for row in rows(client, "people")] == [30, 18]
    assert [row["points"] for row in rows(client, "people", round=2)] == [20]


def test_a_snapshot_is_written_when_a_board_changed_and_not_otherwise(contest):
    attempts.finished(contest, entered(contest, 1))
    scopes = frozenset(scopes_of(get_contest("tim-hieu")).values())
    db.session.rollback()
    rolled_up(known=scopes)
    count = len(db.session.scalars(select(Snapshot.id)).all())
    db.session.rollback()

    rolled_up(known=scopes)

    assert len(db.session.scalars(select(Snapshot.id)).all()) == count


def test_a_page_says_when_the_worker_has_not_been_seen_for_a_while(client, contest, freeze):
    rolled_up()
    assert client.get("/c/tim-hieu/boards/people.json").get_json()["stale"] is False

    freeze(NOON + boards.STALE_AFTER + timedelta(seconds=1))

    assert client.get("/c/tim-hieu/boards/people.json").get_json()["stale"] is True
    assert "cập nhật chậm" in client.get("/c/tim-hieu/boards/people").text


def test_a_board_is_not_public_before_it_can_say_of_when_it_is(monkeypatch, client, contest):
    attempts.finished(contest, entered(contest, 1), right=15)
    with monkeypatch.context() as between:
        between.setattr(worker, "stamp_boards", lambda at: None)
        worker.run_once()

    page, before = client.get("/c/tim-hieu/boards/people?round=1"), rows(client, "people", round=1)
    worker.run_once()

    assert (page.status_code, before) == (200, [])
    assert len(rows(client, "people", round=1)) == 1


def test_own_rank_counts_those_before_and_shows_neighbours(contest):
    ids = []
    for n, right in enumerate([20, 18, 18, 15, 3], start=1):
        person = entered(contest, n)
        attempts.finished(contest, person, right=right)
        ids.append(person.id)
    scope = scopes_of(contest)[1]

    place = standings.find_place(scope, ids[3])

    assert (place.span, place.of_people, place.points_milli) == ((4, 4), 5, 15_000)
    assert [(line.span[0], line.person_id) for line in place.lines] == [
        (2, ids[1]),
        (2, ids[2]),
        (4, ids[3]),
        (5, ids[4]),
    ]


def test_ranks_of_everybody_and_their_neighbours_are_those_that_counting_gives(contest, app):
    chance = random.Random(7)
    points = {}
    for n in range(1, 25):
        person = entered(contest, n)
        points[person.id] = chance.choice([20, 18, 18, 15, 3])
        attempts.finished(contest, person, right=points[person.id])
    scope = scopes_of(contest)[1]
    before = {
        one: 1 + sum(other > mine for other in points.values()) for one, mine in points.items()
    }
    order = sorted(points, key=lambda one: (before[one], one))
    for index, person_id in enumerate(order):
        with watch_writes(app) as watch:
            place = standings.find_place(scope, person_id)

        around = order[max(index - 2, 0) : index + 3]
        assert place.span == (before[person_id], before[person_id])
        assert [(line.person_id, line.span[0]) for line in place.lines] == [
            (one, before[one]) for one in around
        ]
        # Nobody's standing is counted: a rank is looked up where equals hide it.
        looked_up = [one for one in watch.statements if "rank_count" in one]
        assert len(looked_up) <= 3
        assert len(watch.statements) == 3 + len(looked_up)


@pytest.mark.parametrize(
    "path",
    ["boards/nobody", "boards/units/KHONG_CO", "boards/people?round=9", "boards/people?round=x"],
)
def test_a_board_that_does_not_exist_is_not_found(client, contest, path):
    assert client.get(f"/c/tim-hieu/{path}").status_code == 404


def test_an_organisers_page_of_a_board_never_reads_attempts(client, contest, app):
    attempts.finished(contest, entered(contest, 1))
    rolled_up()

    with watch_writes(app) as watch:
        client.get("/c/tim-hieu/boards/people?round=1")

    assert not [s for s in watch.statements if "attempt " in s.lower() or "standing" in s.lower()]


def test_a_pass_comes_to_an_end_though_results_never_stop_coming(monkeypatch, contest):
    monkeypatch.setattr(worker, "BATCH", 1)  # a batch is always full
    monkeypatch.setattr(worker, "BATCHES", 3)
    passes = []

    def one_more(**given):
        passes.append(given)
        return RolledUp(events=1, touched={}, is_stale=True)

    monkeypatch.setattr(worker, "roll_up", one_more)

    worker.run_once()

    assert len(passes) == 3


def test_a_worker_that_begins_makes_all_boards_of_one_scope_after_the_other(monkeypatch, contest):
    """Results that come meanwhile are counted in between, and no board says it shows them all."""
    scopes = worker.newest_first(scopes_of(contest).values())
    passes, stamped = [], []
    run_once = worker.run_once

    def recorded(**given):
        done = run_once(**given)
        mark = db.session.scalar(select(RollupMark.as_of))
        db.session.rollback()
        passes.append(list(given["known"]))
        stamped.append(mark is not None)
        if len(passes) == len(scopes) + 1:
            signal.raise_signal(signal.SIGTERM)
        return done

    monkeypatch.setattr(worker, "run_once", recorded)
    monkeypatch.setattr(worker, "EVERY_SECONDS", 0)
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    db.session.rollback()

    try:
        worker.run_forever()
    finally:
        for name, handler in kept.items():
            signal.signal(name, handler)

    assert passes == [*([scope] for scope in scopes), []]
    assert stamped == [False, True, True]
