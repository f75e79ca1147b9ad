"""One profile of load, run: the product stands ready, requests leave on time, figures come out."""

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace

import click

from tests.load import figures
from tests.load.ledger import Ledger
from tests.load.measure import Crowd, surroundings
from tests.load.nginx import BEHIND
from tests.load.opened import drive_on_time
from tests.load.options import profile_options
from tests.load.processes import WORKER, gunicorn
from tests.load.scratch import Scratch, installation, newest, stored_attempts
from tests.load.stand import Place, Served, standing

BAD = ("acknowledged_lost", "wrong", "duplicates", "failed")


@dataclass(kw_only=True, slots=True)
class Load:
    """What a profile prepares its load with; `seen` is what it notes by itself."""

    options: SimpleNamespace
    base: Scratch
    place: Place
    ledger: Ledger
    crowd: Crowd
    seen: dict = field(default_factory=dict)

    def people(self, count):
        """Return that many new people."""
        return self.crowd.people(count, self.place.address)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A kind of load.

    `of` says what one finished script is; `timeline` prepares and returns the Dues in order of
    time; `beside` is what goes on meanwhile; `served` is what the server's command is told;
    `more` returns figures that only this profile has; `also_lost` counts what was acknowledged
    besides saves and submits, and what of it is gone. `defaults` are of the options that all
    profiles have, `options` are its own.
    """

    name: str
    of: str
    promise: str
    timeline: Callable
    defaults: dict
    options: tuple = ()
    beside: Callable = nullcontext
    served: tuple = ()
    more: Callable = lambda _load: {}
    also_lost: Callable = lambda _load: (0, 0)

    def asked(self, **given):
        """Return options with this profile's defaults where nothing is given."""
        own = self.command().make_context(self.name, []).params
        return SimpleNamespace(**own | given)

    def command(self):
        """Return the command that runs this profile."""

        def run(**given):
            finish(run_profile(self, SimpleNamespace(**given)))

        run.__doc__ = self.promise
        return click.command(self.name)(profile_options(run, self.defaults, self.options))


def run_profile(profile, options):
    """Return the figures of a profile on a scratch installation, or on one that is kept."""
    told = BEHIND if options.nginx else {}
    web = Served(
        name=profile.name, web=gunicorn(options, *profile.served), worker=WORKER, environment=told
    )
    with installation(options) as base:
        runs = [_run(profile, options, base, web) for _ in range(options.runs)]
        return figures.of_runs(runs) | surroundings(options, base, web)


def _run(profile, options, base, web):
    with standing(base, web) as stood, _reached(options, base, stood) as place:
        return load_place(profile, options, newest(base), place)


def _reached(options, base, place):
    return place.behind_nginx(base.folder) if options.nginx else nullcontext(place)


def load_place(profile, options, base, place):
    """Return the figures of a profile on a Place of an installation, and what the check found."""
    ledger = Ledger()
    crowd = Crowd(base.units, options.saves, last=base.callers)
    load = Load(options=options, base=base, place=place, ledger=ledger, crowd=crowd)
    found = _measured(profile, load)
    balance = ledger.balance(stored_attempts(base))
    given, lost = profile.also_lost(load)
    return found | {
        "acknowledged": balance.saves + balance.submits + given,
        "acknowledged_lost": balance.lost + lost,
        "wrong": balance.wrong,
        "duplicates": balance.duplicates,
        "examples": balance.examples,
        "options": vars(options) | {"on": options.on and str(options.on)},
    }


def finish(found):
    """Print the figures; exit 1 when something acknowledged is gone or a request failed."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(1 if any(found[name] for name in BAD) else 0)


def _measured(profile, load):
    options, place = load.options, load.place
    timeline = profile.timeline(load)
    yardsticks = [figures.yardstick()]
    with profile.beside(load):
        seen, spent = place.measured(
            lambda: drive_on_time(timeline, address=place.address, clients=options.clients)
        )
    yardsticks.append(figures.yardstick())
    return {
        "programme": profile.name,
        "of": profile.of,
        **figures.open_figures(seen, spent),
        "memory_mb_per_worker": place.memory_mb_per_worker(),
        "yardstick_ms": sum(yardsticks) / 2,
        **profile.more(load),
    }
