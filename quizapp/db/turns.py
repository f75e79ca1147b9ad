"""Write transactions: one for a view, a command or a step of the worker; nothing else commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from flask import g, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from quizapp.db.base import WRITE, db
from quizapp.db.engines import engine_for, queue
from quizapp.errors import Refusal

P = ParamSpec("P")


class Turn:
    """A running write transaction; `undo` makes it end in a rollback."""

    def __init__(self) -> None:
        self.is_undone = False
        self._connection: Connection | None = None

    def undo(self) -> None:
        self.is_undone = True

    def connection(self) -> Connection:
        """Return the connection that is written on, in the transaction, which begins with it.

        What is sent straight to the driver begins none by itself, after a rollback neither.
        """
        if self._connection is None:
            self._connection = engine_for(WRITE).connect()
        if not self._connection.in_transaction():
            self._connection.begin()
        return self._connection

    def commit(self) -> None:
        if db.session.registry.has():
            db.session.commit()  # what objects changed is sent; the connection commits
        if self._connection is not None:
            self._connection.commit()

    def rollback(self) -> None:
        if db.session.registry.has():
            db.session.rollback()
        if self._connection is not None:
            self._connection.rollback()

    def end(self) -> None:
        """Give the connection back, and let the next one write."""
        try:
            if self._connection is not None:
                self._connection.close()
        finally:
            queue.leave()


@contextmanager
def transaction() -> Iterator[Turn]:
    """Run the block as one write transaction: commit at its end, undo it on any exception.

    It begins with the block's first statement, so that what comes before keeps nobody waiting.
    Only views marked `@writes`, commands and the worker open one. Nothing else commits.
    Raises RuntimeError when something was read before: on SQLite that could not be ordered.
    """
    if WRITE in g or (db.session.registry.has() and db.session().in_transaction()):
        raise RuntimeError("a write transaction begins before the first statement")
    turn = g.quizapp_write = Turn()
    try:
        yield turn
        if turn.is_undone:
            turn.rollback()
        else:
            turn.commit()
    except BaseException:
        turn.rollback()
        raise
    finally:
        g.pop(WRITE, None)
        turn.end()


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything inside the block as it was at one moment, however many statements it takes.

    Nothing is written in it, and what was begun by reading before is ended.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":  # SQLite's transactions are so by themselves
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.rollback()


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
