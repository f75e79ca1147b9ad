"""`python -m tests.load growth`: what costs more when there is more of it.

Prints a Markdown table, and writes the same figures as a chart.
"""

from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import click

from quizapp import clock
from quizapp.db import db
from tests.load.chart import drawn
from tests.load.drive import drive
from tests.load.figures import latencies
from tests.load.ledger import Ledger
from tests.load.measure import Crowd
from tests.load.options import KEPT
from tests.load.papers import running_papers
from tests.load.people import attempts, expected, joins
from tests.load.processes import WORKER, gunicorn
from tests.load.profile import BAD, load_place
from tests.load.profiles import boards, saving
from tests.load.reference.building import CORES, a_folder, build, stored_bytes
from tests.load.scratch import newest, opened, scratch, stored_attempts
from tests.load.stand import Served, standing

PAUSE = 30  # seconds between two saves of one person
JOURNEYS = 40
PAPERS = 2000  # read before memory is: each of 10,000 questions is on four of them
CLIENTS = 8


def by_attempts(size, asked):
    """Read boards and hand in beside so many attempts that are stored."""
    reference = SimpleNamespace(
        database=asked.database,
        people=max(size // 2, 1),
        attempts=size,
        upper=asked.upper,
        grassroots=asked.grassroots,
        questions=500,
        processes=CORES,
        verify=False,
    )
    with a_folder(None, keep=False) as folder:
        base, _ = build(reference, folder)
        return beside_stored(newest(base), asked)


def beside_stored(base, asked):
    """Read boards and hand in beside what an installation holds."""
    with base.app.app_context():
        size = stored_bytes(base)
        db.session.remove()
        db.engine.dispose()
    given = {"seconds": asked.seconds, "rate": asked.rate, "submits": asked.submits}
    found = _loaded(boards.PROFILE, base, asked, **given)
    inside, served = found["inside"], found["at_server"]["p99_ms"]
    return {
        "database, MB": round(size / 1e6, 1),
        "top 100: statements p99, ms": inside["top"]["database_ms"]["p99"],
        "own rank: statements p99, ms": inside["me"]["database_ms"]["p99"],
        "top 100 at the server p99, ms": served["top"],
        "own rank at the server p99, ms": served["me"],
        "submit at the server p99, ms": served["submit"],
        "public after p99, s": found["public_after_s"]["p99"],
    }


def by_people(size, asked):
    """Let so many people with running papers save, each once in half a minute."""
    with scratch(SimpleNamespace(database=asked.database, questions=500)) as base:
        given = {"people": size, "rate": max(size // PAUSE, 1), "seconds": asked.seconds}
        found = _loaded(saving.PROFILE, base, asked, **given)
    return {
        "saves per s": found["attempts_per_s"],
        "save p50, ms": found["p50_ms"]["save"],
        "save p99, ms": found["p99_ms"]["save"],
        "CPU ms per save": found["server_cpu_ms_per_attempt"],
        "MB per process": max(found["memory_mb_per_worker"]),
    }


def by_bank(size, asked):
    """Take whole attempts from a bank of so many questions."""
    with scratch(SimpleNamespace(database=asked.database, questions=size)) as base:
        found = _journeys(base, asked)
    return {
        "CPU ms per attempt": found["cpu"],
        "start p50, ms": found["p50_ms"]["start"],
        "paper p50, ms": found["p50_ms"]["paper"],
        "submit p50, ms": found["p50_ms"]["submit"],
        "MB per process": found["memory"],
    }


WHAT = {"attempts": by_attempts, "people": by_people, "bank": by_bank}
SIZES = {"attempts": "100000,1000000,10000000", "people": "100,1000,10000"} | {
    "bank": "100,1000,10000"
}


def _loaded(profile, base, asked, **given):
    options = profile.asked(database=asked.database, workers=asked.workers, **given)
    with standing(base, _web(options, *profile.served)) as place:
        return _checked(load_place(profile, options, base, place))


def _journeys(base, asked):
    """Return what whole attempts cost, once each process has read the bank."""
    ledger, crowd = Ledger(), Crowd(base.units, 4)
    with standing(base, _web(SimpleNamespace(workers=asked.workers, threads=None))) as place:
        warm, people = (crowd.people(count, place.address) for count in (CLIENTS * 2, JOURNEYS))
        place.prepare(map(joins, [*warm, *people]))
        place.prepare(attempts(person, ledger) for person in warm)
        seen, spent = place.measured(
            lambda: drive(
                (attempts(person, ledger) for person in people),
                address=place.address,
                clients=CLIENTS,
                seconds=600,
            )
        )
        due = clock.now() + timedelta(minutes=19)
        papers = running_papers(base, ledger, crowd.people(PAPERS, place.address), due=due)
        place.prepare(map(reads, papers))
        memory = max(place.memory_mb_per_worker())
    balance = ledger.balance(stored_attempts(base))
    checked = {"acknowledged_lost": balance.lost, "wrong": balance.wrong}
    _checked(checked | {"duplicates": balance.duplicates, "failed": len(seen.failures)})
    cpu = round(spent.server / max(seen.finished, 1) * 1000, 1)
    return {"cpu": cpu, "memory": memory, **latencies(seen.milliseconds)}


def reads(paper):
    """Look at a paper that runs."""
    expected((yield paper.person.ask("paper", "GET", paper.path)), 200)


def _web(options, *arguments):
    return Served(name="growth", web=gunicorn(options, *arguments), worker=WORKER, environment={})


def _checked(found):
    """Return the figures. Raises ClickException when anything was lost or failed."""
    bad = {name: found[name] for name in BAD if found[name]}
    if bad:
        raise click.ClickException(f"{bad} {found.get('failures')}")
    return found


def table(across, sizes, rows):
    """Return a Markdown table: a line for each size."""
    names = list(rows[0])
    lines = [[across, *names], ["---:"] * (len(names) + 1)]
    lines += [
        [f"{size:,}", *(f"{row[name]:,}" for name in names)]
        for size, row in zip(sizes, rows, strict=True)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@click.command("growth")
@click.argument("what", type=click.Choice(list(WHAT)))
@click.option("--sizes", help="Comma between them, ascending.")
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--seconds", type=click.IntRange(1, 600), default=30, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), help="Default: as gunicorn.conf.py.")
@click.option("--on", type=KEPT, multiple=True, help="Kept installations, for attempts; ascending.")
@click.option("--rate", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--submits", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--upper", type=click.IntRange(1, 20_000), default=2600, show_default=True)
@click.option("--grassroots", type=click.IntRange(0, 1_000_000), default=127_000, show_default=True)
@click.option("--pictures", type=click.Path(file_okay=False, path_type=Path), required=True)
def growth(what, sizes, pictures, **given):
    """Measure the same load beside more attempts, more people at once, a larger bank."""
    if given["on"] and (what != "attempts" or sizes):
        raise click.UsageError("--on is for attempts, instead of --sizes")
    asked = SimpleNamespace(**given)
    kept = [opened(folder) for folder in asked.on]
    steps = [base.attempts for base in kept]
    steps = steps or [int(size) for size in (sizes or SIZES[what]).split(",")]
    rows = []
    for size, base in zip_longest(steps, kept):
        rows.append(beside_stored(base, asked) if base else WHAT[what](size, asked))
        click.echo(f"{what} {size}: {rows[-1]}", err=True)
    pictures.mkdir(parents=True, exist_ok=True)
    name = f"growth-{what}-{asked.database}.svg"
    series = {figure: [row[figure] for row in rows] for figure in rows[0]}
    picture = drawn(f"{what}, {asked.database}", what, steps, series)
    (pictures / name).write_text(picture, "utf-8")
    click.echo(table(what, steps, rows))
    click.echo(f"\n![{what}, {asked.database}](pictures/{name})")
