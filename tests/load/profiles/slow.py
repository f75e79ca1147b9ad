"""People on bad networks send byte by byte; everybody else must not notice."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import click

from quizapp import clock
from tests.load.figures import latencies
from tests.load.opened import Due, drive_on_time
from tests.load.papers import running_papers
from tests.load.people import attempts, joins
from tests.load.profile import Profile
from tests.load.profiles.saving import saves
from tests.load.wire import SLOW_SECONDS, SlowLine


def timeline(load):
    """Return whole attempts of ordinary people at a steady rate; who is slow has a paper too."""
    options = load.options
    people = load.people(options.rate * options.seconds)
    load.place.prepare(map(joins, people))
    due = clock.now() + timedelta(minutes=19)
    callers = load.people(options.slow)
    load.seen["papers"] = running_papers(load.base, load.ledger, callers, due=due)
    return (
        Due(at=index / options.rate, script=attempts(person, load.ledger))
        for index, person in enumerate(people)
    )


@contextmanager
def beside(load):
    """Let every slow phone save without end, for the time of the run."""
    options = load.options
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(
            drive_on_time,
            _slowly(load.seen["papers"], seconds=options.seconds),
            address=load.place.address,
            clients=options.slow,
            line=SlowLine,
        )
        yield
        load.seen["slow"] = slow.result()


def _slowly(papers, *, seconds):
    for turn in range(max(int(seconds / SLOW_SECONDS), 1)):
        for index, paper in enumerate(papers):
            at = (turn + index / len(papers)) * SLOW_SECONDS
            yield Due(at=at, script=saves(paper, "slow_save"), owner=paper.path)


def _more(load):
    seen = load.seen["slow"]
    return {
        "slow": {
            "clients": load.options.slow,
            "saves": seen.finished,
            "left": seen.left,
            "failed": len(seen.failures),
            "failures": seen.failures[:5],
            **latencies(seen.milliseconds),
        }
    }


SLOW = click.option(
    "--slow", type=click.IntRange(1, 5000), default=400, show_default=True, help="Slow clients."
)
PROFILE = Profile(
    name="slow",
    of="attempt",
    promise="Slow clients hold connections while others take whole attempts.",
    timeline=timeline,
    defaults={"rate": 2, "seconds": 30, "people": 1, "clients": 64, "saves": 4, "questions": 500},
    options=(SLOW,),
    beside=beside,
    more=_more,
)
