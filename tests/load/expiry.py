"""`python -m tests.load.expiry`: many papers due in the same minute, ended by the worker alone."""

import json
import time
from datetime import timedelta

import click
from sqlalchemy import func, select

from quizapp import clock
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.contests import service as contests
from quizapp.db import db
from quizapp.standings.models import UnitCount
from quizapp.units import service as units
from tests.load.cpu import cpu_seconds
from tests.load.figures import machine, versions
from tests.load.ledger import Ledger
from tests.load.measure import Crowd
from tests.load.papers import running_papers
from tests.load.people import SLUG
from tests.load.processes import WORKER, environment, running
from tests.load.scratch import engine_version, scratch

LONGEST = 600  # seconds, then the programme gives up and says so


@click.command()
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--papers", type=click.IntRange(1, 200_000), default=20_000, show_default=True)
def main(database, papers):
    """Print how long the worker needs until all are final, scored and counted on the boards."""
    options = type("Options", (), {"database": database, "questions": 500})()
    with scratch(options) as base:
        _fill(base, papers)
        log = base.folder / "worker.log"
        env = environment(base.folder, base.url, 1)
        began = time.monotonic()
        with running(WORKER, env, log) as worker, base.app.app_context():
            final_s, board_s = _watch(papers, began)
            cpu = cpu_seconds(worker.pid)
            found = {
                "programme": "expiry",
                "papers": papers,
                "final_s": final_s,
                "on_boards_s": board_s,
                "worker_cpu_s": round(cpu, 2),
                "database": engine_version(base.app),
                "machine": machine(),
                "versions": versions(),
            }
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


def _watch(papers, began):
    """Return the seconds until all papers are final, and until all are counted."""
    final_s = None
    while time.monotonic() - began < LONGEST:
        running_now = db.session.scalar(
            select(func.count()).where(Attempt.state == AttemptState.RUNNING)
        )
        root = units.find_root()
        counted = db.session.scalar(
            select(UnitCount.people).where(
                UnitCount.unit_id == root.id, UnitCount.round_number == 1
            )
        )
        db.session.rollback()
        now = round(time.monotonic() - began, 1)
        if not running_now and final_s is None:
            final_s = now
        if counted == papers:
            return final_s, now
        time.sleep(0.5)
    raise click.ClickException(f"not done after {LONGEST} s")


def _fill(base, papers):
    """Write people and their running papers, half answered, all due a minute ago."""
    with base.app.app_context():
        grace = contests.get_contest(SLUG).rounds[0].rules.grace
    people = Crowd(base.units, 0).people(papers, "")
    due = clock.now() - grace - timedelta(minutes=1)
    running_papers(base, Ledger(), people, due=due, half=True)


if __name__ == "__main__":
    main()
