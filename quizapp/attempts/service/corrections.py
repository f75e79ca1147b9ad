"""Decisions of an organiser about one attempt or one person. Boards follow by themselves.

Each is one transaction of the caller's over the attempts of one person or two, and one audit row.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from quizapp.attempts.errors import (
    AlreadyVoid,
    LeftThemselves,
    NothingToChange,
    NotVoid,
    PersonIsVoid,
    WasGivenBack,
    WasMerged,
)
from quizapp.attempts.models import Attempt, AttemptVoid
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.finish import expire, record_again
from quizapp.attempts.service.rows import AnyRow, with_round
from quizapp.attempts.service.time import Why
from quizapp.audit import service as audit
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service import PersonCard, PersonState, Purpose

BY_ITSELF, WITH_PERSON, BY_MERGE, GIVEN_BACK = "attempt", "person", "merge", "given_back"


def correct_person_unit(person_id: int, unit_id: int, why: Why, *, at: datetime) -> int:
    """Let a person and all their attempts count for a unit; return how many attempts moved.

    Attempts begun later count for it too. Raises NothingToChange.
    """
    person = people.lock_person(person_id)
    rows = lock_attempts([person_id])
    moved = [row for row in rows if row.unit_assigned_id != unit_id]
    if not moved and person.unit_counted_id == unit_id:
        raise NothingToChange
    people.assign_unit(person_id, unit_id)
    move_attempts(moved, unit_id)
    before, after = {"unit": person.unit_counted_id}, {"unit": unit_id}
    note("person.correct_unit", f"person:{person_id}", why, at=at, change=(before, after))
    return len(moved)


def correct_attempt_unit(attempt_id: int, unit_id: int, why: Why, *, at: datetime) -> None:
    """Let one attempt count for a unit, whatever its person's. Raises NothingToChange."""
    row = lock_attempt(attempt_id)
    if row.unit_assigned_id == unit_id:
        raise NothingToChange
    move_attempts([row], unit_id)
    before, after = {"unit": row.unit_assigned_id}, {"unit": unit_id}
    note("attempt.correct_unit", f"attempt:{attempt_id}", why, at=at, change=(before, after))


def void_attempt(attempt_id: int, why: Why, *, at: datetime) -> None:
    """Let an attempt count for nothing; a running one ends now. Raises AlreadyVoid."""
    row = lock_attempt(attempt_id)
    if row.state == AttemptState.VOID:
        raise AlreadyVoid
    void_rows([row], cause=BY_ITSELF, at=at)
    note("attempt.void", f"attempt:{attempt_id}", why, at=at)


def restore_attempt(attempt_id: int, why: Why, *, at: datetime) -> None:
    """Let a void attempt count again as what it was.

    Raises NotVoid, PersonIsVoid, WasGivenBack.
    """
    row = lock_attempt(attempt_id)
    if row.state != AttemptState.VOID:
        raise NotVoid
    if db.session.get_one(AttemptVoid, attempt_id).cause == GIVEN_BACK:
        raise WasGivenBack
    person = people.lock_person(row.person_id)
    if person.state is not PersonState.ACTIVE:
        raise PersonIsVoid
    _restore_rows([row])
    note("attempt.restore", f"attempt:{attempt_id}", why, at=at)


def void_person(person_id: int, why: Why, *, at: datetime) -> int:
    """Take a person out with all attempts; return how many that were. Raises AlreadyVoid.

    Who is erased stays so, but keeps no place either.
    """
    person = people.lock_person(person_id)
    rows = [row for row in lock_attempts([person_id]) if row.state != AttemptState.VOID]
    if person.state is PersonState.VOID or (person.state is PersonState.ERASED and not rows):
        raise AlreadyVoid
    if person.state is PersonState.ACTIVE:
        people.set_state(person_id, PersonState.VOID)
    void_rows(rows, cause=WITH_PERSON, at=at)
    note("person.void", f"person:{person_id}", why, at=at)
    return len(rows)


def restore_person(person_id: int, why: Why, *, at: datetime) -> int:
    """Take a person in again with the attempts that went out with them; return how many.

    Raises NotVoid, WasMerged, LeftThemselves.
    """
    person = people.lock_person(person_id)
    _check_restorable(person)
    people.set_state(person_id, PersonState.ACTIVE)
    with_person = select(AttemptVoid.attempt_id).where(AttemptVoid.cause == WITH_PERSON)
    mine = Attempt.person_id == person_id, Attempt.id.in_(with_person)
    gone = set(db.session.scalars(select(Attempt.id).where(*mine)))
    rows = [row for row in lock_attempts([person_id]) if row.id in gone]
    _restore_rows(rows)
    note("person.restore", f"person:{person_id}", why, at=at)
    return len(rows)


def lock_attempt(attempt_id: int) -> AnyRow:
    """Return an attempt with its round, changed by nobody else until the transaction ends."""
    query = with_round().where(Attempt.id == attempt_id)
    return db.session.execute(query.with_for_update(of=Attempt)).one()


def lock_attempts(person_ids: Collection[int]) -> Sequence[AnyRow]:
    """Return all attempts of these people with their rounds, oldest first, locked."""
    return db.session.execute(
        with_round()
        .where(Attempt.person_id.in_(person_ids))
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    ).all()


def move_attempts(rows: Sequence[AnyRow], unit_id: int | None) -> None:
    """Let these attempts count for a unit."""
    if rows:
        ids = [row.id for row in rows]
        moved = update(Attempt).where(Attempt.id.in_(ids)).values(unit_assigned_id=unit_id)
        db.session.execute(moved.execution_options(synchronize_session=False))
        rank_again(rows)


def void_rows(rows: Sequence[AnyRow], *, cause: str, at: datetime) -> None:
    """Let locked attempts count for nothing, each with a note of what it was."""
    if not rows:
        return
    running = [row for row in rows if row.state == AttemptState.RUNNING]
    if running:
        expire(running, at=at)
    was = {row.id: AttemptState.EXPIRED for row in running}
    db.session.execute(
        insert(AttemptVoid),
        [
            {"attempt_id": row.id, "was": was.get(row.id, row.state), "cause": cause}
            | {"voided_at": at}
            for row in rows
        ],
    )
    _set_state([row.id for row in rows], AttemptState.VOID)
    rank_again(rows)


def rank_again(rows: Sequence[AnyRow]) -> None:
    """Write the standings anew of the people and rounds of these attempts."""
    by_round: dict[int, set[int]] = {}
    for row in rows:
        by_round.setdefault(row.round_id, set()).add(row.person_id)
    for round_id, person_ids in sorted(by_round.items()):
        record_again(one_round=round_id, person_ids=person_ids)


def note(
    action: str,
    what: str,
    why: Why,
    *,
    at: datetime,
    change: tuple[Mapping[str, object], Mapping[str, object]] | None = None,
) -> None:
    """Write a decision into the audit log; `change` is what was before and what is after."""
    before, after = change or (None, None)
    audit.record(
        action, actor=why.actor, object=what, before=before, after=after, reason=why.reason, at=at
    )


def _restore_rows(rows: Sequence[AnyRow]) -> None:
    ids = [row.id for row in rows]
    marks = db.session.execute(
        delete(AttemptVoid)
        .where(AttemptVoid.attempt_id.in_(ids))
        .returning(AttemptVoid.attempt_id, AttemptVoid.was)
    ).all()
    for state in (AttemptState.SUBMITTED, AttemptState.EXPIRED):
        _set_state([mark.attempt_id for mark in marks if mark.was == state], state)
    rank_again(rows)


def _set_state(attempt_ids: Collection[int], state: AttemptState) -> None:
    if attempt_ids:
        changed = update(Attempt).where(Attempt.id.in_(attempt_ids)).values(state=state)
        db.session.execute(changed.execution_options(synchronize_session=False))


def _check_restorable(person: PersonCard) -> None:
    if person.merged_into_id is not None:
        raise WasMerged
    if person.state is not PersonState.VOID:
        raise NotVoid
    if not people.agrees(person.id, Purpose.TAKE_PART):
        raise LeftThemselves
