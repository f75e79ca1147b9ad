"""Mistakes that peers made, put into the product on purpose: the machine must notice each."""

import threading
from dataclasses import replace
from datetime import timedelta

from flask import redirect
from sqlalchemy import func, select, text, update

from quizapp import clock
from quizapp.attempts import rules, service
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import Saved, saving, starting
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.people import service as people
from quizapp.web.contestant import read_contestant

TOGETHER_S = 0.05  # how long a careless start waits for another one to be as careless


def late_save_is_taken(monkeypatch, _app):
    """A save that lands after the end changes the answers, and is acknowledged."""
    _take_when(monkeypatch, Saved.OVER, is_said=True)


def late_save_changes_answers_in_silence(monkeypatch, _app):
    """A save that lands after the end is refused, and changes the answers all the same."""
    _take_when(monkeypatch, Saved.OVER, is_said=False)


def stale_save_is_taken(monkeypatch, _app):
    """A save that was overtaken by a newer one puts the older answers back."""
    _take_when(monkeypatch, Saved.STALE, is_said=True)


def other_phone_may_save(monkeypatch, _app):
    """Two phones overwrite each other: the last one wins."""
    _take_when(monkeypatch, Saved.HELD, is_said=True)


def save_is_acknowledged_and_lost(monkeypatch, _app):
    """Every save that changes the first answer is said to be done and is not."""
    real = service.save_answers

    def save(public_id, phone, sheet, *, op, at):
        before = service.get_attempt_row(public_id, phone)
        saved = real(public_id, phone, sheet, op=op, at=at)
        if saved.saved is Saved.DONE and 1 in sheet.answers:
            _write(public_id, phone, answers=before.answers)
        return saved

    monkeypatch.setattr(service, "save_answers", save)


def second_submit_scores_again(monkeypatch, _app):
    """A paper that is handed in twice is marked twice, the second time with other answers."""
    real = service.submit_attempt

    def submit(public_id, phone, sheet, *, at):
        row = service.get_attempt_row(public_id, phone)
        others = select(Attempt.id).where(
            Attempt.person_id == row.person_id,
            Attempt.round_id == row.round_id,
            Attempt.state == AttemptState.RUNNING,
        )
        if row.state == AttemptState.SUBMITTED and db.session.scalar(others) is None:
            _write(public_id, phone, state=AttemptState.RUNNING, submitted_at=None)
        real(public_id, phone, sheet, at=at)

    monkeypatch.setattr(service, "submit_attempt", submit)


def grace_is_a_millisecond_too_long(monkeypatch, _app):
    _move_grace(monkeypatch, timedelta(milliseconds=1))


def grace_is_a_millisecond_too_short(monkeypatch, _app):
    _move_grace(monkeypatch, timedelta(milliseconds=-1))


def limit_is_checked_before_the_insert(monkeypatch, app):
    """A start first counts and then inserts, and no constraint is in its way."""
    together = threading.Barrier(2)

    def start(slug, number):
        one = contests.get_round(contests.get_contest(slug), number)
        contestant = read_contestant()
        person = people.find_person(contestant.person_in(one.contest_id))
        mine = select(func.count()).where(
            Attempt.person_id == person.id, Attempt.round_id == one.id
        )
        runs = db.session.scalar(mine.where(Attempt.state == AttemptState.RUNNING))
        may_begin = not runs and db.session.scalar(mine) < one.rules.attempts_max
        db.session.rollback()
        try:
            together.wait(TOGETHER_S)
        except threading.BrokenBarrierError:
            together.reset()
        with transaction():
            if not may_begin:
                address = service.start_attempt(
                    one, person, holder=contestant.holder, at=clock.now()
                )
                return redirect(f"/a/{address}", 303)
            db.session.execute(text("DROP INDEX IF EXISTS ix_attempt_one_running"))
            turns = starting._begun(one, person)
            free = replace(one, rules=replace(one.rules, attempts_max=max(len(turns) + 1, 3)))
            address = starting._begin(
                free, person, turns, holder=contestant.holder, at=clock.now(), asked=None
            )
        return redirect(f"/a/{address}", 303)

    monkeypatch.setitem(app.view_functions, "attempts.start", start)


PLANTS = [
    late_save_is_taken,
    late_save_changes_answers_in_silence,
    stale_save_is_taken,
    other_phone_may_save,
    save_is_acknowledged_and_lost,
    second_submit_scores_again,
    grace_is_a_millisecond_too_long,
    grace_is_a_millisecond_too_short,
]


def _take_when(monkeypatch, verdict, *, is_said):
    """Write the answers of a save that was refused with this verdict."""
    real = service.save_answers

    def save(public_id, phone, sheet, *, op, at):
        saved = real(public_id, phone, sheet, op=op, at=at)
        if saved.saved is not verdict:
            return saved
        row = service.get_attempt_row(public_id, phone)
        answers = rules.encode_answers(saving.overlaid(row, sheet))
        _write(public_id, phone, answers=answers, last_op=op)
        return replace(saved, saved=Saved.DONE, op=op, answers={}) if is_said else saved

    monkeypatch.setattr(service, "save_answers", save)


def _move_grace(monkeypatch, by):
    real = rules.is_over
    monkeypatch.setattr(
        rules,
        "is_over",
        lambda *, deadline_at, grace, now: real(deadline_at=deadline_at, grace=grace + by, now=now),
    )


def _write(public_id, phone, **values):
    row = service.get_attempt_row(public_id, phone)
    db.session.execute(update(Attempt).where(Attempt.id == row.id).values(**values))
