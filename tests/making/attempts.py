"""Attempts for tests, through the services as the pages use them."""

from datetime import timedelta

from quizapp.attempts import rules, service
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import Phone, Sheet
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from tests.making.contests import NOON

HOLDER = "may-thu"


def started(contest, person, *, number=1, at=NOON, holder=HOLDER):
    """Start (or go on with) an attempt of the round; return its public id."""
    with transaction():
        one = contests.get_round(contest, number)
        return service.start_attempt(one, person, holder=holder, at=at)


def phone_of(person, *, holder=HOLDER):
    return Phone(holder=holder, person_ids=frozenset({person.id}))


def saved(public_id, person, answers, *, op=1, at=NOON, holder=HOLDER, **fields):
    """Save answers (position → letters); return the outcome."""
    with transaction():
        sheet = Sheet(answers=answers, **fields)
        phone = phone_of(person, holder=holder)
        return service.save_answers(public_id, phone, sheet, op=op, at=at)


def submitted(public_id, person, answers, *, at=NOON, holder=HOLDER, **fields):
    """Submit answers (position → letters)."""
    with transaction():
        sheet = Sheet(answers=answers, **fields)
        service.submit_attempt(public_id, phone_of(person, holder=holder), sheet, at=at)


def right_letters(public_id):
    """Return position → the letters shown of the right options, read from the stored paper."""
    row = service.get_attempt_row(public_id, _anybody(public_id))
    questions = banks.get_questions(row.bank_version_id)
    paper = rules.decode_paper(row.paper)
    db.session.rollback()
    return rules.as_shown([questions[asked.number - 1].right for asked in paper], paper)


def wrong_letters(public_id):
    """Return position → a letter that is not the right answer, though it may be a part of one."""
    return {
        position: "B" if letter == "A" else "A"
        for position, letter in right_letters(public_id).items()
    }


def finished(contest, person, *, right=20, minutes=5, at=NOON, number=1, **fields):
    """Take a whole attempt with that many right answers in that many minutes; return its id.

    `prediction=7` answers the secondary question too.
    """
    public_id = started(contest, person, at=at, number=number)
    answers = wrong_letters(public_id)
    answers |= dict(list(right_letters(public_id).items())[:right])
    fields |= {"has_prediction": True} if "prediction" in fields else {}
    submitted(public_id, person, answers, at=at + timedelta(minutes=minutes), **fields)
    return public_id


def attempt_row(public_id):
    """Return the stored attempt."""
    return service.get_attempt_row(public_id, _anybody(public_id))


def _anybody(public_id):
    raw = service.decode_id(public_id)
    person_id = db.session.query(Attempt.person_id).filter(Attempt.public_id == raw).scalar()
    return Phone(holder="", person_ids=frozenset({person_id}))
