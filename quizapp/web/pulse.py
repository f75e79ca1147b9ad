"""How busy it is, counted in the memory of each process: no statement on the way of an answer.

A minute's counts are written down every few seconds by `web/flushing`; they belong to nobody and
decide nothing.
"""

import threading
from collections import Counter
from datetime import UTC, datetime

from flask import Flask, Response, current_app, request

from quizapp import clock
from quizapp.web.flushing import flusher
from quizapp.web.refusing import contest_here

SHELF = "quizapp pulse"
COUNTED = {"attempts.start": "starts", "attempts.save": "saves", "attempts.submit": "submits"}
KEPT = 5_000  # (contest, minute, what) waiting in one process
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

Pulse = Counter[tuple[int, int, str]]


class _Shelf:
    def __init__(self) -> None:
        self._counts: Pulse = Counter()
        self._lock = threading.Lock()

    def add(self, contest_id: int, minute: int, what: str) -> None:
        place = (contest_id, minute, what)
        with self._lock:
            if place in self._counts or len(self._counts) < KEPT:
                self._counts[place] += 1

    def take(self) -> Pulse:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts

    def give_back(self, counts: Pulse) -> None:
        with self._lock:
            for place, count in counts.items():
                if place in self._counts or len(self._counts) < KEPT:
                    self._counts[place] += count


def init_pulse(app: Flask) -> None:
    """Count what is started, saved, handed in, refused and what fails."""
    app.extensions[SHELF] = _Shelf()

    @app.after_request
    def count(response: Response) -> Response:
        what = _what(response.status_code)
        if what is not None:
            shelf: _Shelf = current_app.extensions[SHELF]
            shelf.add(contest_here(), minute_of(clock.now()), what)
            flusher().wake()
        return response


def take_pulse() -> Pulse:
    """Return (contest, minute, what) → how often, since the last time; contest 0: not known."""
    shelf: _Shelf = current_app.extensions[SHELF]
    return shelf.take()


def give_pulse_back(counts: Pulse) -> None:
    """Let what was taken and could not be written down wait for the next time."""
    shelf: _Shelf = current_app.extensions[SHELF]
    shelf.give_back(counts)


def minute_of(at: datetime) -> int:
    """Return the number of a moment's minute."""
    return int((at - EPOCH).total_seconds() // 60)


def _what(status: int) -> str | None:
    if status >= 500:
        return "errors"
    counted = COUNTED.get(request.endpoint or "") if request.method != "GET" else None
    if counted is None:
        return None
    return counted if status < 400 else "refusals"
