"""From what runs showed to the one JSON object that a load programme prints."""

import os
import platform
import statistics
import time
from importlib.metadata import version
from math import ceil

QUANTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}
PARTS = ("web", "worker", "database", "database_shared", "proxy")
SPREAD = (
    "server_cpu_ms_per_attempt",
    "attempts_per_s",
    "client_cpu_ms_per_attempt",
    "wire_bytes_per_attempt",
    "join_cpu_ms_per_person",
    "busy_by_others",
    "yardstick_ms",
)
COMPARED = ("server_cpu_ms_per_attempt", "attempts_per_s", "busy_by_others", "yardstick_ms")
SUMMED = ("acknowledged", "acknowledged_lost", "wrong", "duplicates", "failed", "left")


def quantile(values, share):
    """Return the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def latencies(milliseconds):
    """Return p50_ms, p95_ms, p99_ms: each step → milliseconds."""
    return {
        name: {step: round(quantile(of, share), 2) for step, of in sorted(milliseconds.items())}
        for name, share in QUANTILES.items()
    }


def run_figures(joined, attempted):
    """Return the figures of one run from its two parts, each (Seen, Spent in it)."""
    (join_seen, join_cpu), (seen, cpu) = joined, attempted
    count = max(seen.finished, 1)
    others = cpu.machine - cpu.server - seen.client_cpu_seconds
    return {
        "attempts": seen.finished,
        "attempts_per_s": round(seen.finished / seen.seconds, 1),
        "server_cpu_ms_per_attempt": _ms(cpu.server, count),
        "cpu_ms_per_attempt": _by_part(cpu, count),
        "client_cpu_ms_per_attempt": _ms(seen.client_cpu_seconds, count),
        "join_cpu_ms_per_person": _ms(join_cpu.server, max(join_seen.finished, 1)),
        "wire_bytes_per_attempt": round(seen.wire_bytes / count),
        **latencies(join_seen.milliseconds | seen.milliseconds),
        "busy_by_others": round(others / seen.measured_seconds, 2),
        "failed": len(join_seen.failures) + len(seen.failures),
        "failures": (join_seen.failures + seen.failures)[:5],
    }


def open_figures(seen, cpu):
    """Return the figures of an open loop: what was Seen, what was Spent.

    An "attempt" in the names is one finished script, whatever that is in a profile.
    """
    count = max(seen.finished, 1)
    requests = sum(map(len, seen.milliseconds.values()))
    others = cpu.machine - cpu.server - seen.client_cpu_seconds
    return {
        "attempts": seen.finished,
        "attempts_per_s": round(seen.finished / seen.seconds, 1),
        "requests_per_s": round(requests / seen.seconds, 1),
        "server_cpu_ms_per_attempt": _ms(cpu.server, count),
        "server_cpu_ms_per_request": _ms(cpu.server, max(requests, 1)),
        "server_cpu_cores": round(cpu.server / seen.measured_seconds, 2),
        "cpu_ms_per_attempt": _by_part(cpu, count),
        "cores": {part: round(getattr(cpu, part) / seen.measured_seconds, 3) for part in PARTS},
        "client_cpu_ms_per_attempt": _ms(seen.client_cpu_seconds, count),
        "wire_bytes_per_attempt": round(seen.wire_bytes / count),
        **latencies(seen.milliseconds),
        "busy_by_others": round(others / seen.measured_seconds, 2),
        "left": seen.left,
        "failed": len(seen.failures),
        "failures": seen.failures[:5],
    }


def _by_part(cpu, count):
    return {part: _ms(getattr(cpu, part), count) for part in PARTS}


def summary(runs, balance):
    """Return the medians of the runs, how far they spread, and the ledger's Balance."""
    return {
        **{name: _median(runs, name) for name in SPREAD},
        "cpu_ms_per_attempt": _medians(runs, "cpu_ms_per_attempt"),
        **{name: _medians(runs, name) for name in QUANTILES},
        "spread": {name: _spread(runs, name) for name in SPREAD},
        "acknowledged": balance.saves + balance.submits,
        "acknowledged_lost": balance.lost,
        "wrong": balance.wrong,
        "duplicates": balance.duplicates,
        "examples": balance.examples,
        "failed": sum(run["failed"] for run in runs),
        "runs": runs,
    }


def of_runs(runs):
    """Return the figures of an open loop's runs: medians, and how far the runs spread.

    What went wrong is added up; what is no number is the last run's.
    """
    if len(runs) == 1:
        return runs[0]
    bad = {name: sum(run[name] for run in runs) for name in SUMMED}
    return _middle(runs) | bad | {"spread": _ends(runs), "runs": len(runs)}


def _middle(values):
    last = values[-1]
    if all(one == last for one in values):
        return last
    if isinstance(last, dict):
        return {key: _middle([one[key] for one in values if key in one]) for key in last}
    is_number = all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)
    return round(statistics.median(values), 3) if is_number else last


def _ends(runs):
    """Return name → [min, median, max] of what is compared between machines."""
    seen = {name: [run[name] for run in runs] for name in COMPARED}
    seen |= {
        f"{name} {step}": [run[name][step] for run in runs if step in run[name]]
        for name in QUANTILES
        for step in runs[-1][name]
    }
    return {name: [min(of), round(statistics.median(of), 3), max(of)] for name, of in seen.items()}


def versions():
    """Return what the figures depend on besides our own code."""
    names = ("flask", "werkzeug", "jinja2", "sqlalchemy", "gunicorn", "psycopg")
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def machine():
    """Return the cores there are and how many processes wanted them in the last minute."""
    return {"cores": os.cpu_count(), "load_1_minute": round(os.getloadavg()[0], 2)}


def yardstick():
    """Return the ms of CPU that a fixed piece of Python costs now.

    On a shared machine a second of CPU is not always worth the same: other figures are to be read
    beside this one.
    """
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number * number
    return round((time.process_time() - began) * 1000, 1)


def _ms(seconds, count):
    return round(seconds * 1000 / count, 3)


def _median(runs, name):
    return round(statistics.median(run[name] for run in runs), 3)


def _medians(runs, name):
    keys = [key for key in runs[0][name] if all(key in run[name] for run in runs)]
    return {key: round(statistics.median(run[name][key] for run in runs), 3) for key in keys}


def _spread(runs, name):
    values = [run[name] for run in runs]
    return {"min": min(values), "median": _median(runs, name), "max": max(values)}
