"""From units in free words to units of the catalogue: proposals, decisions, people who follow.

The worker proposes and applies, a few rows at a time; an organiser decides about a whole group in
one step, which writes only what was decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    update,
)

from quizapp.attempts.errors import GroupChanged, StillApplying
from quizapp.attempts.service.corrections import lock_attempts, move_attempts
from quizapp.audit import service as audit
from quizapp.contests.models import Contest, Round
from quizapp.db import db
from quizapp.people.models import Decision, Person, TypedUnit
from quizapp.units import service as units
from quizapp.units.rules.matching import group_key

LOOKED_AT_ONCE = 200
MARKED_AT_ONCE = 200
PEOPLE_AT_ONCE = 40  # with their attempts and standings about 200 rows
SAMPLES = 8
# Spelled out in the statement: a partial index is found by its condition, not by a bound value.
IS_OPEN: BindParameter[str] = bindparam("is_open", Decision.OPEN.value, literal_execute=True)
PAGE = 20
WAITING_AT_MOST = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a text is likely to mean."""

    contest_id: int
    text: str
    group_key: str
    unit_id: int | None
    certainty: int
    looked_with: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Texts that are decided about together; `certainty` is that of the least certain one.

    `seen` stands for exactly these texts. `unit_id` is what was decided, else what is proposed.
    """

    key: str
    unit_id: int | None
    certainty: int
    people: int
    texts: int
    samples: Sequence[str]
    seen: str
    is_applied: bool


def propose_units(*, on: date) -> list[Proposal]:
    """Return proposals for some texts that nobody has decided about and that need one. Reads only.

    A text is looked at again when the catalogue has grown.
    """
    newest = units.newest_unit()
    rows = db.session.execute(
        select(TypedUnit.contest_id, TypedUnit.text, Contest.owner_unit_id)
        .join(Contest, Contest.id == TypedUnit.contest_id)
        .where(TypedUnit.decision == IS_OPEN, TypedUnit.looked_with < newest)
        .order_by(TypedUnit.looked_with, TypedUnit.contest_id, TypedUnit.text)
        .limit(LOOKED_AT_ONCE)
    ).all()
    return [_proposal(row, newest=newest, on=on) for row in rows]


def keep_proposals(proposals: Sequence[Proposal]) -> None:
    """Write proposals beside their texts, unless somebody has decided meanwhile."""
    this = and_(
        TypedUnit.contest_id == bindparam("contest"),
        TypedUnit.text == bindparam("typed"),
        TypedUnit.decision == Decision.OPEN,
    )
    db.session.connection().execute(
        update(TypedUnit)
        .where(this)
        .values(
            group_key=bindparam("key"),
            proposed_unit_id=bindparam("unit"),
            certainty=bindparam("sure"),
            looked_with=bindparam("newest"),
        ),
        [
            {"contest": one.contest_id, "typed": one.text, "key": one.group_key}
            | {"unit": one.unit_id, "sure": one.certainty, "newest": one.looked_with}
            for one in proposals
        ],
    )


def get_groups(contest_id: int, decision: Decision, *, page: int) -> Sequence[Group]:
    """Return a page (from 0) of the contest's groups, those of most people first."""
    persons = func.count(Person.id)
    rows = db.session.execute(
        _with_people(contest_id, decision)
        .with_only_columns(TypedUnit.group_key, persons.label("people"))
        .group_by(TypedUnit.group_key)
        .order_by(persons.desc(), TypedUnit.group_key)
        .limit(PAGE)
        .offset(page * PAGE)
    ).all()
    texts = _texts(contest_id, decision, [row.group_key for row in rows])
    return [_group(row.group_key, row.people, texts[row.group_key]) for row in rows]


def count_groups(contest_id: int) -> Mapping[Decision, int]:
    """Return decision → how many groups."""
    rows = db.session.execute(
        select(TypedUnit.decision, func.count(TypedUnit.group_key.distinct()).label("groups"))
        .join(Person, _typed_by())
        .where(TypedUnit.contest_id == contest_id, TypedUnit.looked_with > 0)
        .group_by(TypedUnit.decision)
    )
    found = {Decision(row.decision): row.groups for row in rows}
    return {decision: found.get(decision, 0) for decision in Decision}


def count_waiting(contest_id: int) -> int:
    """Return how many groups wait for a decision, up to WAITING_AT_MOST; nobody is looked at."""
    waiting = (
        TypedUnit.contest_id == contest_id,
        TypedUnit.decision == IS_OPEN,
        TypedUnit.looked_with > 0,
    )
    some = select(TypedUnit.group_key).where(*waiting).distinct().limit(WAITING_AT_MOST)
    return db.session.scalars(select(func.count()).select_from(some.subquery())).one()


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenGroup:
    """A group as somebody saw it, to decide about those texts and no others."""

    key: str
    decision: Decision
    seen: str


def decide_group(
    contest_id: int, group: SeenGroup, unit_id: int | None, *, actor: str, at: datetime
) -> int:
    """Let the texts of a group mean a unit (None: none); return how many texts that were.

    People follow through the worker. Raises GroupChanged when the texts are not those that were
    seen, StillApplying.
    """
    texts = _texts(contest_id, group.decision, [group.key], lock=True).get(group.key, [])
    if not texts or _seen([row.text for row in texts]) != group.seen:
        raise GroupChanged
    if not all(row.is_applied for row in texts):
        raise StillApplying
    decision = Decision.LEFT if unit_id is None else Decision.MATCHED
    db.session.execute(
        update(TypedUnit)
        .where(TypedUnit.contest_id == contest_id, TypedUnit.decision == group.decision)
        .where(TypedUnit.group_key == group.key)
        .where(TypedUnit.text.in_([row.text for row in texts]))
        .values(
            decision=decision,
            unit_id=unit_id,
            previous_unit_id=TypedUnit.unit_id,
            is_applied=False,
        )
    )
    audit.record(
        "typed_units.decide",
        actor=actor,
        object=f"contest:{contest_id}",
        before={"texts": group.seen, "unit": texts[0].unit_id},
        after={"texts": group.seen, "unit": unit_id},
        at=at,
    )
    return len(texts)


def has_waiting() -> bool:
    """Say whether a decision is not applied yet; the worker asks before it takes the write lock."""
    waiting = select(TypedUnit.contest_id).where(~TypedUnit.is_applied).limit(1)
    return db.session.scalar(waiting) is not None


def apply_decisions() -> int:
    """Let some people count as was decided about what they typed; return how many rows changed.

    Whoever an organiser has moved by hand stays where they are. One short transaction of the
    caller's, to be repeated until nothing is left.
    """
    waiting = db.session.execute(
        select(TypedUnit.contest_id, TypedUnit.text)
        .where(~TypedUnit.is_applied)
        .order_by(TypedUnit.contest_id, TypedUnit.text)
        .limit(MARKED_AT_ONCE)
        .with_for_update()
    ).all()
    if not waiting:
        return 0
    keys = [(row.contest_id, row.text) for row in waiting]
    people = _people_of(keys)
    if people:
        _move(people)
        return len(people)
    applied = tuple_(TypedUnit.contest_id, TypedUnit.text).in_(keys)
    done = update(TypedUnit).where(applied).values(is_applied=True)
    db.session.execute(done.execution_options(synchronize_session=False))
    return len(keys)


def _people_of(keys: Sequence[tuple[int, str]]) -> Sequence[Row[int, int | None, int | None]]:
    """Return people who typed one of these and do not count as decided yet, locked."""
    by_nobody = Person.unit_assigned_id.is_(None)
    return db.session.execute(
        select(Person.id, Person.unit_assigned_id.label("old"), TypedUnit.unit_id.label("new"))
        .join(TypedUnit, _typed_by())
        .where(tuple_(TypedUnit.contest_id, TypedUnit.text).in_(keys))
        .where(or_(by_nobody, Person.unit_assigned_id == TypedUnit.previous_unit_id))
        .where(Person.unit_assigned_id.is_distinct_from(TypedUnit.unit_id))
        .order_by(Person.id)
        .limit(PEOPLE_AT_ONCE)
        .with_for_update(of=Person)
    ).all()


def _move(people: Sequence[Row[int, int | None, int | None]]) -> None:
    """Let people count for their new units; results that are final stay where they are."""
    final = set(db.session.scalars(select(Round.id).where(Round.closing_at.is_not(None))))
    mine = lock_attempts([row.id for row in people])
    attempts = [row for row in mine if row.round_id not in final]
    for unit_id in sorted({row.new for row in people}, key=lambda one: one or 0):
        old = {row.id: row.old for row in people if row.new == unit_id}
        moved = update(Person).where(Person.id.in_(old)).values(unit_assigned_id=unit_id)
        db.session.execute(moved.execution_options(synchronize_session=False))
        move_attempts(
            [
                row
                for row in attempts
                if row.person_id in old and row.unit_assigned_id == old[row.person_id]
            ],
            unit_id,
        )


def _proposal(row: Row[int, str, int], *, newest: int, on: date) -> Proposal:
    match = units.get_matcher(row.owner_unit_id, on=on).match(row.text)
    return Proposal(
        contest_id=row.contest_id,
        text=row.text,
        group_key=f"u{match.unit_id}" if match.is_sure else f"k{group_key(row.text)}",
        unit_id=match.unit_id,
        certainty=match.certainty,
        looked_with=newest,
    )


def _with_people(contest_id: int, decision: Decision) -> Select[int]:
    return (
        select(TypedUnit.contest_id)
        .join(Person, _typed_by())
        .where(TypedUnit.contest_id == contest_id, TypedUnit.decision == decision)
        .where(TypedUnit.looked_with > 0)
    )


def _typed_by() -> ColumnElement[bool]:
    return and_(
        Person.contest_id == TypedUnit.contest_id,
        Person.unit_text == TypedUnit.text,
        Person.unit_text.is_not(None),
    )


def _texts(
    contest_id: int, decision: Decision, keys: Sequence[str], *, lock: bool = False
) -> dict[str, list[TypedUnit]]:
    """Return group key → its texts in order."""
    query = (
        select(TypedUnit)
        .where(TypedUnit.contest_id == contest_id, TypedUnit.decision == decision)
        .where(TypedUnit.group_key.in_(keys), TypedUnit.looked_with > 0)
        .order_by(TypedUnit.text)
    )
    groups: dict[str, list[TypedUnit]] = {}
    for row in db.session.scalars(query.with_for_update() if lock else query):
        groups.setdefault(row.group_key, []).append(row)
    return groups


def _group(key: str, people: int, rows: Sequence[TypedUnit]) -> Group:
    first = rows[0]
    return Group(
        key=key,
        unit_id=first.proposed_unit_id if first.decision == Decision.OPEN else first.unit_id,
        certainty=min(row.certainty for row in rows),
        people=people,
        texts=len(rows),
        samples=[row.text for row in rows[:SAMPLES]],
        seen=_seen([row.text for row in rows]),
        is_applied=all(row.is_applied for row in rows),
    )


def _seen(texts: Sequence[str]) -> str:
    return sha256("\n".join(sorted(texts)).encode()).hexdigest()
