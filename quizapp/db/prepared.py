"""Statements of what every contestant does, as the driver takes them: compiled once, then sent.

SQLAlchemy builds them, names and converts their values; what it does around each execution costs
three times what the database needs for it, and is left out here. Whoever watches its engine's
events sees these statements as all others.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Executable, PoolProxiedConnection
from sqlalchemy.sql.elements import ClauseElement

KEPT = 512  # there are some fifty
Convert = Callable[[Any], Any]


class Prepared:
    """One statement with the values named so, for one engine's driver."""

    def __init__(self, statement: Executable, names: tuple[str, ...], dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)  # noqa: S101 - what mypy cannot know
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        self.text = str(compiled)
        made_each_time = (compiled.post_compile_params, compiled.literal_execute_params)
        self.is_plain = not (
            compiled.insert_prefetch or compiled.update_prefetch or any(made_each_time)
        )
        """Whether nothing is left to be made at each execution: no default, no list of values."""
        bound = {name: bind for bind, name in compiled.bind_names.items()}
        self._order: Sequence[str] = compiled.positiontup or list(bound)
        self._is_positional = compiled.positional
        kinds = {name: bind.type.dialect_impl(dialect) for name, bind in bound.items()}
        to_driver = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
        fixed = compiled.construct_params(dict.fromkeys(names))
        self._fixed = {
            name: _converted(fixed[name], to_driver[name])
            for name in self._order
            if name not in names
        }
        self._varying = [(name, to_driver[name]) for name in names if name in to_driver]
        columns = list(getattr(statement, "exported_columns", ()))
        # Rows as tuples with names: a tenth of what one of SQLAlchemy's costs until it is read.
        self._row = _rows_of([one.key for one in columns])
        kinds_of_row = [one.type.dialect_impl(dialect) for one in columns]
        from_driver = [kind.result_processor(dialect, None) for kind in kinds_of_row]
        self._converted = [(at, one) for at, one in enumerate(from_driver) if one is not None]

    def values(self, given: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return the values as the driver takes them."""
        values = dict(self._fixed)
        for name, convert in self._varying:
            values[name] = given[name] if convert is None else convert(given[name])
        return [values[name] for name in self._order] if self._is_positional else values

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """Return what the driver found as rows with names."""
        return [self._made(one) for one in found]

    def _made(self, found: Sequence[Any]) -> Any:
        if not self._converted:
            return self._row._make(found)
        values = list(found)
        for at, convert in self._converted:
            values[at] = convert(values[at])
        return self._row._make(values)


@lru_cache(maxsize=KEPT)
def prepared(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> Prepared:
    """Return the statement for this engine, which was compiled when it was met first."""
    return Prepared(statement, names, dialect)


class Alone:
    """A connection on which each statement is a transaction by itself; watchers see it as one."""

    def __init__(self, engine: Engine, lent: PoolProxiedConnection) -> None:
        self.engine, self.connection = engine, lent

    def get_execution_options(self) -> Mapping[str, Any]:
        return self.engine.get_execution_options()

    def committed(self) -> None:
        """Tell watchers that what was written is on disk."""
        engine: Any = self.engine
        for seen in engine.dispatch.commit:
            seen(self)


def execute(
    on: Connection | Alone, statement: Executable, given: Mapping[str, Any]
) -> list[Any] | None:
    """Execute by the driver; return the rows. None: not plain, SQLAlchemy is to execute it.

    Raises what SQLAlchemy would: on a connection that the database ended, all that are older are
    thrown away.
    """
    engine = on.engine
    one = prepared(statement, tuple(given), engine.dialect)
    if not one.is_plain:
        return None
    values = one.values(given)
    return one.rows(send(on, one.text, values))


def send(on: Connection | Alone, text: str, values: Any = ()) -> Sequence[Sequence[Any]]:
    """Send a text to the driver, watched; return the rows as they come."""
    engine: Any = on.engine
    driver: Any = on.connection.driver_connection
    cursor = driver.cursor()
    watched = (on, cursor, text, values, None, False)
    for seen in engine.dispatch.before_cursor_execute:
        seen(*watched)
    with judged(on, text, values, cursor):
        cursor.execute(text, values)
        rows: Sequence[Sequence[Any]] = cursor.fetchall() if cursor.description else ()
    for seen in engine.dispatch.after_cursor_execute:
        seen(*watched)
    return rows


class judged:  # noqa: N801 - reads as the function it is; a generator would cost as much again
    """Let SQLAlchemy wrap what a driver raises, and throw dead connections away."""

    def __init__(self, on: Connection | Alone, *what: Any) -> None:
        self._on, self._what = on, what or ("", (), None)

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        on = self._on
        if isinstance(error, on.engine.dialect.loaded_dbapi.Error):
            judge: Any = on if isinstance(on, Connection) else Connection(on.engine, on.connection)
            judge._handle_dbapi_exception(error, *self._what, None)  # noqa: SLF001 - no public one


def lend(engine: Engine) -> Alone:
    """Take a connection from the pool for statements alone."""
    try:
        return Alone(engine, engine.raw_connection())
    except engine.dialect.loaded_dbapi.Error as error:
        judge: Any = Connection
        judge._handle_dbapi_exception_noconnection(error, engine.dialect, engine)  # noqa: SLF001 - as above
        raise


def _rows_of(names: Sequence[str]) -> Any:
    return namedtuple("Row", names, rename=True)  # noqa: PYI024 - the statement's columns


def _converted(value: Any, convert: Convert | None) -> Any:
    return value if convert is None else convert(value)
