"""Indexes on tables that are in use, for migrations: nobody who writes waits while they are built.

They come first in their migration, best alone in it: what stands before is committed by them. One
that was interrupted leaves an index that is not valid; run again, it is made anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

# It waits for transactions that are older than itself and holds nobody up meanwhile.
PATIENCE = "10min"


def create_index(
    name: str, table: str, columns: Sequence[str], *, where: str | None = None
) -> None:
    """Build an index; on PostgreSQL beside writers. SQLite's only writer is the migration."""
    if op.get_bind().dialect.name == "sqlite":
        only = None if where is None else sa.text(where)
        op.create_index(name, table, list(columns), sqlite_where=only)
        return
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        before = {
            setting: connection.scalar(sa.text(f"SHOW {setting}"))
            for setting in ("lock_timeout", "statement_timeout")
        }
        try:
            op.execute(f"SET lock_timeout = '{PATIENCE}'")
            op.execute("SET statement_timeout = 0")
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            whole = f"{table} ({', '.join(columns)})"
            op.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON {whole}"
                + ("" if where is None else f" WHERE {where}")
            )
        finally:
            for setting, value in before.items():
                op.execute(f"SET {setting} = '{value}'")
