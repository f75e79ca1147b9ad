"""A rebuild writes standings anew beside the shown ones and shows them as a whole."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from quizapp.attempts.service import Why
from quizapp.audit.models import AuditEntry
from quizapp.contests.service import get_contest
from quizapp.db import db, transaction
from quizapp.results import service
from quizapp.results.errors import CloseRuns, NothingToCancel, PublishedDiffers, RebuildRuns
from quizapp.results.models import Rebuild, RoundClose
from quizapp.results.service import bulk, rebuilding
from quizapp.standings.models import Standing
from tests.making import attempts, contests, people
from tests.making.boards import rolled_up
from tests.making.contests import NOON, ROUND
from tests.making.kills import stopped_at

WHY = Why(actor="system", reason="thử")
OVER = ROUND.closes_at + timedelta(minutes=1)
NEXT = type(ROUND)(opens_at=OVER, closes_at=OVER + timedelta(days=5))


def entered(contest, n):
    return people.person(contest.id, phone=f"0912{n:06d}", source=f"198.51.100.{n}")


@pytest.fixture
def contest(in_app, freeze, monkeypatch):
    """Two rounds; in the first, five took part, three with everything right."""
    freeze(NOON)
    monkeypatch.setattr(bulk, "batch_size", lambda: 3)
    made = contests.contest(windows=(ROUND, NEXT))
    given = [(20, 5, 9), (20, 5, 4), (20, 5, None), (19, 1, 3), (18, 1, 3)]
    for n, (right, minutes, prediction) in enumerate(given, start=1):
        fields = {} if prediction is None else {"prediction": prediction}
        attempts.finished(made, entered(made, n), right=right, minutes=minutes, **fields)
    rolled_up()
    freeze(OVER)
    card = get_contest("tim-hieu")
    db.session.rollback()
    return card


def rebuilt():
    db.session.rollback()
    return service.rebuild_contest("tim-hieu", WHY)


def closed(number=1):
    db.session.rollback()
    return service.close_round("tim-hieu", number, WHY)


def undone(number=1):
    db.session.rollback()
    with transaction():
        service.undo_close("tim-hieu", number, WHY, at=OVER)
    service.refresh_round("tim-hieu", number)


def shown(number=1):
    """Return (person, rank, error, points) of the shown standings, best first."""
    card = get_contest("tim-hieu")
    generation = card.rounds[number - 1].generation if number else card.generation
    rows = db.session.execute(
        select(Standing.person_id, Standing.rank, Standing.error, Standing.points_milli)
        .where(Standing.round_number == number, Standing.generation == generation)
        .order_by(Standing.rank_key, Standing.person_id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def changed(statement):
    db.session.rollback()
    with transaction():
        db.session.execute(text(statement))


def agrees(run):
    db.session.rollback()
    outcome = run("standings", "verify", "tim-hieu")
    return outcome.exit_code == 0 or outcome.output


def test_a_closed_round_is_rebuilt_as_a_closed_one(contest, run):
    found, before = closed(), shown()
    changed("UPDATE standing SET points_milli = 1, rank = 9, error = 7 WHERE person_id = 2")

    assert rebuilt() == 5

    assert shown() == before
    close = db.session.scalar(select(RoundClose))
    assert (close.digest, close.truth, close.people) == (found.digest, found.truth, found.people)
    assert agrees(run) is True
    undone()
    assert [rank for _, rank, _, _ in shown()] == [None] * 5
    assert agrees(run) is True


def test_a_closed_contest_is_rebuilt_with_its_ranks(contest, run, freeze):
    attempts.finished(contest, entered(contest, 9), number=2, at=NEXT.opens_at)
    rolled_up()
    freeze(NEXT.closes_at + timedelta(minutes=1))
    closed(1)
    closed(2)
    before = shown(0)
    changed("UPDATE standing SET rank = 9 WHERE round_number = 0")

    rebuilt()

    assert shown(0) == before
    assert [row[1] for row in before] == [1, 2, 3, 4, 5, 6]
    assert agrees(run) is True


def test_a_rebuild_after_an_undone_close_meets_no_rows_of_it(contest, run):
    before = shown()
    closed()
    undone()

    rebuilt()

    assert shown() == before
    assert agrees(run) is True
    closed()
    assert agrees(run) is True


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_rebuild_killed_at_any_commit_is_finished_by_the_next(contest, run, is_closed):
    if is_closed:
        closed()
    right = shown(), shown(0)
    changed("UPDATE standing SET points_milli = 1 WHERE person_id = 2 AND round_number = 1")
    changed("UPDATE unit_count SET people = people + 3")
    wrong = shown(), shown(0)
    nth = 0
    while stopped_at(nth := nth + 1, rebuilt):
        assert (shown(), shown(0)) in (wrong, right), nth

    assert nth > 5
    assert (shown(), shown(0)) == right
    assert agrees(run) is True
    assert set(db.session.scalars(select(Rebuild.state))) == {"done"}


def test_results_that_come_while_it_writes_are_in_it(contest, run, monkeypatch):
    person = entered(contest, 8)
    rank_closed = rebuilding._rank_closed

    def one_more(*given):
        attempts.finished(contest, person, number=2, at=NEXT.opens_at)
        db.session.rollback()
        return rank_closed(*given)

    monkeypatch.setattr(rebuilding, "_rank_closed", one_more)

    rebuilt()

    assert [row[0] for row in shown(2)] == [person.id]
    rolled_up()
    assert agrees(run) is True


def test_a_cancelled_rebuild_leaves_what_is_shown_and_no_rows(contest, run):
    before, rows = shown(), db.session.query(Standing).count()
    assert stopped_at(4, rebuilt)
    assert db.session.query(Standing).count() > rows
    db.session.rollback()

    assert run("standings", "rebuild", "tim-hieu", "--cancel").exit_code == 0

    assert (shown(), db.session.query(Standing).count()) == (before, rows)
    db.session.rollback()
    with pytest.raises(NothingToCancel):
        service.cancel_rebuild("tim-hieu", WHY)
    db.session.rollback()
    rebuilt()
    deeds = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert deeds[-2:] == ["standings.rebuild_cancelled", "standings.rebuild_done"]
    assert agrees(run) is True


def test_a_close_and_a_rebuild_wait_for_each_other(contest):
    assert stopped_at(3, rebuilt)
    with pytest.raises(RebuildRuns):
        closed()
    rebuilt()
    assert stopped_at(2, closed)
    with pytest.raises(CloseRuns):
        rebuilt()
    undone()
    rebuilt()


def test_what_was_published_is_not_changed_by_a_rebuild(contest):
    closed()
    changed("UPDATE round_close SET published_at = done_at")
    rebuilt()  # which comes to the same
    before = shown()
    changed("UPDATE round_close SET digest = 'khác'")

    with pytest.raises(PublishedDiffers):
        rebuilt()

    assert shown() == before
