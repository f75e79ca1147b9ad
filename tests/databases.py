"""Migrated databases for tests: one SQLite file and one PostgreSQL database per run."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from quizapp.app import create_app
from quizapp.config import ROOT, Settings
from quizapp.db import db
from quizapp.schema import upgrade
from quizapp.web.pulse import SHELF as PULSE
from quizapp.web.refusing import SHELF

SERVER = os.environ.get("QUIZAPP_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """An application on a migrated database that can be made empty again."""

    name: str
    app: object
    template: Path | None = None
    stages: dict = field(default_factory=dict)

    def empty(self):
        """Throw away every row, past the guards that keep the application from doing so."""
        self._forget()
        with self.app.app_context():
            if self.template is not None:
                self._copy(self.template)
            else:
                # The one row that a migration makes.
                self._refill("INSERT INTO rollup_mark VALUES (1, 0, 0, NULL, NULL)", {}, {})

    def staged(self, name, make):
        """Return what `make` tells of the rows it makes; from the second time on, copy the rows.

        What it tells must be of use in every test, and none of them may change it.
        """
        if name in self.stages:
            kept, told = self.stages[name]
            self._put_back(kept)
            return told
        told = make()
        self.stages[name] = self._kept(), told
        return told

    def _forget(self):
        self.app.extensions.pop("quizapp_kept", None)  # ids begin again
        self.app.extensions[SHELF].take()
        self.app.extensions[SHELF].contests.clear()
        self.app.extensions[PULSE].take()

    def _kept(self):
        """Return every row as it is now: a file of SQLite, or what PostgreSQL copies."""
        with self.app.app_context():
            if self.template is not None:
                path = self.template.with_name(f"stage-{len(self.stages)}.sqlite3")
                now, copy = sqlite3.connect(db.engine.url.database), sqlite3.connect(path)
                with closing(now), closing(copy):
                    now.backup(copy)
                return path
            with closing(db.engine.raw_connection()) as connection:
                return _copied(connection)

    def _put_back(self, kept):
        self._forget()
        with self.app.app_context():
            if self.template is not None:
                self._copy(kept)
            else:
                self._refill("", *kept)

    def _copy(self, source):
        path = db.engine.url.database
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)
        shutil.copyfile(source, path)

    def _refill(self, first, rows, sequences):
        # TRUNCATE makes new files for every table and index: 190 ms where this takes 4.
        emptied = [f"DELETE FROM {table.name}" for table in db.metadata.sorted_tables]
        restarted = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        advanced = [f"SELECT setval('{name}', {at})" for name, at in sequences.items()]
        statements = [*emptied, *filter(None, [first]), restarted, *advanced]
        with closing(db.engine.raw_connection()) as connection:
            connection.driver_connection.autocommit = False  # statements may have been alone on it
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("; ".join(statements))
                for table, body in rows.items():
                    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                        copy.write(body)
            connection.commit()


def _copied(connection):
    """Return the rows of every table that has some, as PostgreSQL copies them, and sequences."""
    rows = {}
    with connection.cursor() as cursor:
        for table in db.metadata.sorted_tables:
            if cursor.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone():
                with cursor.copy(f"COPY {table.name} TO STDOUT (FORMAT BINARY)") as copy:
                    rows[table.name] = b"".join(bytes(piece) for piece in copy)
        told = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        sequences = dict(cursor.execute(told).fetchall())
    return rows, sequences


def sqlite_database(folder):
    """Migrate a SQLite file once; every test starts from a copy of it."""
    path, template = folder / "quizapp.sqlite3", folder / "template.sqlite3"
    app = _app(folder, f"sqlite:///{path}")
    with app.app_context():
        upgrade()
        db.engine.dispose()
    shutil.copyfile(path, template)
    return Database(name="sqlite", app=app, template=template)


def postgresql_database(folder):
    """Make and migrate a PostgreSQL database; its name carries the process id."""
    name = f"quizapp_test_{os.getpid()}"
    _on_server(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    _on_server(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    # No test of this database takes the power away: those of tests.faults have their own server.
    _on_server(
        sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
    )
    app = _app(folder, f"postgresql+psycopg://{SERVER.partition('://')[2]}/{name}")
    with app.app_context():
        upgrade()
    return Database(name="postgresql", app=app)


@contextmanager
def empty_postgresql():
    """Yield the address of a PostgreSQL database without any table; it is dropped afterwards."""
    name = sql.Identifier(f"quizapp_empty_{os.getpid()}")
    _on_server(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    _on_server(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    yield f"{SERVER}/quizapp_empty_{os.getpid()}"
    _on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def drop_postgresql_database(database):
    with database.app.app_context():
        name = db.engine.url.database
        db.engine.dispose()
    _on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def require_postgresql():
    """Skip without a server at home; in CI its absence is a failure, never a silent gap."""
    try:
        psycopg.connect(SERVER + "/postgres", connect_timeout=3).close()
    except psycopg.OperationalError as error:
        message = f"no PostgreSQL at {SERVER}: {error}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def require_pg_dump():
    """Skip without what backups of PostgreSQL are made with; in CI that is a failure."""
    if shutil.which("pg_dump") is None:
        message = "no pg_dump: sudo apt-get install postgresql-client"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def run_flask(*arguments, instance, url=None, **environment):
    """Run `flask --app wsgi …` as a person would, in a process of its own."""
    env = os.environ | {"QUIZAPP_INSTANCE": str(instance)} | environment
    if url:
        env["QUIZAPP_DATABASE_URL"] = url
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def _app(folder, url):
    return create_app(Settings(instance=folder, database_url=url, testing=True))


def _on_server(statement):
    with psycopg.connect(SERVER + "/postgres", autocommit=True) as connection:
        connection.execute(statement)
