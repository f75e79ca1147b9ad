"""A long walk: `python -m tests.machine --steps 1000000 [--database postgresql] [--door http]`.

Prints one JSON object: how many steps were taken, of which kinds, and how many problems were found.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from quizapp.db import db
from tests import databases
from tests.machine.doors import DOORS
from tests.machine.stage import Stage
from tests.machine.walking import walk

STEPS = 100
WALKS = 100  # then begin with a new seed: Hypothesis remembers every walk of one run
MEMORY = Path("/dev/shm")  # what is kept on disk is not asked here


def main():
    given = _arguments()
    tally, problems, began = Counter(), 0, time.monotonic()
    with _database(given.database) as database, Stage(database).clock_in_place() as stage:
        door = DOORS[given.door](stage)
        number = given.seed
        while tally.total() < given.steps:
            problems += _walk(stage, door, tally, number)
            number += 1
            print(_line(tally, problems, began), file=sys.stderr, flush=True)
    report = {
        "steps": tally.total(),
        "walks": (number - given.seed) * WALKS,
        "problems": problems,
        "seconds": round(time.monotonic() - began),
        "database": given.database,
        "door": given.door,
        "seeds": [given.seed, number - 1],
        "kinds": dict(sorted(tally.items())),
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return 1 if problems else 0


def _walk(stage, door, tally, number):
    """Take one seed's walks; return 1 when one of them found a problem, having shown it."""
    try:
        walk(stage, door, walks=WALKS, steps=STEPS, tally=tally, number=number)
    except Exception:  # noqa: BLE001 - whatever it is, it is shown and counted
        print(f"seed {number}:", file=sys.stderr)
        traceback.print_exc()
        return 1
    return 0


@contextmanager
def _database(name):
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        if name == "sqlite":
            made = databases.sqlite_database(Path(folder))
            yield made
            with made.app.app_context():
                db.engine.dispose()
            return
        made = databases.postgresql_database(Path(folder))
        try:
            yield made
        finally:
            databases.drop_postgresql_database(made)


def _line(tally, problems, began):
    steps, seconds = tally.total(), time.monotonic() - began
    return f"{steps} steps, {problems} problems, {steps / seconds:.0f} steps/s"


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.machine", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--door", choices=tuple(DOORS), default="services")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
