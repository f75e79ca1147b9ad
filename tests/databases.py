"""Migrated databases for tests: one SQLite file and one PostgreSQL database per run."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from flask_migrate import upgrade
from psycopg import sql

from quizapp.app import create_app
from quizapp.config import ROOT, Settings
from quizapp.db import db
from quizapp.web.pulse import SHELF as PULSE
from quizapp.web.refusing import SHELF

SERVER = os.environ.get("QUIZAPP_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """An application on a migrated database that can be made empty again."""

    name: str
    app: object
    template: Path | None = None

    def empty(self):
        """Throw away every row, past the guards that keep the application from doing so."""
        self.app.extensions.pop("quizapp_kept", None)  # ids begin again
        self.app.extensions[SHELF].take()
        self.app.extensions[SHELF].contests.clear()
        self.app.extensions[PULSE].take()
        with self.app.app_context():
            if self.template is not None:
                self._copy_template()
            else:
                self._delete()

    def _copy_template(self):
        path = db.engine.url.database
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, path)

    def _delete(self):
        # TRUNCATE makes new files for every table and index: 190 ms where this takes 4.
        emptied = [f"DELETE FROM {table.name}" for table in db.metadata.sorted_tables]
        # The one row that a migration makes.
        emptied.append("INSERT INTO rollup_mark VALUES (1, 0, 0, NULL, NULL)")
        restarted = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        with db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql("; ".join([*emptied, restarted]))


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
