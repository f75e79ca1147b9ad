"""The load programmes at a tiny size: real processes, nothing lost, the keys that others read."""

import json
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import update

from quizapp.attempts.models import Attempt
from quizapp.config import ROOT
from quizapp.db import db, transaction
from tests import databases
from tests.load.ledger import Ledger
from tests.load.measure import Crowd
from tests.load.options import Options
from tests.load.people import attempts, joins
from tests.load.sample import walk
from tests.load.scratch import scratch, stored_attempts

ENGINES = ("sqlite", "postgresql")
TINY = ["--people", "3", "--warm", "1", "--clients", "2", "--runs", "1", "--workers", "1"]
STEPS = {"join_page", "join", "ready", "start", "paper", "save", "submit", "result"}
NUMBERS = {
    "server_cpu_ms_per_attempt",
    "attempts_per_s",
    "wire_bytes_per_attempt",
    "client_cpu_ms_per_attempt",
}


@pytest.fixture(params=ENGINES)
def engine(request):
    if request.param == "postgresql":
        databases.require_postgresql()
    return request.param


@pytest.mark.parametrize("programme", ["journey", "floor"])
def test_a_tiny_load_loses_nothing_and_prints_its_figures(engine, programme):
    module = ["tests.load", "journey"] if programme == "journey" else ["tests.load.floor"]

    done = subprocess.run(
        [sys.executable, "-m", *module, "--database", engine, *TINY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert all(found[name] > 0 for name in NUMBERS)
    assert all(set(found[name]) == STEPS for name in ("p50_ms", "p95_ms", "p99_ms"))
    # Those who walk inside the program, 1 to warm up, 3 measured: 4 saves and a submit each.
    people = (2 if programme == "journey" else 1) + 1 + 3
    assert found["acknowledged"] == people * 5
    assert (found["acknowledged_lost"], found["failed"]) == (0, 0)
    assert found["runs"][0]["attempts"] == 3
    assert found["server"]["class"]
    assert found["database"]["name"] == engine
    assert found["cpu_ms_per_attempt"]["web"] > 0


def test_the_check_finds_what_was_changed_behind_the_programs_back(engine):
    with scratch(options(engine)) as base:
        ledger = Ledger()
        crowd = Crowd(base.units, saves=4)
        people = crowd.people(2, "127.0.0.1")
        for person in people:
            walk(base.app, joins(person))
            walk(base.app, attempts(person, ledger))
        first, second = ledger.entries

        def stored():
            with base.app.app_context():
                return {row.public_id: row for row in stored_attempts(base.app)}

        before = stored()
        assert ledger.balance(before.values()).lost == 0
        assert ledger.balance(before.values()).wrong == 0

        with base.app.app_context(), transaction():
            db.session.execute(update(Attempt).values(last_op=3, answers=bytes([1] + [0] * 20)))
        found = ledger.balance(stored().values())
        assert (found.lost, found.wrong) == (2, 0)
        found = ledger.balance([replace(stored()[first], last_op=4), before[second]])
        assert (found.lost, found.wrong) == (0, 1)


def test_the_scratch_database_goes_away_when_the_work_is_interrupted():
    databases.require_postgresql()
    made = []

    def work():
        with scratch(options("postgresql")) as base:
            made.extend((base.folder, base.database))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()

    folder, name = made
    assert not folder.exists()
    with psycopg.connect(databases.SERVER + "/postgres") as connection:
        rows = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        assert rows.fetchall() == []


def options(engine):
    return Options(
        database=engine,
        people=2,
        warm=0,
        clients=1,
        saves=4,
        seconds=60,
        workers=None,
        threads=None,
        questions=60,
        runs=1,
    )
