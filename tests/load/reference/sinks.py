"""Where made rows go: COPY into PostgreSQL from several processes, big transactions on SQLite.

Indexes and constraints that rows are checked by one at a time are taken away and put back by their
own definitions, which checks all rows at once.
"""

import sqlite3
from datetime import date, datetime

import psycopg
from psycopg import sql

from quizapp.db import prepare_connection

WITH_IDS = ("unit", "person", "consent", "attempt")
MOMENT = len("2026-11-22 08:00:00.000000")
QUICK = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "foreign_keys=OFF",
    "cache_size=-400000",
    "locking_mode=EXCLUSIVE",
)


def sink_of(base):
    """Return the sink of a Scratch installation."""
    path = base.url.removeprefix("sqlite:///")
    return Postgres(base.url) if path == base.url else Sqlite(path)


class Postgres:
    """Each process that writes has a connection of its own."""

    many = True

    def __init__(self, url):
        self._url, self._connection, self._away = url.replace("+psycopg", ""), None, []

    def write(self, columns, rows):
        """Write rows (table → tuples) in one transaction, past triggers and foreign keys."""
        connection = self._connected()
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, some in rows.items():
                names = ", ".join(columns[table])
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in some:
                        copy.write_row(row)

    def begin(self, tables):
        """Take away what is checked row by row: unique and foreign keys, other indexes."""
        with self._connected().transaction():
            self._set_away("u", "f", tables=tables)
            for name, definition in self._rows(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
                " AND tablename = ANY(%s) AND indexname NOT IN"
                " (SELECT conname FROM pg_constraint WHERE contype = 'p')",
                list(tables),
            ):
                self._do("DROP INDEX {}", name)
                self._away.append(sql.SQL(definition))

    def end(self):
        """Put all of that back, add the result events, and let ids go on after ours."""
        with self._connected().transaction():
            self._connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
            for statement in reversed(self._away):
                self._connection.execute(statement)
            self._connection.execute("SET LOCAL session_replication_role = replica")
            self._connection.execute(
                "INSERT INTO result_event (xid, round_id, person_id, attempt_id)"
                " SELECT pg_current_xact_id()::text::bigint, round_id, person_id, id"
                " FROM attempt ORDER BY id"
            )
            for table in WITH_IDS:
                self._connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
            self._connection.execute(
                "UPDATE rollup_mark SET event_id = e.id, event_xid = e.xid FROM"
                " (SELECT max(id) AS id, max(xid) AS xid FROM result_event) AS e"
                " WHERE e.id IS NOT NULL"
            )
        self._connection.execute("VACUUM ANALYZE")
        self.close()

    def close(self):
        """Give the connection up; a process that was forked makes its own."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _set_away(self, *kinds, tables):
        found = self._rows(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            ' WHERE contype = ANY(%s::"char"[]) AND conrelid::regclass::text = ANY(%s)'
            " ORDER BY contype DESC",
            list(kinds),
            list(tables),
        )
        for table, name, definition in sorted(found, key=lambda row: "FOREIGN" not in row[2]):
            self._do("ALTER TABLE {} DROP CONSTRAINT {}", table, name)
            identifiers = sql.Identifier(table), sql.Identifier(name)
            back = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(*identifiers)
            self._away.append(back + sql.SQL(definition))

    def _do(self, statement, *names):
        self._connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _rows(self, query, *values):
        return self._connection.execute(query, values).fetchall()

    def _connected(self):
        if self._connection is None:
            # A crash means making all of it again, so nothing waits for the disk.
            self._connection = psycopg.connect(
                self._url, autocommit=True, options="-c synchronous_commit=off"
            )
        return self._connection


class Sqlite:
    """One process writes, with nothing to fall back on; others make the rows."""

    many = False

    def __init__(self, path):
        self._path, self._connection, self._away = path, None, []

    @staticmethod
    def fitted(rows):
        """Return rows (table → tuples) with values as the product's types keep them on SQLite."""
        return {table: [tuple(map(_bound, row)) for row in some] for table, some in rows.items()}

    def write(self, columns, rows, *, fits=False):
        """Write rows (table → tuples) in one transaction; the product's triggers run."""
        rows = rows if fits else self.fitted(rows)
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        for table, some in rows.items():
            names = columns[table]
            marks = ", ".join("?" * len(names))
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", some
            )
        connection.execute("COMMIT")

    def begin(self, tables):
        """Take indexes away; unique keys of a table cannot be, and foreign keys are trusted."""
        connection = self._connected()
        marks = ", ".join("?" * len(tables))
        found = connection.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ({marks})"
            " AND sql IS NOT NULL",
            tuple(tables),
        ).fetchall()
        for name, definition in found:
            connection.execute(f'DROP INDEX "{name}"')
            self._away.append(definition)

    def end(self):
        """Put the indexes back, and mark the events, which a trigger wrote, as counted."""
        connection = self._connected()
        for definition in self._away:
            connection.execute(definition)
        connection.execute(
            "UPDATE rollup_mark SET event_id = (SELECT coalesce(max(id), 0) FROM result_event)"
        )
        faults = connection.execute("PRAGMA foreign_key_check").fetchall()
        if faults:
            raise RuntimeError(f"{len(faults)} rows point nowhere: {faults[:3]}")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_mode=WAL")
        self.close()

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connected(self):
        if self._connection is None:
            self._connection = sqlite3.connect(self._path)
            prepare_connection(self._connection, None)
            # A crash means making all of it again: no journal, no waiting for the disk.
            for pragma in QUICK:
                self._connection.execute(f"PRAGMA {pragma}")
        return self._connection


def _bound(value):
    """Return a value as the product's types keep it on SQLite."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")[:MOMENT]
    return value.isoformat() if isinstance(value, date) else value
