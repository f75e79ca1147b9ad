"""The database: one session per request, one transaction per writing view, one place to commit."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, ParamSpec

from flask import current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, registry
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
    """A session whose end does not fail because its connection is gone.

    A request ends after its page was made and its write committed: the ROLLBACK that a dead
    connection cannot take would turn the right answer into an error, and leave the session
    registered for a later request whose context gets the same id.
    """

    def close(self) -> None:
        """Give the connection back, or forget it when the database has ended it."""
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise


db = SQLAlchemy(
    model_class=Base, session_options={"class_": RequestSession, "expire_on_commit": False}
)
P = ParamSpec("P")


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


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Open SQLite's transaction: a writer takes the write lock before its first statement.

    A deferred transaction that reads and then writes fails at once in spite of the busy timeout.
    """
    if connection.dialect.name == "sqlite":
        is_write = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def upsert(table: type[Base]) -> Any:
    """Return the engine's own INSERT for `table`, which knows ON CONFLICT (spelled alike on both).

    Typed Any: the two engines' classes share no base that has `on_conflict_do_update`.
    """
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def kept_for_good(name: str) -> dict[int, Any]:
    """Return this process's shelf for rows that never change, by their id (rules, bank versions).

    One shelf per application, so that two databases in one process never mix.
    """
    shelves: dict[str, dict[int, Any]] = current_app.extensions.setdefault("quizapp_kept", {})
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

    Only views marked `@writes`, commands and the worker open one. Nothing else commits.
    Raises RuntimeError when something was read before: on SQLite that could not be ordered.
    """
    if db.session().in_transaction():
        raise RuntimeError("a write transaction begins before the first statement")
    turn = Turn()
    with _file_lock(db.engine):
        try:
            db.session.connection(execution_options={WRITE: True})
            yield turn
        except BaseException:
            db.session.rollback()
            raise
        if turn.is_undone:
            db.session.rollback()
        else:
            db.session.commit()


@contextmanager
def _file_lock(engine: Engine) -> Iterator[None]:
    """Queue SQLite's writers of all processes and threads on a file, in order of arrival.

    SQLite's own busy handler sleeps and retries; under load that gave a p99 twenty times higher.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or path in {None, "", ":memory:"}:
        yield
        return
    with open(f"{path}.lock", "ab") as file:  # noqa: PTH123 - on every save; Path adds cost only
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
