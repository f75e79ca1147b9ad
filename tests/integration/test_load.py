"""The load programmes at a tiny size: real processes, nothing lost, the keys that others read."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import update

from quizapp.attempts.models import Attempt
from quizapp.config import ROOT
from quizapp.db import db, transaction
from quizapp.people.models import Person
from tests import databases
from tests.load import floor
from tests.load.ledger import Ledger
from tests.load.measure import Crowd, measure
from tests.load.options import Options
from tests.load.people import attempts, joins
from tests.load.processes import WORKER, gunicorn
from tests.load.profile import finish, load_place
from tests.load.profiles import PROFILES
from tests.load.sample import walk
from tests.load.scratch import newest, scratch, stored_attempts
from tests.load.stand import Served, standing

ENGINES = ("sqlite", "postgresql")
STEPS = {"join_page", "join", "ready", "start", "paper", "save", "submit", "result"}
NUMBERS = {
    "server_cpu_ms_per_attempt",
    "attempts_per_s",
    "wire_bytes_per_attempt",
    "client_cpu_ms_per_attempt",
}
# How long each profile runs; .ci/run asks for ten seconds of each.
SECONDS = int(os.environ.get("QUIZAPP_LOAD_SECONDS", "1"))


def tiny(seconds):
    """Return of each profile at a tiny size what it is given, and how much is acknowledged."""
    lasting = {"seconds": seconds}
    return {
        "journey": ({"rate": 2, "people": 1} | lasting, (2 * seconds + 1) * 5),
        "joins": (
            {"rate": 5, "alone": 1, "start": True, "saves_beside": 2, "abuser": 5} | lasting,
            5 * seconds + 2 * 10 + 2 * (1 + seconds),  # ten papers for a save a second: one before
        ),
        "saves": ({"rate": 12, "people": 3} | lasting, 12 * seconds + 3),  # one each before
        "deadline": ({"people": 6} | lasting, 12),  # one save each before the run
        "boards": ({"rate": 10, "submits": 3, "inside": 2} | lasting, 3 * seconds),
        "login": ({"rate": 10, "people": 3, "organisers": 1} | lasting, 0),
        "pollers": ({"pollers": 20, "every": 2, "submits": 2} | lasting, 2 * seconds),
        "slow": ({"rate": 1, "seconds": seconds + 1, "slow": 3}, (seconds + 1) * 5 + 3),
    }


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    if request.param == "postgresql":
        databases.require_postgresql()
    return request.param


@pytest.fixture(scope="module")
def base(engine):
    with scratch(options(engine)) as made:
        yield made


@pytest.fixture(scope="module")
def place(base, engine):
    web = Served(name="test", web=gunicorn(options(engine)), worker=WORKER, environment={})
    with standing(base, web) as started:
        yield started


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_tiny_profile_loses_nothing_and_has_its_figures(engine, base, place, profile):
    given, acknowledged = tiny(SECONDS)[profile.name]
    asked = profile.asked(database=engine, clients=4, **given)

    found = load_place(profile, asked, newest(base), place)

    assert found["failures"] == []
    if profile.name == "slow":  # how often slow people come round is theirs
        assert found["acknowledged"] >= acknowledged
    else:
        assert found["acknowledged"] == acknowledged
    assert found["acknowledged_lost"] == 0
    assert (found["wrong"], found["duplicates"], found["left"]) == (0, 0, 0)
    assert found["attempts"] > 0
    assert found.keys() >= NUMBERS
    assert found["p50_ms"].keys() == found["p99_ms"].keys() != set()
    assert len(found["memory_mb_per_worker"]) == 1


def test_a_storm_of_joins_says_what_it_did_to_time_and_to_running_papers(engine, base, place):
    joining = next(one for one in PROFILES if one.name == "joins")
    given = {"rate": 12, "seconds": 1, "alone": 1, "start": True, "saves_beside": 3, "abuser": 12}

    found = load_place(
        joining, joining.asked(database=engine, clients=4, **given), newest(base), place
    )

    assert (found["joined"], found["turned_away"], found["failures"]) == (12, 0, [])
    assert {name: found["windows"][name] for name in ("started", "opened", "short")} == {
        "started": 12,
        "opened": 12,
        "short": 0,
    }
    assert found["windows"]["gone_before_read_s"]["max"] >= 0
    assert found["beside"]["p99_ms"].keys() == {"save_alone", "save_in_storm"}
    # Whose PINs were guessed in the tests before is refused sooner.
    abuser = found["abuser"]
    assert abuser.keys() == {"guesses", "heard", "refused"}
    assert abuser["guesses"] == abuser["heard"] + abuser["refused"] == 12
    assert abuser["heard"] > 0


def forget_saves(base):
    mine = update(Attempt).where(Attempt.id > base.attempts)
    db.session.execute(mine.values(last_op=0))


def forget_people(base):
    db.session.execute(update(Person).values(phone_hash=Person.public_id))


@pytest.mark.parametrize(
    ("name", "forget"),
    [
        ("saves", forget_saves),
        ("journey", forget_saves),
        ("joins", forget_people),
    ],
)
def test_a_profile_that_lost_something_says_so_and_fails(engine, base, place, name, forget, capsys):
    profile = next(one for one in PROFILES if one.name == name)
    now = newest(base)

    def lose(_load):
        with base.app.app_context(), transaction():
            forget(now)
        return {}

    asked = profile.asked(database=engine, clients=4, **tiny(1)[name][0])
    found = load_place(replace(profile, more=lose), asked, now, place)

    assert found["acknowledged_lost"] > 0
    with pytest.raises(SystemExit) as ended:
        finish(found)
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["acknowledged_lost"] > 0


@pytest.mark.parametrize("programme", ["journey", "floor"])
def test_a_tiny_load_loses_nothing_and_has_its_figures(engine, base, programme):
    base, ledger, asked = newest(base), Ledger(), options(engine)
    crowd = Crowd(base.units, asked.saves, last=base.callers)
    web = Served(name="journey", web=gunicorn(asked), worker=WORKER, environment={})
    if programme == "floor":
        web = floor.served_by(asked, base, crowd, ledger)

    found = measure(asked, base, web, crowd, ledger)

    assert all(found[name] > 0 for name in NUMBERS)
    assert all(set(found[name]) == STEPS for name in ("p50_ms", "p95_ms", "p99_ms"))
    # Who walked inside the program, 1 to warm up, 3 measured: 4 saves and a submit each.
    people = (1 if programme == "floor" else 0) + 1 + 3
    assert found["acknowledged"] == people * 5
    assert (found["acknowledged_lost"], found["failed"]) == (0, 0)
    assert found["runs"][0]["attempts"] == 3
    assert found["server"]["class"]
    assert found["database"]["name"] == engine
    assert found["cpu_ms_per_attempt"]["web"] > 0


def test_a_profile_prints_one_json_object():
    tiny = ["--rate", "5", "--seconds", "1", "--people", "2", "--questions", "60"]

    done = subprocess.run(
        [sys.executable, "-m", "tests.load", "saves", *tiny, "--workers", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["of"] == "save"
    assert found["acknowledged"] == 5 + 2  # of each of two papers one before the run
    assert found["server"]["workers"] == 1
    assert found["database"]["name"] == "sqlite"


def test_the_close_of_a_tiny_round_has_its_figures(engine):
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.close", "--database", engine, "--attempts", "300"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert (found["attempts"], found["people"]) == (300, 110)
    assert found["close_s"] > 0


def test_the_check_finds_what_was_changed_behind_the_programs_back(engine, base):
    base = newest(base)
    ledger = Ledger()
    crowd = Crowd(base.units, saves=4, last=base.callers)
    people = crowd.people(2, "127.0.0.1")
    for person in people:
        walk(base.app, joins(person))
        walk(base.app, attempts(person, ledger))
    first, second = ledger.entries

    def stored():
        with base.app.app_context():
            return {row.public_id: row for row in stored_attempts(base)}

    before = stored()
    assert ledger.balance(before.values()).lost == 0
    assert ledger.balance(before.values()).wrong == 0

    with base.app.app_context(), transaction():
        mine = update(Attempt).where(Attempt.id > base.attempts)
        db.session.execute(mine.values(last_op=3, answers=bytes([1] + [0] * 20)))
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
        people=3,
        warm=1,
        clients=2,
        saves=4,
        seconds=60,
        workers=1,
        threads=None,
        questions=60,
        runs=1,
    )
