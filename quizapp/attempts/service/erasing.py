"""What of attempts goes with a person's data: which phones they were taken on, what came late.

The paper, the answers and what they are worth stay: without a person they are nobody's data, and
results are recomputed from them.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update

from quizapp.attempts.errors import NotSubmittedYet
from quizapp.attempts.models import Attempt, FormerHolder, LateSheet
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.corrections import WITH_PERSON, lock_attempts, void_rows
from quizapp.contests.models import Round
from quizapp.db import db

NOBODYS_PHONE = ""


def has_attempts(person_id: int) -> bool:
    """Say whether the person has begun any attempt."""
    mine = select(Attempt.id).where(Attempt.person_id == person_id).limit(1)
    return db.session.scalar(mine) is not None


def check_none_runs(person_ids: Collection[int]) -> None:
    """Raise NotSubmittedYet while a paper of theirs runs; none begins before the transaction ends.

    The people are locked: a start takes the person's row too.
    """
    if any(row.state == AttemptState.RUNNING for row in lock_attempts(person_ids)):
        raise NotSubmittedYet


def leave_open_rounds(person_id: int, *, at: datetime) -> int:
    """Let the attempts of somebody who leaves count for nothing, but in rounds that are final.

    Returns how many.
    """
    final = set(db.session.scalars(select(Round.id).where(Round.closing_at.is_not(None))))
    rows = [
        row
        for row in lock_attempts([person_id])
        if row.state != AttemptState.VOID and row.round_id not in final
    ]
    void_rows(rows, cause=WITH_PERSON, at=at)
    return len(rows)


def forget_phones(person_ids: Collection[int]) -> None:
    """Forget on which phones these people took their attempts, and what came too late."""
    mine = select(Attempt.id).where(Attempt.person_id.in_(person_ids))
    held = update(Attempt).where(Attempt.person_id.in_(person_ids))
    db.session.execute(
        held.values(holder=NOBODYS_PHONE, last_body=None).execution_options(
            synchronize_session=False
        )
    )
    for table in (FormerHolder, LateSheet):
        gone = delete(table).where(table.attempt_id.in_(mine))
        db.session.execute(gone.execution_options(synchronize_session=False))
