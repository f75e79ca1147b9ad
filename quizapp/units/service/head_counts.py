"""Head counts: entered, locked once and for all, and read as denominators."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db, run
from quizapp.units.errors import BadHeadCounts, CountLocked, NoSuchCount
from quizapp.units.models import HeadCount, Unit, UnitName
from quizapp.units.rules.head_counts import HeadCountRow, read_head_counts
from quizapp.units.rules.rows import Problem
from quizapp.units.service.reading import in_parts, valid_on

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class CountCard:
    """How many members a unit had on a day. `locked_at` None: not counted with yet."""

    unit_id: int
    counted_on: date
    members: int
    source: str
    entered_by: str
    locked_by: str | None
    locked_at: datetime | None


def enter_count(
    unit_id: int, members: int, counted_on: date, source: str, *, actor: str, at: datetime
) -> None:
    """Write a unit's count of a day, over one that is not locked. Raises CountLocked."""
    _write([(unit_id, members, counted_on, source)], actor=actor, at=at)
    audit.record(
        "head_count.enter",
        actor=actor,
        object=f"unit:{unit_id}",
        after={"members": members, "on": counted_on},
        at=at,
    )


def lock_count(unit_id: int, counted_on: date, *, actor: str, at: datetime) -> None:
    """Let boards count with a count; nobody changes it any more.

    Raises NoSuchCount, CountLocked.
    """
    this = (HeadCount.unit_id == unit_id, HeadCount.counted_on == counted_on)
    locked = (
        update(HeadCount)
        .where(*this, HeadCount.locked_at.is_(None))
        .values(locked_by=actor, locked_at=at)
        .returning(HeadCount.members)
    )
    members = db.session.scalar(locked)
    if members is None:
        known = db.session.scalar(select(HeadCount.unit_id).where(*this))
        raise NoSuchCount if known is None else CountLocked(day=counted_on)
    after = {"members": members, "on": counted_on}
    audit.record("head_count.lock", actor=actor, object=f"unit:{unit_id}", after=after, at=at)


def import_counts(files: Mapping[str, bytes], *, is_locking: bool, actor: str, at: datetime) -> int:
    """Write the counts of CSV files, all or none; return how many. One audited step.

    Raises BadHeadCounts with a line for everything that is wrong, CountLocked.
    """
    rows: list[HeadCountRow] = []
    problems: list[Problem] = []
    for name, content in files.items():
        good, bad = read_head_counts(name, content)
        rows, problems = [*rows, *good], [*problems, *bad]
    ids = _ids_of({row.code for row in rows})
    problems += [
        Problem(place=row.place, column="code", words=f"không có đơn vị mã {row.code}")
        for row in rows
        if row.code not in ids
    ]
    problems += _locked_before(rows, ids)
    if problems:
        raise BadHeadCounts(problems="\n".join(map(str, problems)), count=len(problems))
    counts = [(ids[row.code], row.members, row.counted_on, row.source) for row in rows]
    _write(counts, actor=actor, at=at, locked_by=actor if is_locking else None)
    after = {name: sha256(content).hexdigest() for name, content in files.items()}
    action = "head_count.import_locked" if is_locking else "head_count.import"
    audit.record(action, actor=actor, object="units:head_counts", after=after, at=at)
    return len(rows)


def get_locked_counts(unit_ids: Collection[int], *, by: date) -> Mapping[int, int]:
    """Return unit → members of its newest locked count of a day up to `by`.

    Of these units, or of more where they are very many.
    """
    parts = in_parts(HeadCount.unit_id, unit_ids)
    return {unit_id: count for part in parts for unit_id, count in _locked(part, by=by)}


def get_locked_counts_below(parent_id: int, *, by: date) -> Mapping[int, int]:
    """Return the same of all units right below one."""
    rows = run(_locked_below(), parent_id=parent_id, by=by)
    return {row.unit_id: row.members for row in rows}


def _locked(of_units: ColumnElement[bool], *, by: date) -> Iterable[tuple[int, int]]:
    rows = db.session.execute(_newest_locked(of_units), {"by": by})
    return ((row.unit_id, row.members) for row in rows)


@cache
def _locked_below() -> Select[*tuple[Any, ...]]:
    below = select(Unit.id).where(Unit.parent_id == bindparam("parent_id"))
    return _newest_locked(HeadCount.unit_id.in_(below))


def _newest_locked(of_units: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Select unit and members of the newest locked counts of a day up to the one filled in."""
    newest = (
        select(HeadCount.unit_id, func.max(HeadCount.counted_on).label("day"))
        .where(HeadCount.locked_at.is_not(None), HeadCount.counted_on <= bindparam("by"), of_units)
        .group_by(HeadCount.unit_id)
        .subquery()
    )
    return select(HeadCount.unit_id, HeadCount.members).join(
        newest,
        (newest.c.unit_id == HeadCount.unit_id) & (newest.c.day == HeadCount.counted_on),
    )


def get_counts_within(unit_ids: Collection[int]) -> Sequence[CountCard]:
    """Return the counts of these units and their children: open ones first, then newest."""
    wanted = (HeadCount.unit_id.in_(unit_ids)) | (Unit.parent_id.in_(unit_ids))
    rows = db.session.scalars(
        select(HeadCount)
        .join(Unit, Unit.id == HeadCount.unit_id)
        .where(wanted)
        .order_by(HeadCount.locked_at.is_not(None), HeadCount.counted_on.desc(), HeadCount.unit_id)
        .limit(AT_ONCE)
    )
    return [
        CountCard(
            unit_id=row.unit_id,
            counted_on=row.counted_on,
            members=row.members,
            source=row.source,
            entered_by=row.entered_by,
            locked_by=row.locked_by,
            locked_at=row.locked_at,
        )
        for row in rows
    ]


def get_predecessors(present: Mapping[int, int], *, on: date) -> Mapping[int, Sequence[int]]:
    """Return unit → the bodies that were there on a day and that it stands for by now.

    `present` is what `get_present_ids` gives. A unit that was there itself is among its own; one
    that ended without an heir, or is still there, stands for itself only and is left out.
    """
    heirs = {heir for unit_id, heir in present.items() if heir != unit_id}
    ended = {unit_id for unit_id, heir in present.items() if heir != unit_id}
    asked = ended | heirs
    rows = [
        unit_id
        for part in in_parts(Unit.id, asked)
        for unit_id in db.session.scalars(select(Unit.id).where(valid_on(on), part))
        if unit_id in asked
    ]
    found: dict[int, list[int]] = {heir: [] for heir in heirs}
    for unit_id in rows:
        heir = present.get(unit_id, unit_id) if unit_id in ended else unit_id
        if heir in found:
            found[heir].append(unit_id)
    return found


def last_lock() -> datetime | None:
    """Return when a count was locked last: boards show rates from then on."""
    return db.session.scalar(select(func.max(HeadCount.locked_at)))


def _write(
    counts: Iterable[tuple[int, int, date, str]],
    *,
    actor: str,
    at: datetime,
    locked_by: str | None = None,
) -> None:
    lock = {"locked_by": locked_by, "locked_at": at if locked_by else None}
    rows = [
        {"unit_id": unit_id, "members": members, "counted_on": day, "source": source}
        | {"entered_by": actor, "entered_at": at}
        | lock
        for unit_id, members, day, source in counts
    ]
    for row in rows:
        this = (HeadCount.unit_id == row["unit_id"], HeadCount.counted_on == row["counted_on"])
        known = db.session.execute(select(HeadCount.locked_at).where(*this)).one_or_none()
        if known is None:
            db.session.execute(insert(HeadCount).values(row))
        elif known.locked_at is None:
            db.session.execute(update(HeadCount).where(*this).values(row))
        else:
            raise CountLocked(day=row["counted_on"])


def _ids_of(codes: Collection[str]) -> dict[str, int]:
    rows = db.session.execute(select(UnitName.code, UnitName.unit_id))
    return {row.code: row.unit_id for row in rows if row.code in codes}


def _locked_before(rows: Iterable[HeadCountRow], ids: Mapping[str, int]) -> list[Problem]:
    locked = db.session.execute(
        select(HeadCount.unit_id, HeadCount.counted_on).where(HeadCount.locked_at.is_not(None))
    )
    known = {(row.unit_id, row.counted_on) for row in locked}
    return [
        Problem(place=row.place, column="counted_on", words="số của ngày này đã khóa")
        for row in rows
        if (ids.get(row.code), row.counted_on) in known
    ]
