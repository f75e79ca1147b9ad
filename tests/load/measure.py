"""Runs: start the server, let people join and take attempts, read clocks, check the ledger."""

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass

import click

from tests.load import figures
from tests.load.cpu import Meter, cpu_seconds
from tests.load.drive import drive
from tests.load.people import Person, attempts, joins
from tests.load.processes import configuration, environment, free_port, running, wait_until_up
from tests.load.scratch import engine_version, stored_attempts

SETTLE_SECONDS = 20
PASS_SECONDS = 0.6  # a little longer than the worker's pause
IDLE_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """What is measured: the command of the web server, of the worker (None: there is none)."""

    name: str
    web: list
    worker: list | None
    environment: dict


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One start of the server: where it answers, and who reads its clocks."""

    address: str
    meter: Meter
    worker_pid: int | None


class Crowd:
    """New people, each with a number that nobody had before."""

    def __init__(self, units, saves):
        self._units, self._saves, self._last = units, saves, 0

    def people(self, count, address):
        first, self._last = self._last + 1, self._last + count
        return [
            Person(number=number, units=self._units, address=address, saves=self._saves)
            for number in range(first, self._last + 1)
        ]


def measure(options, base, served, crowd, ledger):
    """Return the figures of all runs on one Scratch installation."""
    runs = []
    for number in range(1, options.runs + 1):
        runs.append(_run(options, base, served, crowd, ledger))
        shown = {name: runs[-1][name] for name in figures.SPREAD}
        click.echo(f"{served.name} run {number}/{options.runs}: {shown}", err=True)
    env = environment(base.folder, base.url, 1) | served.environment
    return {
        "programme": served.name,
        **figures.summary(runs, ledger.balance(stored_attempts(base.app))),
        "options": {name: getattr(options, name) for name in options.__slots__},
        "server": configuration(options, env) | {"versions": figures.versions()},
        "database": engine_version(base.app),
        "machine": figures.machine(),
    }


def _run(options, base, served, crowd, ledger):
    port = free_port()
    env = environment(base.folder, base.url, port) | served.environment
    web_log, worker_log = base.folder / "web.log", base.folder / "worker.log"
    with ExitStack() as stack:
        web = stack.enter_context(running(served.web, env, web_log))
        wait_until_up(web, port, web_log)
        worker = (
            stack.enter_context(running(served.worker, env, worker_log)) if served.worker else None
        )
        worker_pid = worker.pid if worker else None
        meter = stack.enter_context(
            closing(
                Meter(web=web.pid, worker=worker_pid, server=base.server, database=base.database)
            )
        )
        place = Place(address=f"127.0.0.1:{port}", meter=meter, worker_pid=worker_pid)
        warm = crowd.people(options.warm, place.address)
        _part(options, place, map(joins, warm))
        _part(options, place, (attempts(person, ledger) for person in warm))
        people = crowd.people(options.people, place.address)
        joined = _part(options, place, map(joins, people))
        ready = (attempts(person, ledger) for person in people if person.start_form)
        yardsticks = [figures.yardstick()]
        attempted = _part(options, place, ready)
        yardsticks.append(figures.yardstick())
        return figures.run_figures(joined, attempted) | {"yardstick_ms": sum(yardsticks) / 2}


def _part(options, place, scripts):
    """Drive one part; return what was Seen and what the server Spent until it was idle again."""
    before, began = place.meter.read(), time.perf_counter()
    seen = drive(scripts, address=place.address, clients=options.clients, seconds=options.seconds)
    _settle(place.worker_pid)
    seen.measured_seconds = time.perf_counter() - began
    return seen, place.meter.read() - before


def _settle(worker_pid):
    """Wait until the worker has counted what is new: that work belongs to these attempts too."""
    end = time.monotonic() + SETTLE_SECONDS
    before = -1.0
    while worker_pid and time.monotonic() < end:
        spent = cpu_seconds(worker_pid)
        if spent - before <= IDLE_SECONDS:
            return
        before = spent
        time.sleep(PASS_SECONDS)
