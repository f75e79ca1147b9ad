"""Time, to the millisecond: borders, midnight, and clocks that jump or stand still."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.attempts import rules, service
from quizapp.attempts.models import LateSheet
from quizapp.attempts.service import Why, outcome
from quizapp.contests.service import get_contest, get_round
from quizapp.db import db, transaction
from tests.integration.test_journey import begun, joined
from tests.making import attempts, contests, people
from tests.making.boards import count_waiting, rolled_up
from tests.making.contests import NOON, ROUND

MS = timedelta(milliseconds=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WHY = Why(actor="system", reason="mất điện")


@pytest.fixture
def contest(in_app, freeze):
    freeze(NOON)
    return contests.contest()


def entered(contest, n=1, **fields):
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}", **fields)


def decided(decide, *, at, slug="tim-hieu"):
    """Let an organiser decide about the first round."""
    db.session.rollback()
    with transaction():
        return decide(get_round(get_contest(slug), 1), WHY, at=at)


def row_of(public_id):
    row = attempts.attempt_row(public_id)
    db.session.rollback()
    return row


def test_handing_in_while_the_round_is_paused_takes_no_time_of_the_pause(contest, run, freeze):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    decided(service.pause_round, at=NOON + 5 * MINUTE)

    attempts.submitted(public_id, person, {}, at=NOON + 50 * MINUTE)

    row = row_of(public_id)
    assert (row.state, row.duration_ms) == ("submitted", 5 * 60_000)
    decided(service.resume_round, at=NOON + 60 * MINUTE)
    assert row_of(public_id).duration_ms == 5 * 60_000
    freeze(NOON + 60 * MINUTE)
    rolled_up()
    assert run("standings", "verify", "tim-hieu").exit_code == 0


def test_a_clock_set_back_during_a_pause_takes_time_from_nobody(contest):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    decided(service.pause_round, at=NOON + 5 * MINUTE)

    decided(service.resume_round, at=NOON + 4 * MINUTE)

    row = row_of(public_id)
    assert (row.deadline_at, row.paused_ms) == (NOON + 20 * MINUTE, 0)
    assert get_contest("tim-hieu").rounds[0].window == ROUND


def test_nothing_is_revealed_while_a_round_is_paused_past_its_end(in_app, freeze):
    freeze(NOON)
    reveal = {"score": "after_round_close", "answers": "after_round_close"}
    contest = contests.contest(reveal=reveal)
    person = entered(contest)
    public_id = attempts.finished(contest, person)
    phone = attempts.phone_of(person)
    decided(service.pause_round, at=ROUND.closes_at - 10 * MINUTE)

    shown = outcome.get_outcome(public_id, phone, at=ROUND.closes_at + MINUTE)
    turns = outcome.get_turns(contest.id, person.id, at=ROUND.closes_at + MINUTE)
    assert (shown.points_milli, shown.lines) == (None, ())
    assert [turn.points_milli for turn in turns] == [None]

    decided(service.resume_round, at=ROUND.closes_at + 20 * MINUTE)
    shown = outcome.get_outcome(public_id, phone, at=ROUND.closes_at + 40 * MINUTE)
    assert (shown.points_milli, len(shown.lines)) == (20_000, 20)


def test_an_outage_in_the_grace_of_a_paper_takes_nothing_off_it(contest):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    end = NOON + 20 * MINUTE
    attempts.submitted(public_id, person, {}, at=end + 10 * SECOND)
    rolled_up()

    def compensate(one, why, *, at):
        return service.compensate_outage(one, end + SECOND, end + 9 * SECOND, why, at=at)

    assert decided(compensate, at=end + 20 * SECOND) == 0

    assert row_of(public_id).duration_ms == 20 * 60_000
    assert count_waiting() == 0


def expired(*, at, limit=1):
    """Let the worker take one batch; return how many papers it ended."""
    db.session.rollback()
    with transaction():
        return service.expire_due(at=at, limit=limit)


def test_papers_of_a_paused_round_hold_up_no_others(contest, freeze):
    other = contests.contest("khac")
    standing = attempts.started(contest, entered(contest, 1))
    running = attempts.started(other, entered(other, 2), at=NOON + MINUTE)
    decided(service.pause_round, at=NOON + 20 * MINUTE + 15 * SECOND)

    assert [expired(at=NOON + 60 * MINUTE) for _ in range(2)] == [1, 0]

    assert (row_of(standing).state, row_of(running).state) == ("running", "expired")


def test_papers_in_a_long_grace_hold_up_no_others(in_app, freeze):
    freeze(NOON)
    patient = contests.contest("kien-nhan", clock={"grace_seconds": 120})
    strict = contests.contest("nghiem", clock={"grace_seconds": 0})
    waiting = attempts.started(patient, entered(patient, 1))
    over = attempts.started(strict, entered(strict, 2), at=NOON + MINUTE)

    assert [expired(at=NOON + 22 * MINUTE) for _ in range(2)] == [1, 0]

    assert (row_of(waiting).state, row_of(over).state) == ("running", "expired")
    assert expired(at=NOON + 22 * MINUTE + MS) == 1


def test_a_paper_that_ran_out_while_the_worker_is_dead_says_so_and_asks_again(
    client, contest, freeze
):
    joined(client)
    path = begun(client)
    freeze(NOON + 20 * MINUTE + 15 * SECOND + MS)

    page = client.get(path, follow_redirects=True)

    assert page.status_code == 200
    assert "Hết giờ làm bài" in page.text
    assert int(page.headers["Refresh"]) > 0
    rolled_up()
    page = client.get(page.request.path)
    assert "bài đã được chấm" in page.text
    assert "Refresh" not in page.headers


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("save", 9, "A"), ("save", 8, "B"), (9, "A")),
        (("save", 8, "A"), ("save", 9, "B"), (9, "B")),
        (("save", 9, "A"), ("submit", 0, "B"), (0, "B")),
        (("submit", 0, "A"), ("save", 9, "B"), (0, "A")),
        (("submit", 0, "A"), ("submit", 0, "B"), (0, "B")),
    ],
)
def test_of_late_answers_the_newest_are_kept_in_any_order_of_arrival(contest, first, second, kept):
    person = entered(contest)
    public_id = attempts.started(contest, person)
    late = NOON + 21 * MINUTE
    for how, op, letter in (first, second):
        if how == "save":
            assert attempts.saved(public_id, person, {1: letter}, op=op, at=late).saved == "over"
        else:
            attempts.submitted(public_id, person, {1: letter}, at=late)

    sheet = db.session.scalar(select(LateSheet))

    paper = rules.decode_paper(row_of(public_id).paper)
    assert (sheet.op, rules.as_shown(rules.decode_answers(sheet.answers), paper)[1]) == kept
