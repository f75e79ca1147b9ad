"""The opening: people who have read the news join at a steady rate, while others' papers run."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter

import click
from sqlalchemy import func, select

from quizapp import clock
from quizapp.db import db
from quizapp.people.models import Person
from quizapp.people.service import sealing
from tests.load.figures import latencies, quantile
from tests.load.opened import Due, drive_on_time
from tests.load.papers import running_papers
from tests.load.people import joins
from tests.load.profile import Profile
from tests.load.profiles.saving import saves
from tests.load.profiles.starting import figures_of_starts, starts
from tests.load.profiles.trying import figures_of_tries, tries_pins

AT_ONCE = 1000
SAVE_EVERY = 10  # seconds between two saves of one paper that runs beside
BESIDE_CLIENTS = 64


def timeline(load):
    """Return one new person per turn of the rate, after the time that saves have for themselves."""
    options, seen = load.options, load.seen
    seen |= {"joined": [], "entered_s": [], "turned_away": 0, "starts": [], "guesses": []}
    people = load.people(options.rate * options.seconds)
    papers = load.people(options.saves_beside * SAVE_EVERY)
    due = clock.now() + timedelta(minutes=19)
    seen["papers"] = running_papers(load.base, load.ledger, papers, due=due) if papers else []
    load.place.prepare(map(saves, seen["papers"]))
    return _coming(load, people)


def _coming(load, people):
    options = load.options
    began, guesses = perf_counter(), 0
    for index, person in enumerate(people):
        at = options.alone + index / options.rate
        if options.abuser and index % max(options.rate // options.abuser, 1) == 0:
            yield Due(at=at, script=tries_pins(load, number=guesses))
            guesses += 1
        yield Due(at=at, script=_joins(load, person, meant_at=began + at))


def _joins(load, person, *, meant_at):
    seen = load.seen
    try:
        yield from joins(person)
    finally:
        seen["turned_away"] += person.turned_away
    seen["joined"].append(person.phone)
    seen["entered_s"].append(perf_counter() - meant_at)
    if load.options.start:
        yield from starts(load, person)


@contextmanager
def beside(load):
    """Let papers that run be saved at their own rate, before the storm and in it."""
    if not load.seen["papers"]:
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(
            drive_on_time,
            _saving(load),
            address=load.place.address,
            clients=BESIDE_CLIENTS,
        )
        yield
        load.seen["beside"] = saving.result()


def _saving(load):
    options, papers = load.options, load.seen["papers"]
    for index in range(options.saves_beside * (options.alone + options.seconds)):
        paper, at = papers[index % len(papers)], index / options.saves_beside
        step = "save_alone" if at < options.alone else "save_in_storm"
        yield Due(at=at, script=saves(paper, step), owner=paper.path)


def also_lost(load):
    """Count who was let in, and who of them is not in the database."""
    joined, found = load.seen["joined"], 0
    with load.base.app.app_context():
        for start in range(0, len(joined), AT_ONCE):
            hashes = [
                sealing.phone_hash(f"+84{one[1:]}") for one in joined[start : start + AT_ONCE]
            ]
            known = select(func.count(Person.id)).where(Person.phone_hash.in_(hashes))
            found += db.session.scalar(known)
        db.session.rollback()
    return len(joined), len(joined) - found


def more(load):
    """Return who got in and when, and what the storm did to those whose papers ran."""
    seen = load.seen
    found = {
        "joined": len(seen["joined"]),
        "turned_away": seen["turned_away"],
        "entered_s": _quantiles(seen["entered_s"]),
    }
    if load.options.start:
        found["windows"] = figures_of_starts(load)
    if load.options.abuser:
        found["abuser"] = figures_of_tries(load)
    return found | ({"beside": _of_saves(seen["beside"])} if "beside" in seen else {})


def _of_saves(seen):
    figures = latencies(seen.milliseconds)
    p99 = figures["p99_ms"]
    alone, storm = (p99.get(step) for step in ("save_alone", "save_in_storm"))
    return {
        "saves": seen.finished,
        "left": seen.left,
        "failed": len(seen.failures),
        "failures": seen.failures[:5],
        "p99_times": round(storm / alone, 2) if alone and storm else None,
        **figures,
    }


def _quantiles(values):
    shares = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    return {name: round(quantile(values, share), 3) if values else None for name, share in shares}


OPTIONS = (
    click.option("--start", is_flag=True, help="Who has joined starts at once."),
    click.option(
        "--saves-beside",
        type=click.IntRange(0, 1000),
        default=0,
        show_default=True,
        help="Saves a second of papers that run.",
    ),
    click.option(
        "--alone",
        type=click.IntRange(0, 600),
        default=0,
        show_default=True,
        help="Seconds before the storm in which only they are sent.",
    ),
    click.option(
        "--abuser",
        type=click.IntRange(0, 1000),
        default=0,
        show_default=True,
        help="PINs a second that somebody guesses from the same address.",
    ),
)
PROFILE = Profile(
    name="joins",
    of="join",
    promise="The opening: new people join at a steady rate, three requests each.",
    timeline=timeline,
    also_lost=also_lost,
    defaults={"rate": 400, "seconds": 60, "people": 1, "clients": 400, "saves": 0}
    | {"questions": 500},
    options=OPTIONS,
    beside=beside,
    more=more,
)
