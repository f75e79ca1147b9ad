"""What a database says about itself, to be said again by its copy: counts, digests, the log's head.

Asked in SQL, not through models: a backup may be of an older release with other tables.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Executes a statement in the one moment that all of them see, and returns its rows."""

TABLES = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
    ),
    "postgresql": (
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    ),
}
DIGESTS_IN_WORDS = {
    "banks": "Phiên bản ngân hàng câu hỏi",
    "rules": "Bản quy tắc thi",
    "boards": "Bảng xếp hạng đã lập",
}
DIGESTS = {"banks": "bank_version", "rules": "rule_set", "boards": "snapshot"}
# Sums of digests do not depend on the order in which a database happens to return rows.
CONTENT = (
    "SELECT count(*), coalesce(sum(('x' || left(md5(one::text), 16))::bit(64)::bigint), 0)::text"
    ' FROM "{table}" AS one'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """`rows`: table → rows; `contents`: table → sum over its rows (PostgreSQL alone: a file of
    SQLite is compared byte by byte); `digests`: of banks, rules, boards; `log`: NUMBER:HASH.
    """

    head: str | None
    rows: Mapping[str, int]
    contents: Mapping[str, str]
    digests: Mapping[str, str]
    log: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Return the facts from what `body` gave. Raises KeyError, TypeError."""
        return cls(**{name: body[name] for name in cls.__dataclass_fields__})

    def body(self) -> dict[str, Any]:
        return asdict(self)


def gather(ask: Ask, engine: str) -> Facts:
    """Ask a database of this engine for its facts; costs reading all of it once."""
    tables = [str(name) for (name,) in ask(TABLES[engine])]
    counted = {table: _counted(ask, engine, table) for table in tables}
    return Facts(
        head=_head(ask, tables),
        rows={table: count for table, (count, _) in counted.items()},
        contents={table: content for table, (_, content) in counted.items() if content},
        digests={
            name: _digest_of(ask(f"SELECT digest FROM {table}"))
            for name, table in DIGESTS.items()
            if table in tables
        },
        log=_log_head(ask, tables),
    )


def differences(before: Facts, after: Facts) -> list[str]:
    """Name what is not the same: tables, or kinds of digests, or the log."""
    pairs = [
        *_unlike(before.rows, after.rows),
        *_unlike(before.contents, after.contents),
        *_unlike(before.digests, after.digests),
        *(["nhật ký"] if before.log != after.log else []),
        *(["phiên bản"] if before.head != after.head else []),
    ]
    return list(dict.fromkeys(pairs))


def lasting_differences(before: Facts, after: Facts) -> list[str]:
    """Name what differs of the things that no migration changes: banks, rules, the log."""
    kept = {name: before.digests[name] for name in ("banks", "rules") if name in before.digests}
    now = {name: after.digests.get(name) for name in kept}
    return [*_unlike(kept, now), *(["nhật ký"] if before.log != after.log else [])]


def _unlike(before: Mapping[str, object], after: Mapping[str, object]) -> Iterable[str]:
    return (name for name in sorted({*before, *after}) if before.get(name) != after.get(name))


def _counted(ask: Ask, engine: str, table: str) -> tuple[int, str]:
    if engine == "sqlite":
        return ask(f'SELECT count(*) FROM "{table}"')[0][0], ""
    count, content = ask(CONTENT.format(table=table))[0]
    return count, content


def _head(ask: Ask, tables: Sequence[str]) -> str | None:
    found = ask("SELECT version_num FROM alembic_version") if "alembic_version" in tables else ()
    return str(found[0][0]) if found else None


def _digest_of(rows: Sequence[Sequence[Any]]) -> str:
    lines = sorted(bytes(one).hex() if not isinstance(one, str) else one for (one,) in rows)
    whole = "\n".join(lines).encode()
    return f"{len(lines)}:{sha256(whole).hexdigest()}"


def _log_head(ask: Ask, tables: Sequence[str]) -> str:
    newest = "SELECT id, hash FROM audit_entry ORDER BY id DESC LIMIT 1"
    found = ask(newest) if "audit_entry" in tables else ()
    return f"{found[0][0]}:{bytes(found[0][1]).hex()}" if found else "0"
