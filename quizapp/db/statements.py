"""Statements of what every contestant does, built once; and rows in great number."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g
from sqlalchemy import ColumnElement, Executable, bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite

from quizapp.db.base import WRITE, Base, db, used
from quizapp.db.engines import READER, WRITER, alone, engine_for, queue
from quizapp.db.prepared import execute

FEW = 8
Built = TypeVar("Built")


def run(statement: Executable, **values: Any) -> list[Any]:
    """Execute a statement that was built once; return its rows, none where it returns nothing.

    For what every contestant does: the session's own `execute` and building a statement anew cost
    five times what the database needs for it. Rows come as columns, never as objects.
    """
    connection = used()
    rows = execute(connection, statement, values)
    if rows is not None:
        return rows
    result = connection.execute(statement, values)
    return list(result.all()) if result.returns_rows else []


def read(statement: Executable, **values: Any) -> list[Any]:
    """Return the rows of a query that was built once, for what every contestant sees.

    Outside of a `transaction` the query is one by itself, at half of what the session's costs;
    inside, it reads what the transaction wrote.
    """
    if is_writing():
        return run(statement, **values)
    with alone(engine_for(READER)) as connection:
        return _plain(execute(connection, statement, values))


def write_alone(statement: Executable, **values: Any) -> list[Any]:
    """Execute one statement as a write transaction by itself; return the rows it returns.

    It is on disk when this returns. Only where one statement is the whole of what is written.
    Raises RuntimeError inside a `transaction` and after its reads.
    """
    if is_writing() or (db.session.registry.has() and db.session().in_transaction()):
        raise RuntimeError("a statement alone inside of a transaction")
    try:
        with alone(engine_for(WRITER)) as connection:
            rows = _plain(execute(connection, statement, values))
            connection.committed()
            return rows
    finally:
        queue.leave()


def _plain(rows: list[Any] | None) -> list[Any]:
    if rows is None:
        raise RuntimeError("a statement alone that has defaults or lists of values")
    return rows


def end_reads() -> None:
    """End what was begun by reading, where a write is to follow that does not rest on it."""
    if not is_writing() and db.session.registry.has():
        db.session.rollback()


def run_many(statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement that was built once for each of the rows, in one round trip or few."""
    if len(rows) == 1:  # the drivers have a way for many that costs more
        run(statement, **rows[0])
    else:
        used().execute(statement, list(rows))


def among_few(column: Any) -> ColumnElement[bool]:
    """Return the condition that a column is one of the at most FEW values that `few` fills in.

    A list of values that varies in length is written anew for each execution; this one is not.
    """
    return cast(
        "ColumnElement[bool]",
        column.in_([bindparam(f"few_{place}", type_=column.type) for place in range(FEW)]),
    )


def few(values: Sequence[Any]) -> Mapping[str, Any]:
    """Return the values for `among_few`, of which there are 1 to FEW."""
    return {f"few_{place}": values[min(place, len(values) - 1)] for place in range(FEW)}


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
    quoted = db.engine.dialect.identifier_preparer.quote
    copy = f"COPY {quoted(model.__tablename__)} ({', '.join(map(quoted, names))}) FROM STDIN"
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
