"""Boards are read by everybody while results go on arriving."""

import heapq
import json
import multiprocessing
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle, islice

import click

from quizapp import clock
from tests.load.figures import quantile
from tests.load.opened import Due
from tests.load.papers import running_papers
from tests.load.people import AGENT, SLUG, Surprise
from tests.load.profile import Profile
from tests.load.profiles.deadline import submits
from tests.load.profiles.pages import inside, paths_of
from tests.load.served import LOGGED, at_server, log_end
from tests.load.wire import Request

WARM = 60  # pages of each kind before anything is measured
SETTLED = 3.0  # seconds until the boards can show that results arrive


def reads(load, step, path, more=()):
    """Read a page, a public one as most do: with what an earlier visitor's answer was marked by."""
    tags = load.seen["tags"]
    headers = [("User-Agent", AGENT), ("Accept-Encoding", "gzip"), *more]
    if path in tags:
        headers.append(("If-None-Match", tags[path]))
    reply = yield Request(step, "GET", path, tuple(headers))
    if reply.status not in {200, 304}:
        raise Surprise(f"status {reply.status} of {path}")
    load.seen["answers"][reply.status] += 1
    if reply.status == 200:
        if reply.header("etag") and not more:
            tags[path] = reply.header("etag")
        if step == "top_json":
            _note_age(load, json.loads(reply.content)["as_of"])


def timeline(load):
    """Return reads at one rate and submits at another, in order of time."""
    options = load.options
    load.seen |= {"paths": paths_of(load.base), "inside": {}}
    _see_nothing(load)
    _warm(load)
    count = options.submits * options.seconds
    due = clock.now() + timedelta(minutes=19)
    papers = running_papers(load.base, load.ledger, load.people(count), due=due)
    _see_nothing(load)
    load.seen |= {"counts_until": due, "log": log_end(load.base.folder)}
    own = (
        Due(at=index / options.submits, script=_submits(load, paper))
        for index, paper in enumerate(papers)
    )
    return heapq.merge(own, _reading(load), key=lambda one: one.at)


def _see_nothing(load):
    load.seen |= {"tags": {}, "answers": {200: 0, 304: 0}, "ages": [], "late": 0}
    load.seen |= {"taken": [], "shown": [], "since": clock.now() + timedelta(seconds=SETTLED)}


def _warm(load):
    """Read some pages of each kind: a server that has just started builds its statements first."""
    paths = load.seen["paths"].items()
    load.place.prepare(
        reads(load, step, *path) for step, some in paths for path in islice(cycle(some), WARM)
    )


def _submits(load, paper):
    yield from submits(load, paper)
    load.seen["taken"].append(clock.now())


def _reading(load):
    paths = load.seen["paths"] | {"contest": [(f"/c/{SLUG}", ())]}
    turns = cycle(paths)
    paths = {step: cycle(some) for step, some in paths.items()}
    for index in range(load.options.rate * load.options.seconds):
        step = next(turns)
        yield Due(at=index / load.options.rate, script=reads(load, step, *next(paths[step])))


def _note_age(load, as_of):
    """Note how old a board is that was just read: all it can lack is younger than that."""
    now = clock.now()
    if as_of:
        shows = datetime.fromisoformat(as_of)
        load.seen["shown"].append((now, shows))
        if now > load.seen["since"]:
            load.seen["ages"].append((now - shows).total_seconds())


@contextmanager
def beside(load):
    """Look meanwhile what each page costs, in a process of its own."""
    if not load.options.inside:
        yield
        return
    context = multiprocessing.get_context("fork")
    found, ours = context.Pipe(duplex=False)
    process = context.Process(target=_looks, args=(load, ours), daemon=True)
    process.start()
    ours.close()
    yield
    load.seen["inside"] = found.recv()
    process.join()


def _looks(load, ours):
    options = load.options
    ours.send(
        inside(load.base, load.seen["paths"], times=options.inside, seconds=options.seconds * 0.8)
    )


def _more(load):
    seen = load.seen
    steps = {
        path.partition("?")[0]: step for step, some in seen["paths"].items() for path, _ in some
    }

    def step_of(method, path):
        return steps.get(path) if method == "GET" else path.rpartition("/")[2]

    return {
        "at_server": at_server(load.base.folder, seen["log"], step_of),
        "inside": seen["inside"],
        "answers": seen["answers"],
        "board_age_s": _quantiles(seen["ages"]),
        "public_after_s": _quantiles(_public_after(seen["taken"], seen["shown"])),
    }


def _public_after(taken, shown):
    """Return for each result the seconds from its answer to the first read of a board with it.

    Who reads says how soon it can be seen; results that no read came after are left out.
    """
    found, reads = [], iter(sorted(shown))
    at, shows = next(reads, (None, None))
    for moment in sorted(taken):
        while shows and shows < moment:
            at, shows = next(reads, (None, None))
        if shows:
            found.append(max((at - moment).total_seconds(), 0))
    return found


def _quantiles(values):
    shares = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    return {name: round(quantile(values, share), 2) if values else None for name, share in shares}


SUBMITS = click.option(
    "--submits", type=click.IntRange(1, 1000), default=40, show_default=True, help="Per second."
)
INSIDE = click.option(
    "--inside",
    type=click.IntRange(0, 10_000),
    default=100,
    show_default=True,
    help="Requests of each kind meanwhile, inside one process, for what the database takes.",
)
PROFILE = Profile(
    name="boards",
    of="read or submit",
    promise="Public pages are read while results arrive.",
    timeline=timeline,
    defaults={"rate": 200, "seconds": 30, "people": 1, "clients": 64, "saves": 0}
    | {"questions": 500},
    options=(SUBMITS, INSIDE),
    beside=beside,
    served=LOGGED,
    more=_more,
)
