"""The database: one session per request, one transaction per writing view, one place to commit."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import wraps
from math import inf
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from quizapp.errors import Refusal

# Named constraints let a migration drop or replace any of them by name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
WRITE = "quizapp_write"
IN_TURN = "quizapp_in_turn"
ALONE = "quizapp_alone"
READER, WRITER = "quizapp_reader", "quizapp_writer"
CONNECTION = "quizapp_connection"
RESTED_SECONDS = 1.0


class Instant(TypeDecorator[datetime]):
    """A moment in UTC on both engines; SQLite keeps it as fixed-width text that sorts in time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts rows up by itself only for a column declared INTEGER PRIMARY KEY.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    # A registry, not `type_annotation_map`: that breaks pallets-eco/flask-sqlalchemy#1361.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            str: Text(),
            int: BigId,
            bytes: LargeBinary(),
            date: Date(),
            datetime: Instant(),
        },
    )


class RequestSession(Session):
    """A session that writes in the turn of a `transaction`, and whose end cannot fail."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the engine; in a turn to write, the one whose transactions begin as writes."""
        writer: Engine | None = self.info.get(WRITE)
        return super().get_bind(*args, **kwargs) if writer is None else writer

    def used(self) -> Connection:
        """Return the connection of the running transaction, which begins now if there is none.

        Kept until the transaction ends: to find it again costs the session as much as SQLite
        needs for a statement.
        """
        kept: Connection | None = self.info.get(CONNECTION)
        if kept is None:
            kept = self.info[CONNECTION] = self.connection()
        return kept

    def commit(self) -> None:
        self.info.pop(CONNECTION, None)
        super().commit()

    def rollback(self) -> None:
        self.info.pop(CONNECTION, None)
        super().rollback()

    def close(self) -> None:
        """Give the connection back, or forget it when the database has ended it.

        A request ends after its page was made and its write committed: the ROLLBACK that a dead
        connection cannot take would turn the right answer into an error, and leave the session
        registered for a later request whose context gets the same id.
        """
        self.info.pop(CONNECTION, None)
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise


db = SQLAlchemy(
    model_class=Base, session_options={"class_": RequestSession, "expire_on_commit": False}
)
P = ParamSpec("P")
Built = TypeVar("Built")


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: object) -> None:
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
        alone = {ALONE: True, "isolation_level": "AUTOCOMMIT"}
        app.extensions[READER] = db.engine.execution_options(**alone)
        app.extensions[WRITER] = db.engine.execution_options(**writing, **alone)
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
    """
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    if IN_TURN in options:
        _queue.enter(connection.engine.url.database)
    if ALONE not in options:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if WRITE in options else "BEGIN")


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


_queue = _Queue()


def table_of(model: type[Base]) -> Table:
    """Return the plain table of a model, for statements that `run` executes."""
    return cast("Table", model.__table__)


def _session() -> RequestSession:
    return cast("RequestSession", db.session())


def run(statement: Executable, **values: Any) -> CursorResult[Any]:
    """Execute a statement that was built once, with the values of its bound parameters.

    For what every contestant does: the session's own `execute` and building a statement anew cost
    five times what the database needs for it. Rows come as columns, never as objects.
    """
    return _session().used().execute(statement, values)


def read(statement: Executable, **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of a query that was built once, for what every contestant sees.

    Outside of a `transaction` the query is one by itself, at half of what the session's costs;
    inside, it reads what the transaction wrote.
    """
    if is_writing():
        return run(statement, **values).all()
    with _engine(READER).connect() as connection:
        return connection.execute(statement, values).all()


def write_alone(statement: Executable, **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Execute one statement as a write transaction by itself; return the rows it returns.

    It is on disk when this returns. Only where one statement is the whole of what is written.
    Raises RuntimeError inside a `transaction` and after its reads.
    """
    if is_writing() or (db.session.registry.has() and db.session().in_transaction()):
        raise RuntimeError("a statement alone inside of a transaction")
    try:
        with _engine(WRITER).connect() as connection:
            rows = connection.execute(statement, values).all()
            connection.commit()
            return rows
    finally:
        _queue.leave()


def end_reads() -> None:
    """End what was begun by reading, where a write is to follow that does not rest on it."""
    if not is_writing() and db.session.registry.has():
        db.session.rollback()


def _engine(name: str) -> Engine:
    return cast("Engine", current_app.extensions[name])


def run_many(statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement that was built once for each of the rows, in one round trip or few."""
    # One row by itself: the drivers have a way for many that costs more.
    _session().used().execute(statement, rows[0] if len(rows) == 1 else list(rows))


def write_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows, all with the same columns: on PostgreSQL by COPY, ten times as fast.

    Values are written as they are: no default of a column's, no enumerations.
    """
    if not rows:
        return
    connection = db.session.connection()
    if db.engine.dialect.name == "sqlite":
        connection.execute(insert(model), rows)
        return
    names = list(rows[0])
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model.__tablename__), columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(copy) as copying:
        for row in rows:
            copying.write_row([row[name] for name in names])


def built_once(build: Callable[[], Built]) -> Callable[[], Built]:
    """Keep what `build` returns for each engine: their INSERTs are not the same."""
    kept: dict[str, Built] = {}

    @wraps(build)
    def statement() -> Built:
        name = db.engine.dialect.name
        if name not in kept:
            kept[name] = build()
        return kept[name]

    return statement


def is_writing() -> bool:
    """Tell whether a `transaction` is open."""
    return WRITE in g


def upsert(table: type[Base]) -> Any:
    """Return the engine's own INSERT for `table`, which knows ON CONFLICT (spelled alike on both).

    Typed Any: the two engines' classes share no base that has `on_conflict_do_update`.
    """
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def kept_for_good(name: str) -> dict[Any, Any]:
    """Return this process's shelf for what never changes, by the row's id (rules, bank versions).

    One shelf per application, so that two databases in one process never mix.
    """
    shelves: dict[str, dict[Any, Any]] = current_app.extensions.setdefault("quizapp_kept", {})
    return shelves.setdefault(name, {})


class Turn:
    """A running write transaction; `undo` makes it end in a rollback."""

    def __init__(self) -> None:
        self.is_undone = False

    def undo(self) -> None:
        self.is_undone = True


@contextmanager
def transaction() -> Iterator[Turn]:
    """Run the block as one write transaction: commit at its end, undo it on any exception.

    It begins with the block's first statement, so that what comes before keeps nobody waiting.
    Only views marked `@writes`, commands and the worker open one. Nothing else commits.
    Raises RuntimeError when something was read before: on SQLite that could not be ordered.
    """
    session = db.session()
    if session.in_transaction() or WRITE in session.info:
        raise RuntimeError("a write transaction begins before the first statement")
    turn = Turn()
    session.info[WRITE] = g.quizapp_write = _engine(WRITE)
    try:
        yield turn
        if turn.is_undone:
            session.rollback()
        else:
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[WRITE]
        g.pop(WRITE)
        _queue.leave()


def writes(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Commit what the view did if it answered below 400; undo it otherwise.

    A Refusal that `is_recorded` commits too: a counted failure must not be forgotten.
    Put it above decorators that read, such as those that ask who is there.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        recorded = None
        # The whole body first: a phone that sends it slowly must not hold the write lock meanwhile.
        request.get_data()
        with transaction() as turn:
            try:
                response = make_response(view(*args, **kwargs))
            except Refusal as refusal:
                if not refusal.is_recorded:
                    raise
                recorded = refusal
            else:
                if response.status_code >= 400:
                    turn.undo()
        if recorded is not None:
            raise recorded
        return response

    wrapper.is_writing = True  # type: ignore[attr-defined] # read by the test of all routes
    return wrapper


def writes_itself(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Mark a view that writes by `write_alone`, and opens a `transaction` where that is not enough.

    Most saves need one statement, and the turn of a `transaction` costs more than that.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        request.get_data()  # as in `writes`
        return view(*args, **kwargs)

    wrapper.is_writing = True  # type: ignore[attr-defined] # read by the test of all routes
    return wrapper
