"""After the storm: what the database holds, read past everything that was spoiled."""

import time
from collections import Counter

from sqlalchemy import func, select

from quizapp.attempts import rules
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import encode_id
from quizapp.db import db
from quizapp.people.models import Person
from quizapp.people.service import sealing
from quizapp.standings.models import ResultEvent
from tests import databases
from tests.faults.ledger import BLANK, Row
from tests.load.people import SLUG

VERIFY_SECONDS = 120  # the worker may be in the longest pause of its supervision


def stored(app):
    """Return (the phone of each person, a Row of each attempt)."""
    with app.app_context():
        try:
            phones, events = _phones(), _events()
            attempts = db.session.scalars(select(Attempt).order_by(Attempt.id)).all()
            rows = [_row(one, phones[one.person_id], events[one.id]) for one in attempts]
        finally:
            db.session.remove()
            db.engine.dispose()
    return list(phones.values()), rows


def verify(stage):
    """Wait until the worker has counted everything; return what `standings verify` says last,
    and whether it found nothing."""
    end = time.monotonic() + VERIFY_SECONDS
    while True:
        run = databases.run_flask("standings", "verify", SLUG, instance=stage.folder, url=stage.url)
        if run.returncode == 0 or time.monotonic() > end:
            return (run.stdout + run.stderr).strip().splitlines()[-1:], run.returncode == 0
        time.sleep(1)


def _phones():
    """Return person id → the number as people write it."""
    columns = select(Person.id, Person.phone_sealed, Person.public_id, Person.key_id)
    return {
        row.id: "0"
        + sealing.open_sealed_phone(
            row.phone_sealed, public_id=row.public_id, key_id=row.key_id
        ).removeprefix("+84")
        for row in db.session.execute(columns.order_by(Person.id))
    }


def _events():
    """Return attempt id → how many result events it has."""
    columns = select(ResultEvent.attempt_id, func.count()).group_by(ResultEvent.attempt_id)
    rows = db.session.execute(columns)
    return Counter(dict(map(tuple, rows)))


def _row(attempt, phone, events):
    paper = rules.decode_paper(attempt.paper)
    shown = rules.as_shown(rules.decode_answers(attempt.answers), paper)
    return Row(
        public_id=encode_id(attempt.public_id),
        phone=phone,
        number=attempt.number,
        number_limit=attempt.number_limit,
        state=attempt.state,
        last_op=attempt.last_op,
        answers="".join(shown.get(position, BLANK) for position in range(1, len(paper) + 1)),
        prediction=attempt.prediction,
        receipt=attempt.receipt,
        deadline_ms=int(attempt.deadline_at.timestamp() * 1000),
        events=events,
    )
