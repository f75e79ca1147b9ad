"""Whether this process is up (`/healthz`), and whether it may be given requests (`/readyz`).

`/readyz` tells the parts apart. Only those without which a request would be answered wrongly decide
(DECIDING): a dead worker, a full disk or a missing backup must be seen, and must not take the
answering process away. docs/failures.md says what each means.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Blueprint, current_app
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from quizapp import clock
from quizapp.db import db
from quizapp.keys import is_in_place
from quizapp.schema import Schema, schema

MAX_CLOCK_GAP = timedelta(milliseconds=100)
DATABASE_CLOCK = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT to_char(timezone('UTC', clock_timestamp()), 'YYYY-MM-DD HH24:MI:SS.US')",
}
FACTS = "quizapp ready facts"
DECIDING = ("database", "schema", "clock")
# A fact that says how old something is belongs to a part, which is well up to so many seconds.
AGES = {"worker_age_s": ("worker", 60.0), "backup_age_s": ("backup", 26 * 3600.0)}
LEAST_FREE = 0.15  # of a disk
NEVER, UNKNOWN, TOO_OLD = "never", "unknown", "too old"

Fact = Callable[[datetime], float | None]

health = Blueprint("health", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """How one part of the installation is; `ok` is None where that cannot be told now."""

    ok: bool | None
    why: str | None = None
    numbers: Mapping[str, float | None] = field(default_factory=dict)

    def shown(self) -> dict[str, object]:
        why = {} if self.why is None else {"why": self.why}
        return {"ok": self.ok, **why, **self.numbers}


def report(app: App, name: str, fact: Fact) -> None:
    """Show a number (or null) under `name` in `/readyz`; a feature above adds what only it knows.

    It informs and decides nothing. Those of AGES are shown as the age of their part.
    """
    app.extensions.setdefault(FACTS, {})[name] = fact


@health.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer while the process can; a database that is down is no reason to kill it."""
    return {"status": "ok"}


@health.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Answer 200 when requests can be served correctly now, 503 with the reason otherwise."""
    parts, facts = get_parts(), {}
    why = next((name for name in DECIDING if parts[name].ok is False), None)
    if why is None:
        now = clock.now()
        facts = {name: fact(now) for name, fact in _facts().items() if name not in AGES}
    shown = {name: part.shown() for name, part in parts.items()} | facts
    if why:
        return {"status": "not ready", "why": why} | shown, 503
    return {"status": "ready"} | shown


def get_parts() -> dict[str, Part]:
    """Return how each part is. What only a database that is away could tell is unknown."""
    parts = {"web": Part(ok=True)}
    try:
        parts |= _told_by_database()
    except (DBAPIError, PoolTimeout):
        db.session.remove()
        parts["database"] = Part(ok=False)
        unknown = Part(ok=None, why=UNKNOWN)
        parts |= dict.fromkeys(("schema", "clock", *(part for part, _ in AGES.values())), unknown)
    return parts | {"disk": _disk(), "keys": _keys()}


def _facts() -> Mapping[str, Fact]:
    found: Mapping[str, Fact] = current_app.extensions.get(FACTS, {})
    return found


def _told_by_database() -> dict[str, Part]:
    found = schema()
    parts = {"database": Part(ok=True)}
    if found is not Schema.AT_HEAD:
        unknown = Part(ok=None, why=UNKNOWN)
        ages = dict.fromkeys((part for part, _ in AGES.values()), unknown)
        return parts | {"schema": Part(ok=False, why=found.value), "clock": unknown} | ages
    before = clock.now()
    there = _database_clock()
    now = clock.now()
    apart = gap(there, before=before, after=now)
    is_near = apart <= MAX_CLOCK_GAP
    parts["schema"] = Part(ok=True)
    parts["clock"] = Part(ok=is_near, numbers={"gap_ms": apart // timedelta(milliseconds=1)})
    facts = _facts()
    return parts | {
        part: _aged(facts[name](now) if name in facts else None, at_most=limit)
        for name, (part, limit) in AGES.items()
    }


def _aged(age_s: float | None, *, at_most: float) -> Part:
    if age_s is None:
        return Part(ok=False, why=NEVER)
    is_fresh = age_s <= at_most
    numbers = {"age_s": round(age_s, 1)}
    return Part(ok=is_fresh, why=None if is_fresh else TOO_OLD, numbers=numbers)


def _disk() -> Part:
    try:
        free = min(share for _, share in get_free().values())
    except OSError as error:
        return Part(ok=False, why=os.strerror(error.errno or 0))
    is_enough = free >= LEAST_FREE
    why = None if is_enough else "little room"
    return Part(ok=is_enough, why=why, numbers={"free_percent": int(free * 100)})


def get_free() -> dict[str, tuple[int, float]]:
    """Return the disks that we write to → free bytes, and their part of it. Raises OSError."""
    folders = {"instance": Path(current_app.instance_path)}
    url = db.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        folders["database"] = Path(url.database).parent
    used = {name: shutil.disk_usage(folder) for name, folder in folders.items()}
    return {name: (one.free, one.free / max(one.total, 1)) for name, one in used.items()}


def _keys() -> Part:
    """Tell whether the key file is still what this process was started with."""
    settings = current_app.config["SETTINGS"]
    is_there = is_in_place(settings.instance, current_app.config["KEYS"])
    return Part(ok=is_there, why=None if is_there else "missing or changed")


def gap(there: datetime, *, before: datetime, after: datetime) -> timedelta:
    """Return how far a clock read between two moments of ours surely is from ours.

    The journey to the database is not a difference of clocks: inside the two moments it is zero.
    """
    return max(before - there, there - after, timedelta(0))


def _database_clock() -> datetime:
    statement = text(DATABASE_CLOCK[db.engine.dialect.name])
    with db.engine.connect() as connection:
        return datetime.fromisoformat(connection.scalar(statement)).replace(tzinfo=UTC)
