"""Runs of whole attempts: start the server, people join and take them, read clocks, check all."""

import click

from tests.load import figures
from tests.load.drive import drive
from tests.load.people import Person, attempts, joins
from tests.load.processes import configuration, environment
from tests.load.scratch import engine_version, stored_attempts
from tests.load.stand import standing


class Crowd:
    """New people, each with a number that nobody had before."""

    def __init__(self, units, saves, *, last=0):
        self._units, self._saves, self._last = units, saves, last

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
    return {
        "programme": served.name,
        **figures.summary(runs, ledger.balance(stored_attempts(base))),
        "options": {name: getattr(options, name) for name in options.__slots__},
        **surroundings(options, base, served),
    }


def surroundings(options, base, served):
    """Return what the figures hold for: server, database, machine."""
    env = environment(base.folder, base.url, 1) | served.environment
    return {
        "server": configuration(options, env) | {"versions": figures.versions()},
        "database": engine_version(base.app),
        "machine": figures.machine(),
    }


def _run(options, base, served, crowd, ledger):
    with standing(base, served) as place:
        warm = crowd.people(options.warm, place.address)
        _part(options, place, map(joins, warm))
        _part(options, place, (attempts(person, ledger) for person in warm))
        people = crowd.people(options.people, place.address)
        joined = _part(options, place, map(joins, people))
        ready = (attempts(person, ledger) for person in people if person.start_form)
        yardsticks = [figures.yardstick()]
        attempted = _part(options, place, ready)
        yardsticks.append(figures.yardstick())
        return figures.run_figures(joined, attempted) | {
            "yardstick_ms": sum(yardsticks) / 2,
            "memory_mb_per_worker": place.memory_mb_per_worker(),
        }


def _part(options, place, scripts):
    return place.measured(
        lambda: drive(
            scripts, address=place.address, clients=options.clients, seconds=options.seconds
        )
    )
