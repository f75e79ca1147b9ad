"""Taking the attempts of people out of everything and forgetting what they answered."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, update

from quizapp.attempts import rules
from quizapp.attempts.models import Attempt, FormerHolder, LateSheet
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.corrections import WITH_PERSON, lock_attempts, void_rows
from quizapp.db import db
from quizapp.people import service as people

NOBODY = ""  # holds the paper: no phone


def empty_attempts(person_ids: Collection[int], *, at: datetime) -> None:
    """Let no attempt of these people count, and keep nothing of what they answered or by which
    phone. Boards follow by themselves.

    The rows stay: an id that came free would name another attempt in the log.
    """
    people.lock_people(sorted(person_ids))
    rows = lock_attempts(person_ids)
    counting = [row for row in rows if row.state != AttemptState.VOID]
    void_rows(counting, cause=WITH_PERSON, at=at)
    ids = [row.id for row in rows]
    for row in rows:
        blank = rules.encode_answers([0] * len(rules.decode_answers(row.answers)))
        one = update(Attempt).where(Attempt.id == row.id)
        values = {"answers": blank, "prediction": None, "holder": NOBODY, "last_body": None}
        db.session.execute(one.values(values).execution_options(synchronize_session=False))
    for table in (LateSheet, FormerHolder):
        db.session.execute(delete(table).where(table.attempt_id.in_(ids)))
