"""Many rows in short transactions: as many at once as each engine writes without holding others up.

SQLite has one writer, so that a batch is what a phone may have to wait for. Long work opens its own
transactions here, one after the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select, tuple_

from quizapp.db import Base, db, transaction

Row = Mapping[str, Any]


def is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def batch_size() -> int:
    """Return how many rows one transaction may write."""
    return 10_000 if is_postgresql() else 200


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in lists of the size of a transaction."""
    given = iter(rows)
    while batch := list(islice(given, batch_size())):
        yield batch


def delete_in_batches(model: type[Base], *where: ColumnElement[bool]) -> int:
    """Delete rows in transactions of their own; return how many went."""
    columns = inspect(model).primary_key
    some = select(*columns).where(*where).limit(batch_size())
    gone_now = delete(model).where(tuple_(*columns).in_(some))
    total = 0
    while True:
        with transaction():
            gone = db.session.connection().execute(gone_now).rowcount
        total += gone
        if gone < batch_size():
            return total


def see_one_moment() -> None:
    """Let every read until the end of the transaction see what was committed before now."""
    db.session.rollback()
    if is_postgresql():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
