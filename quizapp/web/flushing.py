"""What a process has only in its memory is written down every few seconds, out of any request.

The thread begins with the first thing to write (gunicorn forks before that) and dies with its
process: what had waited less than EVERY_SECONDS is lost then. Nobody was promised it.
"""

import threading
from collections.abc import Callable
from time import sleep

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from quizapp.db import cause_of, is_away

EVERY_SECONDS = 5.0
SHELF = "quizapp flusher"
log = structlog.get_logger("flush")


class Flusher:
    """Calls what was given to it every few seconds, in a thread of this process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._writers: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, write: Callable[[], None]) -> None:
        self._writers.append(write)

    def wake(self) -> None:
        """Begin, unless it runs; under test the test itself says when."""
        if self._thread is not None or self._app.testing:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="flush", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what waits, each in a transaction of its own."""
        with self._app.app_context():
            for write in self._writers:
                write()

    def _run(self) -> None:
        while True:
            sleep(EVERY_SECONDS)
            try:
                self.flush()
            except SQLAlchemyError as error:
                if not is_away(error):
                    raise
                log.warning("not written", cause=cause_of(error))


def init_flushing(app: Flask, *writers: Callable[[], None]) -> None:
    """Let these write what this process keeps in memory."""
    flusher = app.extensions[SHELF] = Flusher(app)
    for write in writers:
        flusher.add(write)


def flusher() -> Flusher:
    return flusher_of(current_app)


def flusher_of(app: Flask) -> Flusher:
    found: Flusher = app.extensions[SHELF]
    return found
