"""Entries of the log, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from quizapp.audit.models import AuditEntry
from quizapp.db import db


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which entries: by any of these actors, about an object, of an action, within a time.

    `action` is how its code begins, or it is one of `actions`. `before`: only
    entries of lower numbers; "" and None ask for nothing.
    """

    actors: tuple[str, ...] = ()
    object: str = ""
    action: str = ""
    actions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One entry as it is stored."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    before_digest: str | None
    after_digest: str | None
    reason: str | None


def get_lines(wanted: Wanted, *, limit: int) -> Sequence[Line]:
    """Return the newest entries that are wanted."""
    table = AuditEntry.__table__
    columns = [table.c[name] for name in Line.__dataclass_fields__]
    rows = db.session.execute(
        select(*columns).where(*_conditions(wanted)).order_by(table.c.id.desc()).limit(limit)
    )
    return [Line(**row._asdict()) for row in rows]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actors:
        found.append(AuditEntry.actor.in_(wanted.actors))
    if wanted.object:
        found.append(AuditEntry.object == wanted.object)
    if wanted.action:
        begins = AuditEntry.action.startswith(wanted.action, autoescape=True)
        found.append(begins | AuditEntry.action.in_(wanted.actions))
    if wanted.since is not None:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEntry.at < wanted.until)
    if wanted.before is not None:
        found.append(AuditEntry.id < wanted.before)
    return found
