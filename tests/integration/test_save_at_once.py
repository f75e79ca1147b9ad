"""A save in one statement writes what the whole way would write, and takes nothing more."""

import random
from datetime import timedelta

import pytest

from quizapp.attempts import rules, service
from quizapp.attempts.service import Phone, Saved, Sheet, Why
from quizapp.contests.service import get_contest, get_round
from quizapp.db import db, transaction, write_alone
from tests.integration.harness import watch_writes
from tests.making import attempts, contests, people
from tests.making.contests import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LIMIT, GRACE = 20 * MINUTE, 15 * SECOND
WHY = Why(actor="system", reason="mất điện")


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


@pytest.fixture
def person(contest):
    return people.person(contest.id)


@pytest.fixture
def paper(contest, person):
    """A paper that this process knows."""
    public_id = attempts.started(contest, person)
    service.get_paper(public_id, attempts.phone_of(person), at=NOON)
    db.session.rollback()
    return public_id


def at_once(paper, phone, letters, *, op=1, at=NOON, **more):
    db.session.rollback()
    return service.save_at_once(paper, phone, Sheet(answers=letters, **more), op=op, at=at)


def stored(paper):
    row = attempts.attempt_row(paper)
    db.session.rollback()
    return row


def test_random_parts_of_a_sheet_are_laid_over_what_is_stored(paper, person, app):
    phone, chance = attempts.phone_of(person), random.Random(20261128)
    asked = rules.decode_paper(stored(paper).paper)
    letters, guess = {}, None
    for op in range(1, 40):
        positions = chance.sample(range(1, len(asked) + 1), chance.randrange(9))
        part = {position: chance.choice([None, "A", "B"]) for position in positions}
        more = {"prediction": op, "has_prediction": True} if op % 3 == 0 else {}
        letters |= part
        guess = more.get("prediction", guess)

        with watch_writes(app) as watch:
            saved = at_once(paper, phone, part, op=op, **more)

        assert saved.saved is Saved.DONE
        assert (len(watch.statements), watch.commits) == (1, 1)
        row = stored(paper)
        known = {position: letter for position, letter in letters.items() if letter}
        assert rules.as_shown(rules.decode_answers(row.answers), asked) == known
        assert (row.last_op, row.prediction) == (op, guess)


def test_a_first_save_in_this_process_is_left_to_the_whole_way(contest, person, app):
    public_id = attempts.started(contest, person)
    app.extensions.pop("quizapp_kept")

    assert at_once(public_id, attempts.phone_of(person), {1: "A"}) is None
    attempts.saved(public_id, person, {1: "A"})
    assert at_once(public_id, attempts.phone_of(person), {2: "B"}, op=2).saved is Saved.DONE


def test_questions_and_rules_that_were_let_go_are_read_again(paper, person, app):
    kept = app.extensions["quizapp_kept"]
    for shelf in set(kept) - {"papers that run"}:
        kept[shelf].clear()

    assert at_once(paper, attempts.phone_of(person), {1: "A"}).saved is Saved.DONE


@pytest.mark.parametrize("late", [timedelta(), timedelta(milliseconds=1)])
def test_the_last_moment_of_the_grace_is_taken_and_nothing_after_it(paper, person, late):
    saved = at_once(paper, attempts.phone_of(person), {1: "A"}, at=NOON + LIMIT + GRACE + late)

    assert (saved is None) == bool(late)
    assert stored(paper).last_op == (0 if late else 1)


def test_nothing_is_taken_twice_or_after_a_newer_save(paper, person):
    phone = attempts.phone_of(person)
    assert at_once(paper, phone, {1: "A"}, op=5).saved is Saved.DONE

    assert at_once(paper, phone, {1: "B"}, op=5) is None
    assert at_once(paper, phone, {1: "B"}, op=4) is None
    assert stored(paper).last_op == 5


def test_a_phone_whose_paper_was_taken_over_writes_nothing(contest, paper, person):
    attempts.started(contest, person, holder="máy khác")

    assert at_once(paper, attempts.phone_of(person), {1: "A"}) is None
    assert stored(paper).last_op == 0


def test_somebody_else_writes_nothing_on_a_paper_this_process_knows(paper, person):
    other = Phone(holder=attempts.HOLDER, person_ids=frozenset({person.id + 1}))

    assert at_once(paper, other, {1: "A"}) is None
    assert stored(paper).last_op == 0


def test_a_paper_handed_in_is_left_as_it_is(paper, person):
    attempts.submitted(paper, person, {1: "A"})
    before = stored(paper)

    assert at_once(paper, attempts.phone_of(person), {1: "B"}, op=9) is None
    assert stored(paper) == before


def test_in_a_paused_round_a_save_goes_the_whole_way(paper, person):
    one = get_round(get_contest("tim-hieu"), 1)
    db.session.rollback()
    with transaction():
        service.pause_round(one, WHY, at=NOON + MINUTE)

    assert at_once(paper, attempts.phone_of(person), {1: "A"}, at=NOON + 2 * MINUTE) is None
    assert attempts.saved(paper, person, {1: "A"}, at=NOON + 2 * MINUTE).saved is Saved.DONE


def test_extra_time_given_meanwhile_counts_at_once(paper, person):
    phone, late = attempts.phone_of(person), NOON + LIMIT + MINUTE
    assert at_once(paper, phone, {1: "A"}, at=late) is None
    one = get_round(get_contest("tim-hieu"), 1)
    db.session.rollback()
    with transaction():
        service.grant_time(one, service.For(person_id=person.id), 120, WHY, at=NOON)

    saved = at_once(paper, phone, {1: "A"}, at=late)

    assert (saved.saved, saved.deadline_at) == (Saved.DONE, NOON + LIMIT + 2 * MINUTE)


def test_one_statement_alone_is_refused_inside_of_a_transaction(in_app):
    with transaction(), pytest.raises(RuntimeError, match="inside of a transaction"):
        write_alone(None)
