"""Answers on their way in: saves, and the one submit that makes an attempt final."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select, update

from quizapp.attempts import rules
from quizapp.attempts.errors import SubmitFromOther
from quizapp.attempts.models import Attempt, LateSheet
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.finish import Final, expire, finish
from quizapp.attempts.service.rows import (
    ATTEMPT,
    SAVED_AT,
    AnyRow,
    Phone,
    deadline_now,
    is_due,
    is_over,
    lock_attempt_row,
    lock_for_submit,
    with_round,
)
from quizapp.attempts.service.saving_at_once import remember_row
from quizapp.attempts.service.sheets import Saved, SaveOutcome, Sheet, canonical
from quizapp.db import db, run, upsert

MANY = 10_000  # papers: more need not be told apart
SAVE = (
    update(ATTEMPT)
    .where(
        ATTEMPT.c.id == bindparam("this"),
        ATTEMPT.c.state == AttemptState.RUNNING,
        ATTEMPT.c.last_op < bindparam("op"),
    )
    .values(
        answers=bindparam("sheet"),
        prediction=bindparam("guess"),
        last_op=bindparam("op"),
        last_body=bindparam("body"),
        **SAVED_AT,
    )
)


def overlaid(row: AnyRow, sheet: Sheet) -> tuple[int, ...]:
    """Return the row's answers with those of the sheet in their places. Raises BadAnswers."""
    chosen = canonical(sheet, rules.decode_paper(row.paper), row.bank_version_id)
    answers = rules.decode_answers(row.answers)
    return tuple(chosen.get(position, was) for position, was in enumerate(answers, start=1))


def save_answers(
    public_id: str, phone: Phone, sheet: Sheet, *, op: int, at: datetime
) -> SaveOutcome:
    """Keep the answers named in `sheet`, if this phone holds the running paper and `op` is new.

    The same `op` with the same answers again is answered as done. Two statements, three when the
    questions are not in this process. Raises NotYours or BadAnswers.
    """
    row = lock_attempt_row(public_id, phone)
    remember_row(row)
    verdict = _verdict(row, phone, sheet, op=op, at=at)
    if verdict is Saved.OVER:
        _keep_aside(row, phone, sheet, op=op, at=at)
    if verdict is not None:
        return SaveOutcome(
            saved=verdict,
            op=row.last_op,
            deadline_at=deadline_now(row, at=at),
            answers=rules.as_shown(
                rules.decode_answers(row.answers), rules.decode_paper(row.paper)
            ),
            prediction=row.prediction,
            is_paused=row.paused_at is not None,
        )
    run(
        SAVE,
        this=row.id,
        op=op,
        sheet=rules.encode_answers(overlaid(row, sheet)),
        guess=sheet.prediction if sheet.has_prediction else row.prediction,
        body=sheet.digest,
        at=at,
    )
    return SaveOutcome(
        saved=Saved.DONE,
        op=op,
        deadline_at=deadline_now(row, at=at),
        answers={},
        is_paused=row.paused_at is not None,
    )


def submit_attempt(public_id: str, phone: Phone, sheet: Sheet, *, at: datetime) -> None:
    """Make the attempt final with these answers over the saved ones, score it, rank it.

    Again: changes nothing. Past the grace: the saved answers are what counts. Three statements,
    one more when the paper or its rules are not in this process yet. Raises NotYours, BadAnswers
    or SubmitFromOther.
    """
    row, others = lock_for_submit(public_id, phone)
    if row.state != AttemptState.RUNNING:
        _keep_aside(row, phone, sheet, op=0, at=at)
        return
    if is_over(row, at=at):
        finish(row, state=AttemptState.EXPIRED, at=at, others=others)
        _keep_aside(row, phone, sheet, op=0, at=at)
        return
    if row.holder != phone.holder:
        raise SubmitFromOther
    answers = overlaid(row, sheet)
    prediction = sheet.prediction if sheet.has_prediction else row.prediction
    final = Final(answers=answers, prediction=prediction)
    finish(row, state=AttemptState.SUBMITTED, at=at, final=final, others=others)


def expire_due(*, at: datetime, limit: int) -> int:
    """Make final up to `limit` papers whose grace is over, with what was saved; return how many.

    Those whose time only seems over, in a long grace or a paused round, take no place of others.
    """
    rows = db.session.execute(
        with_round()
        .where(Attempt.state == AttemptState.RUNNING, is_due(at=at))
        .order_by(Attempt.deadline_at, Attempt.id)
        .limit(limit)
        .with_for_update(of=Attempt, skip_locked=True)
    ).all()
    if rows:
        expire(rows, at=at)
    return len(rows)


def count_due(*, at: datetime) -> int:
    """Return how many papers `expire_due` has yet to make final, at most MANY."""
    due = select(Attempt.id).where(Attempt.state == AttemptState.RUNNING, is_due(at=at))
    counted = select(func.count()).select_from(due.limit(MANY).subquery())
    return db.session.scalar(counted) or 0


def awaits_expiry(round_ids: Collection[int], *, ended_by: datetime, at: datetime) -> bool:
    """Tell whether a paper that ended by a moment is due at `at` and not final yet."""
    waiting = (
        Attempt.state == AttemptState.RUNNING,
        is_due(at=at),
        Attempt.deadline_at <= ended_by,
        Attempt.round_id.in_(round_ids),
    )
    return bool(db.session.scalar(select(exists().where(*waiting))))


def _keep_aside(row: AnyRow, phone: Phone, sheet: Sheet, *, op: int, at: datetime) -> None:
    """Keep answers that came after the time was over, for a decision; they count for nothing.

    Only from the phone that held the paper, only what differs from what counted, the newest only,
    in whatever order they arrive; a submit (number 0) is the last a phone sends.
    What comes after the person handed in is no late answer but a mistake of the phone's.
    """
    if row.state == AttemptState.SUBMITTED or row.holder != phone.holder:
        return
    counted = rules.decode_answers(row.answers)
    answers = overlaid(row, sheet)
    prediction = sheet.prediction if sheet.has_prediction else row.prediction
    if (answers, prediction) == (counted, row.prediction):
        return
    late = {
        "op": op,
        "received_at": at,
        "answers": rules.encode_answers(answers),
        "prediction": prediction,
    }
    new = upsert(LateSheet).values(attempt_id=row.id, **late)
    is_newer = (new.excluded.op == 0) | ((LateSheet.op != 0) & (new.excluded.op >= LateSheet.op))
    db.session.execute(
        new.on_conflict_do_update(index_elements=["attempt_id"], set_=late, where=is_newer)
    )


def _verdict(row: AnyRow, phone: Phone, sheet: Sheet, *, op: int, at: datetime) -> Saved | None:
    """Return why a save is not taken, or None when it is to be written."""
    if row.state != AttemptState.RUNNING or is_over(row, at=at):
        return Saved.OVER
    if row.holder != phone.holder:
        return Saved.HELD
    if op > row.last_op:
        return None
    is_same = op == row.last_op and row.last_body == sheet.digest
    return Saved.DONE if is_same else Saved.STALE
