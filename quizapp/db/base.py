"""Tables and the session: what a model is made of, and what holds a request's transaction."""

from datetime import UTC, date, datetime
from typing import Any, Protocol, cast

from flask import g
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
    Table,
    Text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

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


class Writing(Protocol):
    """What is open while a `transaction` is."""

    def connection(self) -> Connection: ...


class RequestSession(Session):
    """A session that writes in the turn of a `transaction`, and whose end cannot fail."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the engine; in a turn to write, the turn's connection, which alone commits."""
        turn: Writing | None = g.get(WRITE)
        return super().get_bind(*args, **kwargs) if turn is None else turn.connection()

    def close(self) -> None:
        """Give the connection back, or forget it when the database has ended it.

        A request ends after its page was made and its write committed: the ROLLBACK that a dead
        connection cannot take would turn the right answer into an error, and leave the session
        registered for a later request whose context gets the same id.
        """
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise


db = SQLAlchemy(
    model_class=Base, session_options={"class_": RequestSession, "expire_on_commit": False}
)


def table_of(model: type[Base]) -> Table:
    """Return the plain table of a model, for statements that `run` executes."""
    return cast("Table", model.__table__)


def used() -> Connection:
    """Return the connection of the running transaction, which begins now if there is none."""
    turn: Writing | None = g.get(WRITE)
    return db.session.connection() if turn is None else turn.connection()
