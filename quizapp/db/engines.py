"""The engines: what each connection is set to, how transactions begin, in which order SQLite's
writers take their turns."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from quizapp.db.base import WRITE, db
from quizapp.db.prepared import Alone, judged, lend, send

IN_TURN = "quizapp_in_turn"
ALONE = "quizapp_alone"
READER, WRITER = "quizapp_reader", "quizapp_writer"
RESTED_SECONDS = 1.0


@event.listens_for(Engine, "connect")
def prepare_connection(connection: Any, _record: object) -> None:
    """Give every SQLite connection the settings that durability and the guards rest on."""
    if not hasattr(connection, "isolation_level") or "sqlite" not in type(connection).__module__:
        return
    connection.isolation_level = None  # BEGIN is ours to send: see _begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL may lose acknowledged commits on power loss
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else REPLACE INTO walks past a DELETE trigger
        "busy_timeout=10000",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def init_db(app: Flask) -> None:
    """Give the application its database; nothing is asked of it yet."""
    db.init_app(app)
    with app.app_context():
        writing = {WRITE: True, IN_TURN: True}
        app.extensions[WRITE] = db.engine.execution_options(**writing)
        # A statement that is a transaction by itself: no round trips for BEGIN, COMMIT, ROLLBACK.
        app.extensions[READER] = db.engine.execution_options()
        app.extensions[WRITER] = db.engine.execution_options(**writing)
        if db.engine.dialect.name == "postgresql":
            _ask_the_rested(db.engine)


def _ask_the_rested(engine: Engine) -> None:
    """Ask connections that have rested whether they still live before they are used.

    One that was used a moment ago is not asked: that would cost each request a round trip. Should
    it have died since, one request learns that, and all older ones are thrown away.
    """

    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests_since", inf) < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Open SQLite's transaction: a writer takes the write lock before its first statement.

    A deferred transaction that reads and then writes fails at once in spite of the busy timeout.
    PostgreSQL's is the driver's to open, also on a connection whose statements were alone before.
    """
    if connection.dialect.name != "sqlite":
        if connection.info.pop(ALONE, False):
            driver: Any = connection.connection.driver_connection
            driver.autocommit = False
        return
    options = connection.get_execution_options()
    if IN_TURN in options:
        queue.enter(connection.engine.url.database)
    send(connection, "BEGIN IMMEDIATE" if WRITE in options else "BEGIN")


@contextmanager
def alone(engine: Engine) -> Iterator[Alone]:
    """Lend a connection on which each statement is a transaction by itself.

    In SQLite's queue it is given to a writer in their turn, which the caller leaves.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite and IN_TURN in engine.get_execution_options():
        queue.enter(engine.url.database)
    connection = lend(engine)
    lent = connection.connection
    try:
        driver: Any = lent.driver_connection
        if not is_sqlite and not driver.autocommit:
            with judged(connection):
                driver.autocommit = True
            lent.info[ALONE] = True
        yield connection
    finally:
        lent.close()


class _Queue(threading.local):
    """The queue of SQLite's writers, of all processes and threads, at a file beside the database.

    SQLite's own busy handler sleeps and retries; under load that gave a p99 twenty times higher.
    """

    def __init__(self) -> None:
        self._database: str | None = None
        self._file = -1  # this thread's own descriptor: two of one process exclude each other too
        self._is_mine = False

    def enter(self, database: str | None) -> None:
        """Wait until it is this thread's turn, unless it is; a database in memory has no queue."""
        if self._is_mine or database in {None, "", ":memory:"}:
            return
        if database != self._database:
            self._open(str(database))
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._is_mine = True

    def leave(self) -> None:
        """Let the next one write; does nothing when it is not this thread's turn."""
        if self._is_mine:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._is_mine = False

    def _open(self, database: str) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._database = database


queue = _Queue()


def engine_for(name: str) -> Engine:
    return cast("Engine", current_app.extensions[name])
