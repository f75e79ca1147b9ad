"""`python -m tests.load passes --on FOLDER`: what a pass of the worker costs after so many results.

On kept reference data, where nobody else hands in. A pass ends with the boards written, so that a
result is public after it, and after the half second that the worker rests between passes.
"""

import json
import random
import time
from datetime import timedelta

import click
from sqlalchemy import func, select

from quizapp import clock, worker
from quizapp.attempts import service as attempts
from quizapp.attempts.errors import NoAttemptLeft
from quizapp.attempts.service import Phone, Sheet
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.people import service as people
from quizapp.people.models import Person
from quizapp.standings.models import UnitCount
from tests.load import figures
from tests.load.options import KEPT
from tests.load.people import SLUG
from tests.load.scratch import engine_version, opened

HOLDER = "tải thử"


def passes_after(numbers, *, seed=1):
    """Hand in so many papers and let the worker pass, once for each number; return its costs."""
    chance = random.Random(seed)
    newest = db.session.scalar(select(func.max(Person.id)))
    db.session.rollback()
    worker.run_once()
    return [_pass_after(number, chance, newest) for number in numbers]


def _pass_after(number, chance, newest):
    handed_in = 0
    while handed_in < number:
        handed_in += _hand_in(chance.randint(1, newest))
    wall, cpu = time.perf_counter(), time.process_time()
    done = worker.run_once()
    return {
        "results": number,
        "counted": done.events,
        "boards": done.boards,
        "wall_ms": round(1000 * (time.perf_counter() - wall)),
        "cpu_ms": round(1000 * (time.process_time() - cpu)),
    }


def _hand_in(person_id):
    """Let a person take an empty paper; return whether they could."""
    try:
        with transaction():
            one = contests.get_round(contests.get_contest(SLUG), 1)
            person = people.find_person(person_id)
            now = clock.now()
            public_id = attempts.start_attempt(one, person, holder=HOLDER, at=now)
    except NoAttemptLeft:
        return False
    phone = Phone(holder=HOLDER, person_ids=frozenset({person_id}))
    with transaction():
        at = now + timedelta(minutes=5)
        attempts.submit_attempt(public_id, phone, Sheet(answers={}), at=at)
    return True


@click.command("passes")
@click.option("--on", type=KEPT, required=True, help="A kept installation.")
@click.option(
    "--results", type=click.IntRange(1, 200), multiple=True, default=(1, 1, 40, 40, 200, 200)
)
def passes(on, results):
    """Measure passes of the worker after so many new results, on kept reference data."""
    base = opened(on)
    with base.app.app_context():
        counted = select(func.count(UnitCount.unit_id)).where(UnitCount.round_number == 1)
        found = {
            "programme": "passes",
            "units": db.session.scalar(counted),
            "passes": passes_after(results),
            "database": engine_version(base.app),
            "machine": figures.machine(),
        }
        db.session.remove()
        db.engine.dispose()
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
