"""`python -m tests.load journey`: what a whole attempt costs the real server, on this machine.

`python -m tests.load anatomy` says what of it goes where. `tests.load.floor` is the least possible.
The profiles (`joins`, `saves`, `deadline`, `boards`, `pollers`, `login`, `slow`) are open loops, as
`journey` is with `--rate`.
"""

import json
import signal

import click
from click.core import ParameterSource

from tests.load.banks import banks
from tests.load.figures import yardstick
from tests.load.growth import growth
from tests.load.ledger import Ledger
from tests.load.measure import Crowd, measure
from tests.load.options import Options, load_options
from tests.load.passes import passes
from tests.load.people import attempts, joins
from tests.load.processes import WORKER, gunicorn
from tests.load.profile import finish, run_profile
from tests.load.profiles import PROFILES, journeys
from tests.load.reference.building import drop, ref
from tests.load.sample import calls_per_step, cpu_per_step, per_step, walk
from tests.load.scratch import engine_version, scratch
from tests.load.stand import Served


@click.group()
def main():
    """Load on a scratch installation of this machine; each programme prints one JSON object."""
    # The scratch database and folder go away however this ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command()
@click.option("--rate", type=click.IntRange(1, 1000), help="Open loop: so many begin a second.")
@load_options
@click.pass_context
def journey(context, rate, **given):
    """New people join, then each takes a whole attempt; closed loop unless a rate is given."""
    if rate:
        finish(run_profile(journeys.PROFILE, _open_journey(context, rate)))
    options = Options(**given)
    ledger = Ledger()
    with scratch(options) as base:
        crowd = Crowd(base.units, options.saves)
        for person in crowd.people(2, "127.0.0.1"):  # the first one reads what the process keeps
            exchanges = [*walk(base.app, joins(person)), *walk(base.app, attempts(person, ledger))]
        served = Served(name="journey", web=gunicorn(options), worker=WORKER, environment={})
        found = measure(options, base, served, crowd, ledger)
    finish(found | {"per_step": per_step(exchanges)})


def _open_journey(context, rate):
    """Return the profile's options: what was typed, its own defaults else."""
    typed = {
        {"warm": "people"}.get(name, name): value
        for name, value in context.params.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and name != "people"
    }
    return journeys.PROFILE.asked(**typed | {"rate": rate})


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


main.add_command(banks)
main.add_command(growth)
main.add_command(ref)
main.add_command(passes)
main.add_command(drop)
for profile in PROFILES:
    if profile.name not in main.commands:
        main.add_command(profile.command())


if __name__ == "__main__":
    main()
