"""What is counted for `/metrics`: in the memory of each process, summed in one file of the machine.

No request writes: every few seconds `web/flushing` adds what is new to the file. It is written over
in place, so that a full disk has room for it, and it needs no database, so that an hour without one
can be seen. What a killed process had not added yet, five seconds at most, is lost: figures decide
nothing.
"""

import fcntl
import json
import os
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy.pool import QueuePool

from quizapp import clock
from quizapp.db import db

SHELF = "quizapp figures"
NAME = "figures.json"
BLOCK = 32_768  # bytes the file grows by
# Upper bounds of how long requests took, in seconds; what took longer is the last of its row.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
GONE_AFTER = 20  # seconds without a sign of a process

Place = tuple[str, str, int]  # endpoint, method, status / 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """When a process last added to the file (seconds since 1970), how many connections to the
    database it used then, and how many it may use."""

    at: float
    used: int
    limit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What all processes of the machine counted.

    `requests`: place → how many took up to each of BOUNDS and longer, then all their seconds.
    `processes`: number of each process that gave a sign a moment ago → its sign.
    """

    requests: dict[Place, list[float]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    processes: dict[int, Sign] = field(default_factory=dict)


class Figures:
    """What this process counted since it last added to the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._requests: dict[Place, list[float]] = {}
        self._counts: Counter[str] = Counter()

    def request(self, place: Place, seconds: float) -> bool:
        """Count a request that was answered; return whether it is the first at its place."""
        with self._lock:
            row = self._requests.get(place)
            is_first = row is None
            if row is None:
                row = self._requests[place] = [0] * (len(BOUNDS) + 2)
            row[bisect_left(BOUNDS, seconds)] += 1
            row[-1] += seconds
        return is_first

    def add(self, name: str, count: int = 1) -> None:
        """Count something else; `name` is of our own making."""
        if count:
            with self._lock:
                self._counts[name] += count

    def keep(self) -> Totals:
        """Add what is new to the file and return all there is; what cannot be added yet, waits."""
        with self._lock:
            mine = Totals(requests=self._requests, counts=self._counts)
            self._requests, self._counts = {}, Counter()
        try:
            with _locked(self._path) as file:
                totals = _read(file)
                _add(totals, mine)
                totals.processes[os.getpid()] = _sign()
                _write(file, totals)
        except OSError:
            with self._lock:
                waiting = Totals(requests=self._requests, counts=self._counts)
                _add(waiting, mine)
            return mine
        return totals


def init_figures(app: Flask) -> None:
    """Let this process count."""
    app.extensions[SHELF] = Figures(Path(app.instance_path) / NAME)


def figures() -> Figures:
    return figures_of(current_app)


def figures_of(app: Flask) -> Figures:
    found: Figures = app.extensions[SHELF]
    return found


def keep_figures() -> None:
    """Add what this process counted to the file of the machine."""
    figures().keep()


def _add(totals: Totals, more: Totals) -> None:
    for place, row in more.requests.items():
        so_far = totals.requests.get(place)
        totals.requests[place] = (
            row if so_far is None else [a + b for a, b in zip(so_far, row, strict=True)]
        )
    totals.counts.update(more.counts)


def _sign() -> Sign:
    options = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    pool = cast("QueuePool", db.engine.pool)
    return Sign(
        at=clock.now().timestamp(),
        used=pool.checkedout(),
        limit=options["pool_size"] + options["max_overflow"],
    )


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _read(file: int) -> Totals:
    """Return what the file holds; one that was cut off, or of another release, begins anew."""
    try:
        stored: Mapping[str, Any] = json.loads(os.pread(file, os.fstat(file).st_size, 0))
        if stored["bounds"] != list(BOUNDS):
            return Totals()
        now = clock.now().timestamp()
        signs = {int(pid): Sign(**one) for pid, one in stored["processes"].items()}
        return Totals(
            requests={(one[0], one[1], one[2]): one[3] for one in stored["requests"]},
            counts=Counter(stored["counts"]),
            processes={pid: one for pid, one in signs.items() if abs(now - one.at) < GONE_AFTER},
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return Totals()


def _write(file: int, totals: Totals) -> None:
    stored = {
        "bounds": BOUNDS,
        "requests": [[*place, row] for place, row in totals.requests.items()],
        "counts": totals.counts,
        "processes": {pid: asdict(one) for pid, one in totals.processes.items()},
    }
    body = json.dumps(stored).encode()
    size = max(os.fstat(file).st_size, -(-len(body) // BLOCK) * BLOCK)
    os.pwrite(file, body.ljust(size), 0)
