"""Writing to the audit log and checking it."""

import os
import pwd
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from quizapp.audit.models import AuditEntry
from quizapp.audit.rules import (
    FIRST_PREVIOUS_HASH,
    ChainProblem,
    Deed,
    Link,
    chain_hash,
    chain_problems,
    check_words,
    digest_of,
)
from quizapp.db import db, table_of

Digestible = str | bytes | Mapping[str, object] | None
TABLE = table_of(AuditEntry)
PART = 5_000
# The number is ours alone: the first eight bytes of sha256("quizapp audit chain"), as signed.
CHAIN_LOCK = 0x759F_0F20_671E_E15D


def record(  # noqa: PLR0913 - who, what, to what, from what, to what, why, when: each is a column
    action: str,
    *,
    actor: str,
    object: str,  # noqa: A002 - the column's name
    before: Digestible = None,
    after: Digestible = None,
    reason: str | None = None,
    at: datetime,
) -> None:
    """Append one entry to the log, inside the caller's write transaction.

    `actor` is "organiser:12", "person:7" (of themselves), "command:os-user" or "system"; `object`
    is like "contest:3". `before` and `after` are kept as digests only. Raises NotForTheLog for
    other forms of words.
    """
    check_words(actor=actor, action=action, object=object, reason=reason)
    last_id, last_hash = _take_turn()
    deed = Deed(
        id=last_id + 1,
        at=at,
        actor=actor,
        action=action,
        object=object,
        before_digest=digest_of(before),
        after_digest=digest_of(after),
        reason=reason,
    )
    link = {"previous_hash": last_hash, "hash": chain_hash(last_hash, deed)}
    db.session.execute(insert(AuditEntry).values(**asdict(deed), **link))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One deed as pages show it."""

    at: datetime
    actor: str
    action: str
    object: str
    reason: str | None


def get_about(objects: Collection[str], *, limit: int) -> Sequence[Entry]:
    """Return what the log says about these objects, newest first; a look-up in an index."""
    columns = (getattr(AuditEntry, field.name) for field in fields(Entry))
    rows = db.session.execute(
        select(*columns)
        .where(AuditEntry.object.in_(list(objects)))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [Entry(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def verify_chain() -> list[ChainProblem]:
    """Return everything wrong with the log, in the order of its entries; empty when it is sound."""
    return list(chain_problems(_links()))


def verify_in_parts(tell: Callable[[int, int], None]) -> list[ChainProblem]:
    """Check the log as `verify_chain` does, telling (done, all) between short transactions."""
    total = get_head()[0]
    db.session.rollback()
    return list(chain_problems(_links_in_parts(tell, total)))


def get_head() -> tuple[int, str]:
    """Return the number of the last entry and its hash (hex): what to note down elsewhere."""
    last_id, last_hash = _last()
    return last_id, last_hash.hex()


def has_head(number: int, hash_hex: str) -> bool:
    """Say whether a head noted earlier still stands in the log."""
    stored = db.session.scalar(select(AuditEntry.hash).where(AuditEntry.id == number))
    return stored is not None and stored.hex() == hash_hex


def command_actor() -> str:
    """Return the actor of a command: "command:" and the operating system's user."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that no password file names
        name = str(os.getuid())
    return "command:" + re.sub(r"[^A-Za-z0-9._-]", "_", name)[:64]


def _take_turn() -> tuple[int, bytes]:
    """Wait until nobody else appends; return the last entry's id and hash.

    SQLite has one writer anyway. On PostgreSQL the lock ends with the transaction, so the next
    writer sees our row; without it two entries would follow the same one.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
    return _last()


def _last() -> tuple[int, bytes]:
    newest = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    row = db.session.execute(newest).one_or_none()
    return (row.id, row.hash) if row else (0, FIRST_PREVIOUS_HASH)


def _links_in_parts(tell: Callable[[int, int], None], total: int) -> Iterator[Link]:
    done = 0
    while True:
        tell(min(done, total), total)
        part = select(TABLE).where(TABLE.c.id > done).order_by(TABLE.c.id).limit(PART)
        rows = db.session.execute(part).mappings().all()
        db.session.rollback()
        yield from map(_link, rows)
        if len(rows) < PART:
            return
        done = rows[-1]["id"]


def _link(row: Any) -> Link:
    deed = Deed(**{field.name: row[field.name] for field in fields(Deed)})
    return Link(deed=deed, previous_hash=row["previous_hash"], hash=row["hash"])


def _links() -> Iterator[Link]:
    rows = db.session.execute(
        select(TABLE).order_by(TABLE.c.id), execution_options={"yield_per": 1000}
    )
    for row in rows.mappings():
        yield _link(row)
