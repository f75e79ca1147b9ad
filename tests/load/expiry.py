"""`python -m tests.load.expiry`: many papers due in the same minute, ended by the worker alone."""

import json
import secrets
import time
from datetime import timedelta

import click
from sqlalchemy import func, insert, select

from quizapp import clock
from quizapp.attempts import rules
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState, DrawRules
from quizapp.banks import service as banks
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.people.models import Person, PersonState
from quizapp.standings.models import UnitCount
from quizapp.units import service as units
from tests.load.cpu import cpu_seconds
from tests.load.figures import machine, versions
from tests.load.people import SLUG
from tests.load.processes import WORKER, environment, running
from tests.load.scratch import engine_version, scratch

AT_ONCE = 1000
LONGEST = 600  # seconds, then the programme gives up and says so


@click.command()
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--papers", type=click.IntRange(1, 200_000), default=20_000, show_default=True)
def main(database, papers):
    """Print how long the worker needs until all are final, scored and counted on the boards."""
    options = type("Options", (), {"database": database, "questions": 500})()
    with scratch(options) as base:
        with base.app.app_context():
            _fill(papers)
            db.session.remove()
            db.engine.dispose()
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


def _fill(papers):
    """Write people and their running papers, half answered, all due this very minute."""
    contest = contests.get_contest(SLUG)
    one = contest.rounds[0]
    bodies = units.get_bodies(on=clock.now().date())
    pool = contests.drawable(banks.get_questions(one.bank_version_id), one.rules, one.window)
    db.session.rollback()
    due = clock.now() - one.rules.grace - timedelta(minutes=1)
    for start in range(0, papers, AT_ONCE):
        count = min(AT_ONCE, papers - start)
        with transaction():
            people = [_person(contest, bodies[n % len(bodies)], due) for n in range(count)]
            db.session.execute(insert(Person), people)
            ids = dict(
                db.session.execute(
                    select(Person.public_id, Person.id).where(
                        Person.public_id.in_([row["public_id"] for row in people])
                    )
                ).all()
            )
            papers_of = [
                _paper(one, pool, row, ids[row["public_id"]], due + timedelta(milliseconds=n))
                for n, row in enumerate(people)
            ]
            db.session.execute(insert(Attempt), papers_of)


def _person(contest, body, at):
    return {
        "public_id": secrets.token_bytes(16),
        "contest_id": contest.id,
        "name": "Nguyễn Văn An",
        "name_sort_key": b"an",
        "phone_hash": secrets.token_bytes(32),
        "phone_sealed": secrets.token_bytes(40),
        "pin_hash": secrets.token_bytes(32),
        "key_id": "load",
        "is_phone_verified": False,
        "unit_id": body.id,
        "state": PersonState.ACTIVE,
        "joined_at": at,
    }


def _paper(one, pool, person, person_id, deadline):
    asked = rules.draw(
        pool,
        DrawRules(
            questions=one.rules.questions,
            quota=one.rules.quota,
            shuffle_questions=True,
            shuffle_options=True,
        ),
        secret=one.secret,
        person=person["public_id"],
        number=1,
    )
    half = [1 << paper.order[0] if n % 2 else 0 for n, paper in enumerate(asked)]
    return {
        "public_id": one.tag + secrets.token_bytes(16),
        "round_id": one.id,
        "person_id": person_id,
        "number": 1,
        "number_limit": one.rules.attempts_max,
        "unit_declared_id": person["unit_id"],
        "unit_assigned_id": person["unit_id"],
        "paper": rules.encode_paper(asked),
        "started_at": deadline - one.rules.time_limit,
        "deadline_at": deadline,
        "holder": "load",
        "last_op": 1,
        "answers": rules.encode_answers(half),
        "state": AttemptState.RUNNING,
    }


if __name__ == "__main__":
    main()
