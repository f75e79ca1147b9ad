"""A rank is looked up in counts by key: it is what counting everybody gives, at any moment."""

import random
from datetime import timedelta
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text

from quizapp.attempts import service as attempt_service
from quizapp.attempts.service import Why
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.errors import Refusal
from quizapp.people.service import find_person
from quizapp.results import service
from quizapp.standings import service as standings
from quizapp.standings.models import RankCount, Standing, Tally
from quizapp.standings.rules import ALL, rank_changes
from quizapp.standings.service import ranks
from quizapp.standings.service.boards import scopes_of
from quizapp.units.kinds import UnitKind
from tests.integration.harness import watch_writes
from tests.making import attempts, contests, people, units
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND

WHY = Why(actor="system", reason="thử")
OVER = ROUND.closes_at + timedelta(minutes=1)
NEXT = type(ROUND)(opens_at=OVER, closes_at=OVER + timedelta(days=5))
FOUR = ["territorial", "schools_hospitals", "corporations_offices", "others"]
PREDICTED = ["score desc", "prediction_error asc", "duration asc"]
PEOPLE = 14


@pytest.fixture
def small(monkeypatch):
    """Blocks of a few people, split as soon as there is one more."""
    monkeypatch.setattr(ranks, "MOST", 3)
    monkeypatch.setattr(ranks, "SPLIT_EVERY", 1)
    monkeypatch.setattr(ranks, "RECOUNTED_AT_ONCE", 2)


@pytest.fixture
def walk(in_app, freeze, small):
    freeze(NOON)
    return lambda seed: Walk(seed, freeze)


class Walk:
    """Whatever may happen to a contest of two rounds with boards A, B, C, in any order."""

    def __init__(self, seed, freeze):
        people.national_unit()
        made = units.made_units(
            units.unit_row("P_A"),
            units.unit_row("P_A.X", kind=UnitKind.UPPER, parent_code="P_A"),
            units.unit_row("S_GIAO_DUC", kind=UnitKind.SECTOR),
            units.unit_row("C_DAU_KHI", kind=UnitKind.CORPORATION),
        )
        self.units = [card.id for card in made.values()]
        self.contest = contests.contest(
            boards=FOUR, ranking=PREDICTED, attempts={"max": 5}, windows=(ROUND, NEXT)
        )
        self.freeze, self.chance, self.at = freeze, random.Random(seed), NOON
        self.persons = [self._entered(n) for n in range(1, PEOPLE + 1)]
        self.done = []

    def _entered(self, n):
        unit = self.chance.choice([None, *self.units])
        own = {"unit_id": unit, "unit_text": None} if unit else {}
        return people.person(self.contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}", **own)

    def step(self):
        """Do one thing, or be refused."""
        kinds = self.hand_in, self.count, self.move, self.take_out, self.give_back
        kinds += self.merge, self.close, self.open_again, self.rebuild, self.forget
        (kind,) = self.chance.choices(kinds, (20, 8, 3, 3, 2, 1, 1, 1, 1, 1))
        db.session.rollback()
        try:
            kind()
        except Refusal:
            db.session.rollback()
        return kind.__name__

    def hand_in(self):
        person = self.chance.choice(self.persons)
        number = 1 if self.at < ROUND.closes_at else 2
        self.at += timedelta(minutes=7)
        fresh = find_person(person.id)
        db.session.rollback()
        taken = self.chance.choice([3, 4, 5])
        right, said = self.chance.choice([20, 20, 19, 7]), self.chance.randrange(20)
        fields = {"right": right, "minutes": taken, "prediction": said}
        self.done.append(
            attempts.finished(self.contest, fresh, at=self.at, number=number, **fields)
        )

    def count(self):
        rolled_up()

    def _corrected(self, use_case, *given):
        with transaction():
            use_case(*given, WHY, at=self.at)

    def move(self):
        person, unit = self.chance.choice(self.persons), self.chance.choice(self.units)
        self._corrected(attempt_service.correct_person_unit, person.id, unit)

    def _attempt(self):
        row = attempts.attempt_row(self.chance.choice(self.done)) if self.done else None
        db.session.rollback()
        return row.id if row else 0

    def take_out(self):
        attempt_id = self._attempt()
        if attempt_id:
            self._corrected(attempt_service.void_attempt, attempt_id)

    def give_back(self):
        attempt_id = self._attempt()
        if attempt_id:
            self._corrected(attempt_service.restore_attempt, attempt_id)

    def merge(self):
        kept, other = self.chance.sample(self.persons, 2)
        self._corrected(attempt_service.merge_people, kept.id, other.id)

    def close(self):
        self.at = max(self.at, OVER)
        self.freeze(self.at)
        service.close_round("tim-hieu", 1, WHY)

    def open_again(self):
        with transaction():
            service.undo_close("tim-hieu", 1, WHY, at=self.at)

    def rebuild(self):
        service.rebuild_contest("tim-hieu", WHY)

    def forget(self):
        """Lose counts, as no code of ours does; a rebuild has to find them again."""
        self.count()
        with transaction():
            db.session.execute(text("DELETE FROM rank_count WHERE people % 2 = 1"))
            db.session.execute(text("UPDATE tally SET rank_key = NULL WHERE person_id % 5 = 0"))
        self.rebuild()


def shown_of(scope):
    """Return the shown standings of a scope, best first."""
    mine = (
        Standing.contest_id == scope.contest_id,
        Standing.round_number == scope.round_number,
        Standing.generation == scope.generation,
    )
    order = Standing.rank_key, Standing.person_id
    return db.session.scalars(select(Standing).where(*mine).order_by(*order)).all()


def counted(rows, mine):
    """Return (rank, (division, rank in it)) by counting everybody."""
    better = [row for row in rows if row.rank_key < mine.rank_key]
    own = None
    if mine.division is not None:
        own = mine.division, 1 + sum(row.division == mine.division for row in better)
    return 1 + len(better), own


def check_ranks():
    """Compare everybody's place with what counting gives; blocks with the tallies in them."""
    db.session.expire_all()
    for scope in scopes_of(get_contest("tim-hieu")).values():
        rows = shown_of(scope)
        ranked = {row.rank_key: counted(rows, row)[0] for row in rows}
        for place, mine in enumerate(rows):
            found = standings.find_place(scope, mine.person_id)
            rank, in_division = counted(rows, mine)
            assert (found.span, found.in_division) == ((rank, rank), in_division)
            assert found.of_people == len(rows)
            around = rows[max(place - 2, 0) : place + 3]
            assert [(line.person_id, line.span[0]) for line in found.lines] == [
                (row.person_id, ranked[row.rank_key]) for row in around
            ]
    check_blocks()
    db.session.rollback()


def check_blocks():
    tallies = db.session.scalars(select(Tally).where(Tally.rank_key.is_not(None))).all()
    blocks = db.session.scalars(select(RankCount).order_by(RankCount.from_key.desc())).all()
    expected = {(b.contest_id, b.round_number, b.division, b.from_key): 0 for b in blocks}
    for tally in tallies:
        for division in {ALL, tally.division or ALL}:
            mine = tally.contest_id, tally.round_number, division
            start = next(
                b.from_key
                for b in blocks
                if (b.contest_id, b.round_number, b.division) == mine
                and b.from_key <= tally.rank_key
            )
            expected[*mine, start] += 1
    assert expected == {
        (b.contest_id, b.round_number, b.division, b.from_key): b.people for b in blocks
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ranks_are_those_that_counting_gives_whatever_happens(walk, run, seed):
    walking = walk(seed)
    names = []
    for _ in range(60):
        names.append(walking.step())
        check_ranks()
    db.session.rollback()
    rolled_up()
    check_ranks()
    outcome = run("standings", "verify", "tim-hieu")
    assert outcome.exit_code == 0, outcome.output
    longest = max(
        db.session.scalars(select(RankCount.people).where(RankCount.round_number > 0)).all()
    )
    assert longest < PEOPLE, "nothing was split"


def without_divisions(moves):
    return {block: n for block, n in rank_changes(moves).items() if block[0] == ALL}


def only_new(moves):
    return rank_changes([(None, new) for _, new in moves])


@pytest.mark.parametrize("fault", [without_divisions, only_new])
def test_a_fault_in_the_moving_of_counts_is_seen(walk, monkeypatch, fault):
    monkeypatch.setattr(ranks, "rank_changes", fault)
    walking = walk(1)

    def walked():
        for _ in range(60):
            walking.step()
            check_ranks()

    with pytest.raises((AssertionError, StopIteration)):
        walked()


def test_results_that_wait_are_not_forgotten_by_a_mark_that_stands_still(walk):
    walking = walk(4)
    for _ in range(12):
        walking.hand_in()
    check_ranks()
    assert db.session.scalars(select(Tally)).all() == []


def test_everybody_is_counted_when_too_many_results_wait(walk, monkeypatch, app):
    monkeypatch.setattr(ranks, "MOST_WAITING", 3)
    walking = walk(5)
    walking.hand_in()
    walking.count()
    for _ in range(30):
        walking.hand_in()
    check_ranks()


def test_a_rank_is_told_in_a_band_while_a_prediction_is_open(walk):
    walking = walk(6)
    for _ in range(10):
        walking.hand_in()
    walking.count()
    scope = scopes_of(get_contest("tim-hieu"))[1]
    first = shown_of(scope)[0].person_id
    place = standings.find_place(scope, first, hides=frozenset(Hidden), divisions=4)
    assert (place.span, place.of_people) == ((1, 1), None)


def test_no_submit_writes_a_count(walk, app):
    walking = walk(7)
    walking.hand_in()
    walking.count()
    with watch_writes(app) as watch:
        walking.hand_in()
    written = [one for one in watch.statements if not one.startswith("SELECT")]
    assert written
    assert not [one for one in written if "rank_count" in one or "tally" in one]


def test_a_count_that_is_wrong_is_named_by_verify_and_mended_by_a_rebuild(walk, run):
    walking = walk(8)
    for _ in range(20):
        walking.hand_in()
    walking.count()
    for statement, words in (
        ("UPDATE rank_count SET people = people + 1 WHERE round_number = 1", "ranks from key"),
        ("DELETE FROM rank_count WHERE round_number = 1", "ranks from key -"),
        ("UPDATE tally SET division = 4 WHERE division IS NOT NULL", "tallied rank and division"),
        ("UPDATE tally SET rank_key = NULL WHERE round_number = 0", "tallied rank and division"),
    ):
        db.session.rollback()
        with transaction():
            db.session.execute(text(statement))
        outcome = run("standings", "verify", "tim-hieu")
        assert outcome.exit_code == 1, statement
        assert words in outcome.output
        db.session.rollback()
        walking.rebuild()
        assert run("standings", "verify", "tim-hieu").exit_code == 0, statement
        check_ranks()


@pytest.mark.parametrize("is_closed", [False, True])
def test_the_migration_counts_what_is_stored(walk, is_closed):
    walking = walk(10)
    for _ in range(25):
        walking.hand_in()
    walking.count()
    if is_closed:
        walking.close()
    walking.at += timedelta(minutes=7)
    if not is_closed:
        walking.hand_in()  # waits while the migration runs
    before = tallied()
    db.session.rollback()
    with transaction():
        db.session.execute(text("UPDATE tally SET rank_key = NULL, division = NULL"))
        db.session.execute(text("DELETE FROM rank_count"))

    with (
        db.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        import_module("migrations.versions.0029_fill_rank_counts").upgrade()

    assert not is_closed or tallied() == before
    check_ranks()
    if is_closed:
        db.session.rollback()
        walking.open_again()
        check_ranks()


def tallied():
    columns = Tally.round_number, Tally.person_id, Tally.rank_key, Tally.division
    return db.session.execute(select(*columns).order_by(*columns[:2])).all()


def test_a_block_of_equals_is_not_split_and_the_next_key_begins_another(walk):
    walking = walk(9)
    for n, person in enumerate(walking.persons):
        attempts.finished(walking.contest, person, right=20, minutes=4 if n else 5)
    walking.count()
    check_ranks()
    mine = RankCount.round_number == 1, RankCount.division == ALL
    people_of = select(RankCount.people).where(*mine).order_by(RankCount.from_key)
    assert db.session.scalars(people_of).all() == [PEOPLE - 1, 1]
