"""Write transactions: many at once, from threads and processes, each waits its turn."""

import fcntl
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from quizapp.config import ROOT
from quizapp.db import db, run, transaction

THREADS, ROUNDS, PROCESSES = 8, 25, 3

# Reads before it writes: what a transaction that began as a read cannot survive on SQLite.
TAKE_A_NUMBER = (
    "INSERT INTO turn_probe (number) SELECT coalesce(max(number), 0) + 1 FROM turn_probe"
)
# However long the machine keeps others from running: the order is tested, not the wait.
ORDERLY = "SET LOCAL lock_timeout = 0; LOCK TABLE turn_probe IN EXCLUSIVE MODE"

IN_A_PROCESS = """
import sys
from pathlib import Path
from sqlalchemy import text
from quizapp.app import create_app
from quizapp.config import Settings
from quizapp.db import db, transaction

folder, url, orderly, statement, rounds = sys.argv[1:]
with create_app(Settings(instance=Path(folder), database_url=url)).app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(rounds)):
        with transaction():
            if db.engine.dialect.name == "postgresql":
                db.session.execute(text(orderly))
            db.session.execute(text(statement))
"""


@pytest.fixture
def probe(in_app):
    """Make a table of consecutive numbers, outside of the product's own tables."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE turn_probe (number BIGINT PRIMARY KEY)")
    yield in_app
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE turn_probe")


def numbers():
    with db.engine.connect() as connection:
        return list(connection.scalars(text("SELECT number FROM turn_probe ORDER BY number")))


def take_a_number():
    with transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text(ORDERLY))
        taken = db.session.scalar(text("SELECT coalesce(max(number), 0) + 1 FROM turn_probe"))
        db.session.execute(text("INSERT INTO turn_probe VALUES (:taken)"), {"taken": taken})


def test_writers_of_many_threads_all_get_their_turn(probe):
    start = Barrier(THREADS)

    def work(_thread):
        with probe.app_context():
            start.wait()
            for _ in range(ROUNDS):
                take_a_number()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))

    assert numbers() == list(range(1, THREADS * ROUNDS + 1))


def test_what_is_written_after_a_rollback_within_the_block_is_all_that_is_kept(probe):
    with transaction():
        run(text("INSERT INTO turn_probe VALUES (1)"))
        db.session.execute(text("INSERT INTO turn_probe VALUES (2)"))
        db.session.rollback()
        run(text("INSERT INTO turn_probe VALUES (3)"))
        assert not numbers()
        db.session.execute(text("INSERT INTO turn_probe VALUES (4)"))

    assert numbers() == [3, 4]


def test_rows_sent_straight_to_the_driver_and_objects_are_undone_together(probe):
    def written():
        with transaction():
            run(text("INSERT INTO turn_probe VALUES (1)"))
            db.session.execute(text("INSERT INTO turn_probe VALUES (2)"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        written()

    assert not numbers()


def test_writers_of_many_processes_all_get_their_turn(probe):
    settings = probe.config["SETTINGS"]
    command = [sys.executable, "-c", IN_A_PROCESS, settings.instance, settings.database_url]
    children = [
        subprocess.Popen(
            [*map(str, command), ORDERLY, TAKE_A_NUMBER, str(ROUNDS)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n", child.stderr.read()
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate()
        assert child.returncode == 0, errors

    assert numbers() == list(range(1, PROCESSES * ROUNDS + 1))


@pytest.mark.only("sqlite")
def test_the_same_work_in_a_transaction_that_began_as_a_read_would_fail_on_sqlite(probe):
    """The control: were writes begun as reads, the two tests above could not pass by luck."""
    with db.engine.connect() as late, db.engine.connect() as early:
        late.scalar(text("SELECT max(number) FROM turn_probe"))
        early.execute(text(TAKE_A_NUMBER))
        early.commit()

        with pytest.raises(OperationalError, match="database is locked"):
            late.execute(text(TAKE_A_NUMBER))


@pytest.mark.only("sqlite")
def test_a_write_transaction_has_the_write_lock_from_its_first_statement_on(probe):
    other = sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)
    with closing(other):
        with transaction():
            other.execute("BEGIN IMMEDIATE")  # what comes before it keeps nobody waiting
            other.execute("ROLLBACK")
            db.session.execute(text("SELECT 1"))
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.only("sqlite")
def test_writers_of_all_processes_queue_on_one_file(probe):
    with Path(f"{db.engine.url.database}.lock").open("ab") as file:
        with transaction():
            db.session.execute(text("SELECT 1"))
            with pytest.raises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_reader_sees_nothing_of_a_transaction_before_its_commit(probe):
    with transaction():
        db.session.execute(text("INSERT INTO turn_probe VALUES (7)"))
        assert numbers() == []

    assert numbers() == [7]


def test_a_writer_does_not_hold_up_readers(probe):
    take_a_number()
    with transaction():
        db.session.execute(text("INSERT INTO turn_probe VALUES (7)"))
        assert numbers() == [1]


@pytest.mark.only("sqlite")
def test_every_sqlite_connection_is_durable_and_guarded(in_app):
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 10000,
    }
    with db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in expected}
            assert found == expected
