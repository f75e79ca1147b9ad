"""Two entries of one person become one: the turns of both are that person's, up to the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, update

from quizapp.attempts.errors import PersonIsVoid, SamePerson, StillRunning
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, share_turns
from quizapp.attempts.service.corrections import (
    BY_MERGE,
    lock_attempts,
    note,
    void_rows,
)
from quizapp.attempts.service.finish import record_again
from quizapp.attempts.service.rows import AnyRow
from quizapp.attempts.service.time import Why
from quizapp.contests.rules import Per
from quizapp.contests.service import get_rules
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service import PersonCard, PersonState
from quizapp.vietnamese import day_in_vietnam

ASIDE = 10_000  # numbers that no limit reaches, while the turns change places


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """How many attempts went over to the entry that stays, and how many were beyond the limit."""

    moved: int
    beyond: int


def merge_people(kept_id: int, merged_id: int, why: Why, *, at: datetime) -> Merged:
    """Let the entry `merged_id` go into `kept_id`, with its attempts, in the order of their start.

    Of each round (day, contest) as many count as the rules allow one person; those beyond are void.
    Attempts that go over count for the unit of the entry that stays.
    Raises SamePerson, PersonIsVoid, StillRunning.
    """
    if kept_id == merged_id:
        raise SamePerson
    kept, merged = people.lock_people([kept_id, merged_id])
    rows = lock_attempts([kept_id, merged_id])
    if {kept.state, merged.state} != {PersonState.ACTIVE} or kept.contest_id != merged.contest_id:
        raise PersonIsVoid
    if any(row.state == AttemptState.RUNNING for row in rows):
        raise StillRunning
    beyond = _beyond(rows)
    void_rows([r for r in beyond if r.state != AttemptState.VOID], cause=BY_MERGE, at=at)
    moved = _hand_over(rows, kept, merged, beyond={row.id for row in beyond})
    people.merge_into(merged_id, kept_id)
    for round_id in sorted({row.round_id for row in rows}):
        record_again(one_round=round_id, person_ids={kept_id, merged_id})
    change = {"of": merged_id}, {"of": kept_id}
    note("person.merge", f"person:{merged_id}", why, at=at, change=change)
    return Merged(moved=moved, beyond=len(beyond))


def _beyond(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """Return the attempts for which one person has no turn left: in the round, day or contest."""
    turns: dict[tuple[object, ...], list[AnyRow]] = {}
    for row in rows:
        turns.setdefault(_limited_within(row), []).append(row)
    beyond = []
    for some in turns.values():
        limit = max(get_rules(row.rule_set_id).attempts_max for row in some)
        late = share_turns({row.id: row.started_at for row in some}, limit=limit)[1]
        beyond += [row for row in some if row.id in late]
    return beyond


def _limited_within(row: AnyRow) -> tuple[object, ...]:
    """Return what the attempt shares with those that its limit counts."""
    match get_rules(row.rule_set_id).attempts_per:
        case Per.DAY:
            return row.round_id, day_in_vietnam(row.started_at)
        case Per.CONTEST:
            return (row.contest_id,)
        case _:
            return (row.round_id,)


def _hand_over(
    rows: Sequence[AnyRow], kept: PersonCard, merged: PersonCard, *, beyond: set[int]
) -> int:
    """Give every attempt its new person and number; return how many went over to `kept`."""
    places: dict[tuple[int, int], int] = {}
    changes = []
    for row in sorted(rows, key=lambda row: (row.started_at, row.id)):
        owner = merged if row.id in beyond else kept
        number = places[row.round_id, owner.id] = places.get((row.round_id, owner.id), 0) + 1
        goes_over = owner is kept and row.person_id == merged.id
        changes.append(
            {
                "this": row.id,
                "owner": owner.id,
                "turn": number,
                # A limit of days lets the turns of both be more than either had by then.
                "most": max(row.number_limit, number),
                "unit": kept.unit_counted_id if goes_over else row.unit_assigned_id,
                "aside": row.number + ASIDE,
                "aside_most": row.number_limit + ASIDE,
            }
        )
    _write(changes)
    return sum(row.person_id == merged.id and row.id not in beyond for row in rows)


def _write(changes: Sequence[dict[str, int | None]]) -> None:
    if not changes:
        return
    this = update(Attempt).where(Attempt.id == bindparam("this"))
    connection = db.session.connection()
    # First out of each other's way: a number belongs to one attempt of a person at every moment.
    connection.execute(
        this.values(number=bindparam("aside"), number_limit=bindparam("aside_most")), changes
    )
    connection.execute(
        this.values(
            person_id=bindparam("owner"),
            number=bindparam("turn"),
            number_limit=bindparam("most"),
            unit_assigned_id=bindparam("unit"),
        ),
        changes,
    )
