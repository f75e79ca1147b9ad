"""People with running papers, written straight into the database as a start would have left them.

For loads that begin with thousands of papers: starting each over HTTP would take longer than the
load itself. Everything is real: phones are sealed, papers drawn, cookies signed.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import insert, select

from quizapp import clock
from quizapp.attempts import rules
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, DrawRules
from quizapp.attempts.service import encode_id
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.people.models import Person, PersonState
from quizapp.people.service import sealing
from quizapp.units import service as units
from quizapp.vietnamese import name_sort_key
from quizapp.web import contestant
from tests.load.ledger import Entry
from tests.load.people import SLUG
from tests.load.people import Person as Caller

AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A running paper: who has it, where it is, what was acknowledged of it."""

    person: Caller
    path: str
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """What all papers of the round are drawn from."""

    contest_id: int
    round: contests.RoundCard
    pool: list
    bodies: list
    how: DrawRules

    @classmethod
    def of_round(cls):
        contest = contests.get_contest(SLUG)
        one = contest.rounds[0]
        questions = banks.get_questions(one.bank_version_id)
        how = DrawRules(
            questions=one.rules.questions,
            quota=one.rules.quota,
            shuffle_questions=one.rules.shuffle_questions,
            shuffle_options=one.rules.shuffle_options,
        )
        bodies = units.get_bodies(on=clock.now().date())
        pool = contests.drawable(questions, one.rules, one.window)
        return cls(contest_id=contest.id, round=one, pool=pool, bodies=bodies, how=how)

    def draw(self, person, number):
        """Return the paper of a person (their public id)."""
        return rules.draw(
            self.pool, self.how, secret=self.round.secret, person=person, number=number
        )


def running_papers(base, ledger, callers, *, due, half=False):
    """Write these people with a paper each that runs until `due`; return a Paper for each.

    `half`: every other question is answered already, by one save that was acknowledged.
    """
    with base.app.app_context():
        drawing = Drawing.of_round()
        db.session.rollback()
        papers = []
        for start in range(0, len(callers), AT_ONCE):
            with transaction():
                some = callers[start : start + AT_ONCE]
                papers += _write(drawing, ledger, some, due=due, half=half)
        db.session.remove()
        db.engine.dispose()
    return papers


def _write(drawing, ledger, callers, *, due, half):
    ids = write_people(drawing, callers)
    rows = [
        _attempt(drawing, caller, *ids[caller.number], due=due, half=half) for caller in callers
    ]
    db.session.execute(insert(Attempt), rows)
    return [_paper(drawing, ledger, *pair) for pair in zip(callers, rows, strict=True)]


def write_people(drawing, callers):
    """Write these people as joining leaves them; return number → (person id, public id)."""
    rows = {caller.number: _person(drawing, caller) for caller in callers}
    db.session.execute(insert(Person), list(rows.values()))
    public_ids = [row["public_id"] for row in rows.values()]
    found = select(Person.public_id, Person.id).where(Person.public_id.in_(public_ids))
    ids = dict(db.session.execute(found).all())
    return {number: (ids[row["public_id"]], row["public_id"]) for number, row in rows.items()}


def _person(drawing, caller):
    public_id, phone = secrets.token_bytes(16), f"+84{caller.phone[1:]}"
    return {
        "public_id": public_id,
        "contest_id": drawing.contest_id,
        "name": caller.name,
        "name_sort_key": name_sort_key(caller.name),
        "phone_hash": sealing.phone_hash(phone),
        "phone_sealed": sealing.seal_phone(phone, public_id=public_id),
        "pin_hash": sealing.pin_hash(caller.pin, public_id=public_id),
        "key_id": sealing.current_key_id(),
        "is_phone_verified": False,
        "unit_id": drawing.bodies[caller.number % len(drawing.bodies)].id,
        "state": PersonState.ACTIVE,
        "joined_at": drawing.round.window.opens_at,
    }


def _attempt(drawing, caller, person_id, person, *, due, half):
    asked = drawing.draw(person, 1)
    one = drawing.round
    unit_id = drawing.bodies[caller.number % len(drawing.bodies)].id
    chosen = [1 << paper.order[0] if n % 2 else 0 for n, paper in enumerate(asked)]
    return {
        "public_id": one.tag + secrets.token_bytes(16),
        "round_id": one.id,
        "person_id": person_id,
        "number": 1,
        "number_limit": one.rules.attempts_max,
        "unit_declared_id": unit_id,
        "unit_assigned_id": unit_id,
        "paper": rules.encode_paper(asked),
        "started_at": due - one.rules.time_limit,
        "deadline_at": due,
        "holder": f"load-{caller.number}",
        "last_op": int(half),
        "answers": rules.encode_answers(chosen if half else [0] * len(asked)),
        "state": AttemptState.RUNNING,
    }


def _paper(drawing, ledger, caller, row):
    """Give the caller the cookie that the product would have set; note what stands there."""
    signed = {"h": row["holder"], "p": [(drawing.contest_id, row["person_id"])]}
    caller.cookies[contestant.COOKIE] = contestant._serializer().dumps(signed)
    public_id = encode_id(row["public_id"])
    entry = ledger.started(public_id)
    if row["last_op"]:
        paper = rules.decode_paper(row["paper"])
        entry.sends(1, rules.as_shown(rules.decode_answers(row["answers"]), paper))
        entry.saved(1)
    return Paper(person=caller, path=f"/a/{public_id}", entry=entry)
