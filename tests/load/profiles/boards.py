"""Boards are read by everybody while results go on arriving."""

import heapq
import json
from datetime import datetime, timedelta
from itertools import cycle

import click

from quizapp import clock
from tests.load.figures import quantile
from tests.load.opened import Due
from tests.load.papers import running_papers
from tests.load.people import AGENT, SLUG, Surprise
from tests.load.profile import Profile
from tests.load.profiles.deadline import submits
from tests.load.profiles.pages import inside, paths_of
from tests.load.wire import Request

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
    count = options.submits * options.seconds
    due = clock.now() + timedelta(minutes=19)
    papers = running_papers(load.base, load.ledger, load.people(count), due=due)
    load.seen |= {"tags": {}, "answers": {200: 0, 304: 0}, "ages": [], "late": 0}
    load.seen |= {"counts_until": due, "since": clock.now() + timedelta(seconds=SETTLED)}
    load.seen["paths"] = paths_of(load.base)
    own = (
        Due(at=index / options.submits, script=submits(load, paper))
        for index, paper in enumerate(papers)
    )
    return heapq.merge(own, _reading(load), key=lambda one: one.at)


def _reading(load):
    paths = load.seen["paths"]
    turns = cycle([*paths, "contest"])
    paths = paths | {"contest": cycle([(f"/c/{SLUG}", ())])}
    for index in range(load.options.rate * load.options.seconds):
        step = next(turns)
        yield Due(at=index / load.options.rate, script=reads(load, step, *next(paths[step])))


def _note_age(load, as_of):
    """Note how old a board is that was just read: all it can lack is younger than that."""
    now = clock.now()
    if as_of and now > load.seen["since"]:
        load.seen["ages"].append((now - datetime.fromisoformat(as_of)).total_seconds())


def _more(load):
    ages, times = load.seen["ages"], getattr(load.options, "inside", 0)
    return {
        "inside": inside(load.base, load.seen["paths"], times=times) if times else {},
        "answers": load.seen["answers"],
        "board_age_s": {
            name: round(quantile(ages, share), 2) if ages else None
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        },
    }


SUBMITS = click.option(
    "--submits", type=click.IntRange(1, 1000), default=40, show_default=True, help="Per second."
)
INSIDE = click.option(
    "--inside",
    type=click.IntRange(0, 10_000),
    default=200,
    show_default=True,
    help="Requests of each kind afterwards, inside one process, for what the database takes.",
)
PROFILE = Profile(
    name="boards",
    of="read or submit",
    promise="Public pages are read while results arrive.",
    timeline=timeline,
    defaults={"rate": 200, "seconds": 30, "people": 1, "clients": 64, "saves": 0}
    | {"questions": 500},
    options=(SUBMITS, INSIDE),
    more=_more,
)
