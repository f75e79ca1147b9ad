"""What the worker does depends on what is new, not on what is stored."""

import os
import random
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quizapp.attempts.models import Attempt
from quizapp.contests.service import get_contest
from quizapp.db import db, table_of, transaction, write_rows
from quizapp.results.service import verify_contest
from quizapp.standings.models import Standing, Tally, UnitCount
from quizapp.standings.rules import UNITS_AS
from quizapp.standings.service import rollup
from quizapp.standings.service.boards import find_body, scopes_of
from quizapp.standings.service.snapshots import make_boards
from quizapp.units import service as unit_service
from quizapp.units.kinds import UnitKind
from tests.integration.cost import counted
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON

NEW = 5  # results that a pass finds new
STORED = int(os.environ.get("QUIZAPP_TEST_STORED", "10000"))  # results there are at last
AFAR = 1_000_000  # ids of people who only have results


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    made = contests.contest()
    # Before any id is taken by the many.
    units.made_units(
        units.unit_row("P_HUE"),
        *(
            units.unit_row(f"X{n}", parent_code="P_HUE", kind=UnitKind.UPPER, name=f"Xã {n}")
            for n in range(8)
        ),
    )
    return made


def entered(contest, n, code="X1"):
    unit = unit_service.find_unit(code)
    db.session.rollback()
    return people.person(
        contest.id,
        phone=f"0912{n:06d}",
        source=f"198.51.100.{n}",
        unit_id=unit.id,
        unit_text=None,
    )


def stored(contest, people_from, people_to):
    """Store that many people's results as if they had been counted long ago."""
    like = db.session.execute(select(table_of(Standing)).where(Standing.round_number == 1)).first()
    tally = db.session.execute(select(table_of(Tally)).where(Tally.round_number == 1)).first()
    db.session.rollback()
    assert like
    assert tally
    for model, row in ((Standing, like), (Tally, tally)):
        rows = [
            row._asdict() | {"person_id": AFAR + n, "round_number": number}
            for number in (0, 1)
            for n in range(people_from, people_to)
        ]
        with transaction():
            write_rows(model, rows)
    analysed()


def analysed():
    """Let PostgreSQL's planner know how much there is, as its autovacuum would."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def test_a_pass_costs_the_same_however_many_results_are_stored(contest, app):
    before, at = None, NOON
    attempts.finished(contest, entered(contest, 99))
    rolled_up()
    many = 0
    for count in (1_000, STORED):
        stored(contest, many, count)
        many = count
        for n in range(NEW):
            attempts.finished(contest, entered(contest, 10 * n + len(str(count))), at=at)
        rolled = None
        while rolled is None or not rolled.events:  # others may be using the server
            with transaction(), counted(app) as cost:
                rolled = rollup.roll_up(at=at)
        assert rolled.events == NEW
        assert before is None or cost.is_no_more_than(before), (before, cost)
        before = cost
        print(f"{count} results stored, {NEW} new: {cost}")


def test_boards_cost_what_they_show_however_many_units_there_are(contest, app):
    for n in range(3):
        attempts.finished(contest, entered(contest, n, f"X{n}"))
    rolled_up()
    scope = scopes_of(get_contest("tim-hieu"))[1]
    db.session.rollback()

    def boards():
        made = make_boards(scope, at=NOON)
        for units_as in UNITS_AS:
            rows = find_body(scope, "units/P_HUE", units_as=units_as, on=NOON.date())
        return made, len(rows)

    before = None
    for count in (100, 2_000):
        elsewhere(contest, count)
        with counted(app) as cost:
            found = boards()
        db.session.rollback()
        assert found == ([], 3)
        assert before is None or cost.is_no_more_than(before), (before, cost)
        before = cost


def test_boards_after_a_pass_are_those_of_all_that_counts(in_app, freeze):
    freeze(NOON)
    contest, chance = contests.contest(), random.Random(4)
    ended = {"valid_to": NOON.date() - timedelta(days=30)}
    made = units.made_units(
        *(units.unit_row(code) for code in ("P_A", "P_B")),
        units.unit_row("P_OLD", successor_code="P_B", **ended),
        *(
            units.unit_row(f"{above}{n}", parent_code=above, kind=UnitKind.UPPER, name=f"Xã {n}")
            for above in ("P_A", "P_B", "P_OLD")
            for n in range(2)
        ),
        units.unit_row(
            "P_A9", parent_code="P_A", kind=UnitKind.UPPER, successor_code="P_B0", **ended
        ),
    )
    units.head_count("P_B", 500, is_locked=True)
    units.head_count("P_A", 2, is_locked=True)
    ids = [unit.id for code, unit in made.items() if code != "TLD"]
    rolled_up(known=frozenset(scopes_of(contest).values()))
    for n in range(1, 25):
        if n < 16 or n % 2:
            attempts.finished(
                contest, entered(contest, n, chance.choice(list(made))), right=chance.randrange(20)
            )
        else:  # somebody's unit is corrected: boards lose whom others gain
            db.session.rollback()
            with transaction():
                move(contest, chance.randrange(1, 15), chance.choice(ids))
        rolled_up()
        for scope in scopes_of(contest).values():
            differing = [board.name for board in make_boards(scope, at=NOON)]
            db.session.rollback()
            assert differing == [], (n, scope)
        assert verify_contest(contest.slug).problems == []  # of every unit, as then and as now
        db.session.rollback()


def move(contest, person_id, unit_id):
    """Assign a person's attempts to another unit, as a correction does."""
    where = Attempt.person_id == person_id
    db.session.execute(update(Attempt).where(where).values(unit_assigned_id=unit_id))
    db.session.execute(
        update(Standing).where(Standing.person_id == person_id).values(unit_id=unit_id)
    )


def elsewhere(contest, count):
    """Give another province so many unions, each with people."""
    code = f"P{count}"
    rows = [
        units.unit_row(
            f"{code}_{n}", parent_code=f"S{count}", kind=UnitKind.GRASSROOTS, name=f"Công ty {n}"
        )
        for n in range(count)
    ]
    made = units.made_units(
        units.unit_row(f"S{count}", parent_code="P_HUE", kind=UnitKind.UPPER, name=code), *rows
    )
    counts = {"people": 1, "attempts": 1, "points_milli": 1000, "all_right": 0}
    with transaction():
        write_rows(
            UnitCount,
            [
                {"contest_id": contest.id, "round_number": 1, "unit_id": unit.id} | counts
                for unit in made.values()
                if unit.kind == UnitKind.GRASSROOTS
            ],
        )
    analysed()
