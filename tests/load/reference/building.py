"""`python -m tests.load ref`: make the reference data, timed part by part."""

import functools
import gc
import json
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import click

from quizapp import clock
from quizapp.contests import service as contests
from quizapp.db import db, kept_for_good, transaction
from quizapp.keys import Keys
from quizapp.people.service import sealing
from quizapp.press.models import PressReport
from quizapp.press.rules import mornings
from quizapp.press.service import make_report
from quizapp.results.service import verify_contest
from quizapp.results.service.mending import mend_ranks
from quizapp.worker import all_scopes, refresh_boards, run_once
from tests.load import figures
from tests.load.people import SLUG
from tests.load.reference import making, tree
from tests.load.reference.making import DAYS, Made, Maker, chunks
from tests.load.reference.sinks import sink_of
from tests.load.scratch import FACTS, engine_version, made, removed

COUNTED = ("contest_id", "round_number", "unit_id", "people", "attempts", "points_milli")
COLUMNS = tree.COLUMNS | making.COLUMNS | {"unit_count": (*COUNTED, "all_right")}
MOST_OF_A_PERSON = 10
_pool = SimpleNamespace()  # what each process of the pool works with


class Times:
    """Seconds by part, in order."""

    def __init__(self):
        self.seconds = {}

    @contextmanager
    def part(self, name):
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 1)
        click.echo(f"{name}: {self.seconds[name]} s", err=True)


def build(asked, folder):
    """Make the data in an empty folder; return its Scratch and what was made, how fast."""
    times = Times()
    with times.part("installation"):
        options = SimpleNamespace(database=asked.database, questions=asked.questions)
        options.opened_ago = timedelta(days=DAYS)
        options.rules = {"attempts": {"max": MOST_OF_A_PERSON}}
        base = made(options, folder)
    sink = sink_of(base)
    with base.app.app_context():
        with times.part("units"):
            grown = _grown(asked)
            maker = _begun(base, sink, grown)
        with times.part("people and attempts"):
            counts = _run(base, sink, maker, asked)
        with times.part("counts and indexes"):
            rows = _up_the_tree(grown.lines, counts, maker.contest_id)
            sink.write(COLUMNS, {"unit_count": rows})
            sink.end()
        with times.part("ranks"):
            _count_ranks()
        with times.part("boards"):
            _make_boards(grown.lines)
        with times.part("mornings"):
            _know_mornings()
        found = _report(base, asked, times)
        db.session.remove()
        db.engine.dispose()
    return base, found


def _grown(asked):
    """Return the Tree; the keys of its names are most of its work, so all processes make them."""
    with _a_pool(asked.processes, _ends_quietly) as pool:
        spread = functools.partial(pool.imap, chunksize=1000)
        return tree.grown_tree(upper=asked.upper, grassroots=asked.grassroots, spread=spread)


@contextmanager
def _a_pool(processes, prepare, *given):
    """Yield a pool of processes; they are told to end, not ended while one holds a lock."""
    # Forked: what is worked with is large. No connection is open here, or it would be shared.
    context = multiprocessing.get_context("fork")
    with context.Pool(processes, initializer=prepare, initargs=given) as pool:
        yield pool
        pool.close()
        pool.join()


def _ends_quietly():
    """Let a process of a pool end when the pool does, instead of as `main` ends."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _begun(base, sink, grown):
    """Write the units; return the Maker of the rest."""
    maker = Maker(grown.chosen, base.app.config["RECEIPT_KEY"])
    db.session.remove()
    db.engine.dispose()
    sink.begin(COLUMNS)
    sink.write(COLUMNS, grown.rows)
    grown.rows.clear()
    sink.close()
    return maker


def _run(base, sink, maker, asked):
    """Make all chunks in processes of their own; return the counts of all together."""
    total = defaultdict(lambda: [0, 0, 0, 0])
    todo = chunks(asked.people, asked.attempts)
    room = threading.Semaphore(4 * asked.processes)
    with _a_pool(asked.processes, _prepare, base, sink, maker) as pool:
        for rows, counts in pool.imap(_work, _as_room_is(room, todo)):
            if rows:
                sink.write(COLUMNS, rows, fits=True)
            room.release()
            for key, values in counts.items():
                total[key] = [sum(pair) for pair in zip(total[key], values, strict=True)]
    return total


def _as_room_is(room, todo):
    """Yield what is to be made, only so much ahead of what is written: it lies in memory."""
    for chunk in todo:
        room.acquire()
        yield chunk


def _prepare(base, sink, maker):
    _ends_quietly()
    gc.disable()  # no cycles are made here; looking for them takes a fifth of the time
    base.app.app_context().push()
    # One derivation costs more than a person; the product makes few people a second.
    keys = base.app.config["KEYS"]
    Keys.derive = functools.cache(Keys.derive)
    sealing._cipher, sealing._keys = functools.cache(sealing._cipher), lambda: keys
    _pool.maker, _pool.sink = maker, sink


def _work(chunk):
    """Make a chunk; return its rows unless they are written here, and its counts."""
    done: Made = _pool.maker.make(chunk)
    counts = dict(done.counts)
    if not _pool.sink.many:
        return _pool.sink.fitted(done.rows), counts
    _pool.sink.write(making.COLUMNS, done.rows)
    return None, counts


def _up_the_tree(lines, counts, contest_id):
    """Return the rows of all units' counts: each person counts in the whole line up."""
    total = defaultdict(lambda: [0, 0, 0, 0])
    for (number, unit_id), values in counts.items():
        for above in lines[unit_id]:
            into = total[number, above]
            for index, value in enumerate(values):
                into[index] += value
    return [(contest_id, *key, *values) for key, values in sorted(total.items())]


def _count_ranks():
    contest = contests.get_contest(SLUG)
    db.session.rollback()
    mend_ranks(contest, lambda: None)


def _make_boards(lines):
    """Let the product make every board; the lines of units are given, not read one by one."""
    kept_for_good("lines of units").update(lines)
    run_once(known=all_scopes())
    db.session.rollback()


def _know_mornings():
    """Let the report of each morning that has passed be known, with what stands now.

    The worker made each in its night; made up now, each would count again whoever came later, and
    what is measured would be that.
    """
    contest = contests.get_contest(SLUG)
    (one,) = contest.rounds
    now = clock.now()
    db.session.rollback()
    first = make_report(contest, 0, actor="system")
    with transaction():
        made = db.session.get_one(PressReport, first)
        known = {name: getattr(made, name) for name in ("body", "digest", "made_at", "made_by")}
        passed = mornings([one.window], grace=one.rules.grace, since=one.window.opens_at, until=now)
        for at in passed:
            moments = {"as_of": at, "morning_of": at}
            db.session.add(PressReport(contest_id=contest.id, round_number=0, **moments, **known))


def _report(base, asked, times):
    found = {
        "programme": "ref",
        "people": asked.people,
        "attempts": asked.attempts,
        "upper": asked.upper,
        "grassroots": asked.grassroots,
        "seconds": times.seconds | {"total": round(sum(times.seconds.values()), 1)},
        "database_bytes": stored_bytes(base),
    }
    if asked.verify:
        with times.part("verify"):
            verified = verify_contest(SLUG)
        found["problems"] = list(verified.problems[:20])
        found["verified_attempts"] = verified.attempts
    # What a worker needs for the boards of one result: the boards of one scope, made again.
    at = clock.now()
    began = time.perf_counter()
    for scope in sorted(all_scopes(), key=lambda one: one.round_number):
        refresh_boards(scope, at=at)
    found["boards_again_s"] = round(time.perf_counter() - began, 2)
    return found | {"database": engine_version(base.app), "machine": figures.machine()}


def stored_bytes(base):
    """Return the bytes of an installation's database; within its application's context."""
    with db.engine.connect() as connection:
        if base.database:
            return connection.exec_driver_sql(
                "SELECT pg_database_size(current_database())"
            ).scalar_one()
    return (base.folder / "quizapp.sqlite3").stat().st_size


@contextmanager
def a_folder(into, *, keep):
    """Yield the empty folder to build in; unless it is kept, it goes away with its database."""
    if into is None:
        into = Path(tempfile.mkdtemp(prefix="quizapp-load-")).resolve()
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise click.ClickException(f"{into} is not empty")
    is_whole = False
    try:
        yield into
        is_whole = True
    finally:
        if not (keep and is_whole):
            removed(into)


CORES = len(os.sched_getaffinity(0))
COUNT = click.IntRange(0, 100_000_000)


@click.command("ref")
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--people", type=click.IntRange(1, 50_000_000), default=1000, show_default=True)
@click.option("--attempts", type=COUNT, default=2000, show_default=True)
@click.option("--upper", type=click.IntRange(1, 20_000), default=2600, show_default=True)
@click.option("--grassroots", type=COUNT, default=127_000, show_default=True)
@click.option("--questions", type=click.IntRange(60, 10_000), default=500, show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), default=CORES, show_default=True)
@click.option("--into", type=click.Path(file_okay=False, resolve_path=True, path_type=Path))
@click.option("--keep", is_flag=True, help="Keep what was made, for --on of the profiles.")
@click.option("--verify", is_flag=True, help="Let `standings verify` check all of it.")
def ref(**given):
    """Make the reference data: people, attempts and results over a tree of four levels."""
    asked = SimpleNamespace(**given)
    if asked.keep and asked.into is None:
        raise click.UsageError("--keep needs --into FOLDER")
    if asked.attempts > asked.people * MOST_OF_A_PERSON:
        raise click.UsageError(f"a person has at most {MOST_OF_A_PERSON} attempts")
    with a_folder(asked.into, keep=asked.keep) as folder:
        _, found = build(asked, folder)
        found["folder"] = str(folder) if asked.keep else None
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


@click.command("drop")
@click.argument("folder", type=click.Path(exists=True, resolve_path=True, path_type=Path))
def drop(folder):
    """Remove a kept installation and its database."""
    if not (folder / FACTS).exists():
        raise click.ClickException(f"{folder} has no {FACTS}: not an installation for load")
    removed(folder)
