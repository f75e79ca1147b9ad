"""`python -m tests.load.close`: closes a round of many generated attempts; how long that takes.

Attempts are as a round leaves them: final, with their standings, everything rolled up; of the
people 55 in 100 have everything right, so that later keys decide. Their papers are all the same
bytes: the close reads none.
"""

import json
import random
import secrets
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest import mock

import click
from sqlalchemy import text

from quizapp import clock
from quizapp.attempts.models import Attempt
from quizapp.attempts.service import Why
from quizapp.contests import service as contests
from quizapp.db import db, transaction, write_rows
from quizapp.people.models import Person, PersonState
from quizapp.results.service import bulk, close_round, closing, judging, settling
from quizapp.standings.models import WHOLE_CONTEST, Standing
from quizapp.standings.rules import Result
from quizapp.standings.service import Recorded, Scope, standing_of, standing_row
from quizapp.units import service as units
from tests.load.figures import machine, versions
from tests.load.people import SLUG
from tests.load.scratch import engine_version, scratch

PEOPLE_OF_ATTEMPTS = 0.368
# Where the time goes: the first waits for transactions of the whole server, ours or not.
PARTS = {
    "waited_for_older_transactions": (settling, "_wait_for_older"),
    "settled_with_that": (closing, "settle"),
    "counted_truth": (judging, "_count"),
    "wrote_ranks": (judging, "write_final"),
    "made_boards": (closing, "refresh_round"),
}


@contextmanager
def timed_parts():
    """Yield a mapping that gets the seconds of each of PARTS, all its calls together."""
    seconds = dict.fromkeys(PARTS, 0.0)

    def timed(name, work):
        def run(*given, **named):
            began = time.monotonic()
            try:
                return work(*given, **named)
            finally:
                seconds[name] += time.monotonic() - began

        return run

    with ExitStack() as patches:
        for name, (module, function) in PARTS.items():
            work = getattr(module, function)
            patches.enter_context(mock.patch.object(module, function, timed(name, work)))
        yield seconds


@click.command()
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--attempts", type=click.IntRange(10, 5_000_000), default=100_000)
def main(database, attempts):
    """Print the seconds of the close, by the wall, and the CPU of the command alone."""
    options = type("Options", (), {"database": database, "questions": 500})()
    with scratch(options) as base, base.app.app_context():
        people = int(attempts * PEOPLE_OF_ATTEMPTS)
        _fill(attempts, people)
        began, cpu = time.monotonic(), time.process_time()
        with timed_parts() as parts:
            closed = close_round(SLUG, 1, Why(actor="system", reason="load"))
        taken = time.monotonic() - began
        found = {
            "programme": "close",
            "attempts": attempts,
            "people": closed.people,
            "truth": closed.truth,
            "close_s": round(taken, 1),
            "parts_s": {name: round(seconds, 2) for name, seconds in parts.items()},
            "cpu_of_the_command_s": round(time.process_time() - cpu, 1),
            "rows_written": 2 * closed.people,
            "rows_a_transaction": bulk.batch_size(),
            "database": engine_version(base.app),
            "machine": machine(),
            "versions": versions(),
        }
        db.session.remove()
        db.engine.dispose()
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


def _fill(attempts, people):
    """Write the people and their attempts, past the triggers, and end the round."""
    contest = contests.get_contest(SLUG)
    one = contest.rounds[0]
    bodies = [body.id for body in units.get_bodies(on=clock.now().date())]
    db.session.rollback()
    dice = random.Random(1)
    at = clock.now() - timedelta(hours=1)
    numbers = [attempts // people + (n < attempts % people) for n in range(people)]
    _write(Person, (_person(contest, n + 1, bodies[n % len(bodies)], at) for n in range(people)))
    made = [[] for _ in range(2)]
    first = 1
    for person, count in enumerate(numbers, start=1):
        rows = [_attempt(one, first + n, person, n + 1, dice, at) for n in range(count)]
        for row in rows:
            row["unit_declared_id"] = row["unit_assigned_id"] = bodies[(person - 1) % len(bodies)]
        first += count
        made[0] += rows
        made[1] += _standings(contest, one, rows)
        if len(made[0]) >= 20_000:
            _flush(made)
    _flush(made)
    with transaction():
        over = {"opens": at - timedelta(days=1), "closes": at, "id": one.id}
        change = "UPDATE round SET opens_at = :opens, closes_at = :closes WHERE id = :id"
        db.session.execute(text(change), over)
    if bulk.is_postgresql():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _flush(made):
    _write(Attempt, made[0])
    _write(Standing, made[1])
    made[0].clear()
    made[1].clear()


def _write(model, rows):
    for batch in bulk.batches(rows):
        with transaction():
            if bulk.is_postgresql():
                db.session.execute(text("SET LOCAL session_replication_role = replica"))
            write_rows(model, batch)


def _person(contest, number, unit_id, at):
    return {
        "id": number,
        "public_id": secrets.token_bytes(16),
        "contest_id": contest.id,
        "name": "Nguyễn Văn An",
        "name_sort_key": b"an",
        "phone_hash": secrets.token_bytes(32),
        "phone_sealed": secrets.token_bytes(40),
        "pin_hash": secrets.token_bytes(32),
        "key_id": "load",
        "is_phone_verified": False,
        "unit_id": unit_id,
        "state": PersonState.ACTIVE,
        "joined_at": at,
    }


def _attempt(one, attempt_id, person, number, dice, at):
    right = 20 if dice.random() < 0.55 else dice.randrange(20)
    taken = dice.randrange(60_000, 1_200_000)
    ended = at - timedelta(milliseconds=dice.randrange(80_000_000))
    return {
        "id": attempt_id,
        "public_id": one.tag + secrets.token_bytes(16),
        "round_id": one.id,
        "person_id": person,
        "number": number,
        "number_limit": 50,
        "unit_declared_id": None,
        "unit_assigned_id": None,
        "paper": bytes(141),
        "started_at": ended - timedelta(milliseconds=taken),
        "deadline_at": ended + timedelta(minutes=1),
        "holder": "load",
        "last_op": 1,
        "answers": bytes([1, *[1] * 20]),
        "prediction": dice.randrange(400_000) if dice.random() < 0.9 else None,
        "state": "submitted",
        "submitted_at": ended,
        "right_count": right,
        "points_milli": right * 1000,
        "duration_ms": taken,
        "paused_ms": 0,
        "receipt": "0000-0000-0000",
    }


def _standings(contest, one, rows):
    recorded = [_recorded(contest, one, row) for row in rows]
    row = standing_row(standing_of(recorded))
    return [row, row | {"round_number": WHOLE_CONTEST, "generation": contest.generation}]


def _recorded(contest, one, row):
    return Recorded(
        scope=Scope(contest_id=contest.id, round_number=one.number, generation=one.generation),
        rules=one.rules,
        result=Result(
            points_milli=row["points_milli"],
            all_right=row["right_count"] == 20,
            duration_ms=row["duration_ms"],
            started_at=row["started_at"],
            submitted_at=row["submitted_at"],
            prediction=row["prediction"],
        ),
        person_id=row["person_id"],
        unit_id=row["unit_assigned_id"],
        attempt_id=row["id"],
        number=row["number"],
    )


if __name__ == "__main__":
    main()
