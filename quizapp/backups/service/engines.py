"""Taking a copy of a database while it is used, and putting one into an empty database.

SQLite: `VACUUM INTO` reads one moment, keeps no writer waiting and carries no byte of what was
erased; the online backup API begins again with each write of another process and never ends beside
a contest. PostgreSQL: `pg_dump` of a moment that facts are asked of too.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, text

from quizapp.backups.errors import Damaged, ToolFailed
from quizapp.backups.service.facts import TABLES, Ask, Facts, gather
from quizapp.backups.service.tools import (
    connected,
    find_tool,
    run_tool,
    server_version,
)
from quizapp.db import WRITE, db
from quizapp.schema import downgrade

MEMBERS = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
LEVELS = {"sqlite": 1, "postgresql": 0}  # pg_dump packs by itself
BUSY_SECONDS = 30
# Rows that are there before anybody did anything: migrations and the first start make them.
FROM_THE_START = {"alembic_version", "rollup_mark", "key_check"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A copy of the database in a file, and what it says of itself."""

    path: Path
    facts: Facts


def take_copy(folder: Path, tell: Callable[[], None]) -> Copy:
    """Copy the database of this application into a file of `folder`.

    `tell` is called while it takes; what it raises ends the work. Raises NoTool, ToolTooOld,
    ToolFailed.
    """
    engine = db.engine.dialect.name
    take = {"sqlite": _copy_sqlite, "postgresql": _copy_postgresql}[engine]
    return take(folder / MEMBERS[engine], tell)


def size_of_database() -> int:
    """Return about how many bytes a copy takes at most."""
    ask = (
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        if db.engine.dialect.name == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    with db.engine.connect() as connection:
        return int(connection.scalar(text(ask)) or 0)


def facts_of_database() -> Facts:
    """Return what the application's database says of itself now."""
    if db.engine.dialect.name == "sqlite":
        return facts_of_file(Path(str(db.engine.url.database)))
    with connected(db.engine.url) as connection, connection.transaction():
        return gather(_asking(connection), "postgresql")


def facts_of_file(path: Path) -> Facts:
    """Return what a file of SQLite says of itself. Raises Damaged when it is none."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return gather(_asking(connection), "sqlite")
        except sqlite3.DatabaseError as error:
            raise Damaged(path=path) from error


def rows_in_use() -> dict[str, int]:
    """Return table → rows of what is in the database already, and of tables that are not ours."""
    ours = set(db.metadata.tables) | FROM_THE_START
    with db.engine.connect() as connection:
        names = [row[0] for row in connection.execute(text(TABLES[db.engine.dialect.name]))]
        counts = {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in names
            if name not in FROM_THE_START
        }
    return {name: count for name, count in counts.items() if count or name not in ours}


def put_sqlite(copy: Path) -> None:
    """Make a checked file of SQLite the database; it is there as a whole or not at all."""
    path = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    copy.chmod(0o600)
    copy.replace(path)


def put_postgresql(dump: Path, tell: Callable[[], None]) -> None:
    """Load a dump into the database, which has no rows; it is there as a whole or not at all."""
    _take_tables_away()
    with connected(db.engine.url) as connection:
        tool = find_tool("pg_restore", wanted=server_version(connection))
    words = [tool, "--single-transaction", "--no-owner", "--no-privileges", "--exit-on-error"]
    # pg_restore takes the file before its other words.
    run_tool([*words, str(dump)], db.engine.url, folder=dump.parent, tell=tell)


def _copy_sqlite(path: Path, tell: Callable[[], None]) -> Copy:
    source = str(db.engine.url.database)
    with closing(sqlite3.connect(source, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        # Called every so many steps of SQLite's machine; what is not 0 ends the statement.
        troubles: list[Exception] = []
        connection.set_progress_handler(lambda: _ends(tell, troubles), 1_000_000)
        try:
            connection.execute("VACUUM INTO ?", [str(path)])
        except sqlite3.OperationalError as error:
            for trouble in troubles:
                raise trouble from None
            raise ToolFailed(tool="SQLite", cause=error) from error
    path.chmod(0o600)
    return Copy(path=path, facts=facts_of_file(path))


def _ends(tell: Callable[[], None], troubles: list[Exception]) -> bool:
    try:
        tell()
    except Exception as error:  # noqa: BLE001 - it is raised again where SQLite's part is over
        troubles.append(error)
    return bool(troubles)


def _copy_postgresql(path: Path, tell: Callable[[], None]) -> Copy:
    url: URL = db.engine.url
    with connected(url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = connection.execute("SELECT pg_export_snapshot()").fetchone()
        tool = find_tool("pg_dump", wanted=server_version(connection))
        words = [tool, "--format=custom", "--compress=1", "--no-owner", "--no-privileges"]
        words += ["--lock-wait-timeout=60s", f"--snapshot={found[0] if found else ''}"]
        run_tool([*words, f"--file={path}"], url, folder=path.parent, tell=tell)
        tell()
        facts = gather(_asking(connection), "postgresql")
    path.chmod(0o600)
    return Copy(path=path, facts=facts)


def _asking(connection: Any) -> Ask:
    return lambda statement: connection.execute(statement).fetchall()


def _take_tables_away() -> None:
    """Leave a migrated database without rows as one that was never migrated."""
    with db.engine.connect() as connection:
        names = [row[0] for row in connection.execute(text(TABLES["postgresql"]))]
    db.engine.dispose()
    if not names:
        return
    downgrade(revision="base")
    with db.engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
