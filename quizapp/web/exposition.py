"""The text of `/metrics`, as Prometheus reads it.

Counts are of the whole machine, whichever process answers (`web/figures`); the rest is read now.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from quizapp import clock
from quizapp.db import db
from quizapp.web.figures import BOUNDS, Totals, figures
from quizapp.web.health import get_free, get_parts
from quizapp.web.metrics import Gauge, Values

# What people do, by what they ask.
DEEDS = {"attempts.start": "starts", "attempts.save": "saves", "attempts.submit": "submits"}
OUTCOMES = {2: "accepted", 3: "accepted", 4: "refused", 5: "failed"}
COUNTED = {
    "expiries": "Papers whose time ran out, made final by the worker.",
    "rolled_up_events": "Results counted into boards by the worker.",
    "boards_written": "Boards written by the worker.",
    "worker_passes": "Passes of the worker.",
    "worker_database_away": "Passes of the worker in which the database did not answer.",
    "jobs_done": "Jobs that ended well.",
    "jobs_failed": "Jobs that failed.",
    "jobs_cancelled": "Jobs that were cancelled.",
}


def written(gauges: Sequence[Gauge]) -> tuple[bytes, str]:
    """Return everything there is to tell now, and its content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(list(_all(gauges))))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Collected(Collector):
    """What the library's registry asks for metrics."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


def _all(gauges: Sequence[Gauge]) -> Iterator[Metric]:
    totals = figures().keep()
    yield from _of_requests(totals)
    yield from _of_counts(totals)
    yield from _of_processes(totals)
    yield from _of_parts()
    yield from _of_disks()
    yield from _of_gauges(gauges, clock.now())


def _of_requests(totals: Totals) -> Iterator[Metric]:
    asked = CounterMetricFamily(
        "quizapp_http_requests",
        "Requests answered, by what was asked and the first digit of the status.",
        labels=("endpoint", "method", "status"),
    )
    took = HistogramMetricFamily(
        "quizapp_http_request_duration_seconds",
        "Seconds from the request's arrival in the process to its answer.",
        labels=("endpoint",),
    )
    deeds = {
        deed: CounterMetricFamily(
            f"quizapp_{deed}",
            f"{deed.capitalize()} of papers that phones asked for, and how it was answered.",
            labels=("outcome",),
        )
        for deed in DEEDS.values()
    }
    rows: dict[str, list[float]] = {}
    done = {(deed, outcome): 0.0 for deed in DEEDS.values() for outcome in OUTCOMES.values()}
    for (endpoint, method, status), row in sorted(totals.requests.items()):
        count = sum(row[:-1])
        asked.add_metric((endpoint, method, f"{status}xx"), count)
        so_far = rows.get(endpoint, [0.0] * len(row))
        rows[endpoint] = [a + b for a, b in zip(so_far, row, strict=True)]
        if endpoint in DEEDS and method not in {"GET", "HEAD"} and status in OUTCOMES:
            done[DEEDS[endpoint], OUTCOMES[status]] += count
    for endpoint, row in rows.items():
        bounds = [*map(str, BOUNDS), "+Inf"]
        took.add_metric(
            (endpoint,), list(zip(bounds, accumulate(row[:-1]), strict=True)), sum_value=row[-1]
        )
    for (deed, outcome), count in done.items():
        deeds[deed].add_metric((outcome,), count)
    yield from (asked, took, *deeds.values())


def _of_counts(totals: Totals) -> Iterator[Metric]:
    for name, words in COUNTED.items():
        yield CounterMetricFamily(f"quizapp_{name}", words, value=totals.counts[name])


def _of_processes(totals: Totals) -> Iterator[Metric]:
    signs = list(totals.processes.values())
    yield _gauge("processes", "Processes of this machine that counted a moment ago.", len(signs))
    words = "Connections to the database that these processes use, and may use."
    used = {"in_use": sum(one.used for one in signs), "limit": sum(one.limit for one in signs)}
    yield _labelled("database_pool_connections", words, "state", used)
    fullest = max((one.used / one.limit for one in signs), default=0.0)
    yield _gauge("database_pool_fullest_ratio", "Used, by the fullest process.", fullest)


def _of_parts() -> Iterator[Metric]:
    parts = get_parts()
    known = {name: float(part.ok) for name, part in parts.items() if part.ok is not None}
    yield _labelled("part_ok", "What /readyz says of each part: 1 well, 0 not.", "part", known)
    gap_ms = parts["clock"].numbers.get("gap_ms")
    if gap_ms is not None:
        words = "How far the clocks of this machine and the database surely are apart."
        yield _gauge("clock_gap_seconds", words, gap_ms / 1000)
    for part in ("worker", "backup"):
        age_s = parts[part].numbers.get("age_s")
        if age_s is not None:
            yield _gauge(f"{part}_age_seconds", f"Since the last sign of the {part}.", age_s)


def _of_disks() -> Iterator[Metric]:
    try:
        free = get_free()
    except OSError:  # `part_ok` says so
        return
    bytes_free = {name: size for name, (size, _) in free.items()}
    yield _labelled("disk_free_bytes", "Free bytes of the disks written to.", "disk", bytes_free)
    shares = {name: share for name, (_, share) in free.items()}
    yield _labelled("disk_free_ratio", "Free part of the disks written to.", "disk", shares)


def _of_gauges(gauges: Sequence[Gauge], now: datetime) -> Iterator[Metric]:
    for one in gauges:
        try:
            values = one.read(now)
        except (DBAPIError, PoolTimeout):  # `part_ok` says so
            return
        finally:
            db.session.remove()
        yield _labelled(one.name, one.words, one.label, values)


def _gauge(name: str, words: str, value: float) -> Metric:
    return _labelled(name, words, None, {"": value})


def _labelled(name: str, words: str, label: str | None, values: Values) -> Metric:
    metric = GaugeMetricFamily(f"quizapp_{name}", words, labels=[label] if label else [])
    for of, value in values.items():
        if value is not None:
            metric.add_metric([of] if label else [], value)
    return metric
