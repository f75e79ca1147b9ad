"""`python -m tests.load journey`: what a whole attempt costs the real server, on this machine.

`python -m tests.load anatomy` says what of it goes where. `tests.load.floor` is the least possible.
"""

import json
import signal
import sys

import click

from tests.load.figures import yardstick
from tests.load.ledger import Ledger
from tests.load.measure import Crowd, Served, measure
from tests.load.options import Options, load_options
from tests.load.people import attempts, joins
from tests.load.processes import WORKER, gunicorn
from tests.load.sample import calls_per_step, cpu_per_step, per_step, walk
from tests.load.scratch import engine_version, scratch


@click.group()
def main():
    """Load on a scratch installation of this machine; each programme prints one JSON object."""
    # The scratch database and folder go away however this ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command()
@load_options
def journey(**given):
    """New people join, then each takes a whole attempt; closed loop."""
    options = Options(**given)
    ledger = Ledger()
    with scratch(options) as base:
        crowd = Crowd(base.units, options.saves)
        for person in crowd.people(2, "127.0.0.1"):  # the first one reads what the process keeps
            exchanges = [*walk(base.app, joins(person)), *walk(base.app, attempts(person, ledger))]
        served = Served(name="journey", web=gunicorn(options), worker=WORKER, environment={})
        found = measure(options, base, served, crowd, ledger)
    finish(found | {"per_step": per_step(exchanges)})


@main.command()
@load_options
def anatomy(**given):
    """What each request is made of, inside one process: µs of CPU, statements, function calls."""
    options = Options(**given)
    ledger = Ledger()
    with scratch(options) as base:
        crowd = Crowd(base.units, options.saves)

        def scripts(count):
            for person in crowd.people(count, "127.0.0.1"):
                yield joins(person)
                yield attempts(person, ledger)

        cpu_per_step(base.app, scripts(options.warm))
        exchanges = [exchange for script in scripts(1) for exchange in walk(base.app, script)]
        before = yardstick()
        found = {
            "programme": "anatomy",
            "cpu_us": cpu_per_step(base.app, scripts(options.people)),
            "yardstick_ms": (before + yardstick()) / 2,
            "per_step": per_step(exchanges),
            "calls": calls_per_step(base.app, scripts(options.people)),
            "database": engine_version(base.app),
        }
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


def finish(found):
    """Print the figures; exit 1 when something acknowledged is gone or a request failed."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    bad = ("acknowledged_lost", "wrong", "duplicates", "failed")
    sys.exit(1 if any(found[name] for name in bad) else 0)


if __name__ == "__main__":
    main()
