"""The two databases through their bare drivers: the least that a durable write can cost here."""

import fcntl
import sqlite3
import threading
from contextlib import contextmanager

import psycopg

from quizapp.db import prepare_connection


def store(url):
    """Return the store at a database address as the product reads it."""
    path = url.removeprefix("sqlite:///")
    return Postgres(url) if path == url else Sqlite(path)


class Sqlite:
    """One connection and one lock per thread, with the product's own PRAGMAs."""

    mark = "?"

    def __init__(self, path):
        self._path, self._of_thread = path, threading.local()

    def read(self, query, values):
        """Return (names of columns, rows)."""
        cursor = self._connection().execute(query, values)
        return [column[0] for column in cursor.description], cursor.fetchall()

    @contextmanager
    def transaction(self):
        """Yield `execute`; commit at the end of the block, undo on any exception."""
        connection = self._connection()
        fcntl.flock(self._of_thread.lock, fcntl.LOCK_EX)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection.execute
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        finally:
            fcntl.flock(self._of_thread.lock, fcntl.LOCK_UN)

    single = transaction

    def close(self):
        """Give up this thread's connection and lock."""
        for held in vars(self._of_thread).values():
            held.close()

    def _connection(self):
        mine = self._of_thread
        if not hasattr(mine, "connection"):
            mine.lock = open(f"{self._path}.lock", "ab")  # noqa: PTH123, SIM115 - kept for the thread's life
            mine.connection = sqlite3.connect(self._path)
            prepare_connection(mine.connection, None)
        return mine.connection


class Postgres:
    """One connection per thread; a single statement is its own transaction: one round trip."""

    mark = "%s"

    def __init__(self, url):
        self._url = url.replace("+psycopg", "")
        self._of_thread = threading.local()

    def read(self, query, values):
        """Return (names of columns, rows)."""
        cursor = self._connection().execute(query, values)
        return [column.name for column in cursor.description], cursor.fetchall()

    @contextmanager
    def transaction(self):
        """Yield `execute`; commit at the end of the block, undo on any exception."""
        connection = self._connection()
        with connection.transaction():
            yield connection.execute

    @contextmanager
    def single(self):
        """Yield `execute` for one statement."""
        yield self._connection().execute

    def close(self):
        """Give up this thread's connection."""
        for held in vars(self._of_thread).values():
            held.close()

    def _connection(self):
        mine = self._of_thread
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(self._url, autocommit=True)
        return mine.connection
