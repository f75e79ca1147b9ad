"""A long walk: `python -m tests.machine --steps 1000000 [--database postgresql] [--door http]`.

Prints one JSON object: how many steps, what came of them, what never did, how many problems. A walk
is made by its seed alone: `--seed N --steps 100` takes one of them again.
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
from tests.machine.outcomes import OUTCOMES, missing
from tests.machine.stage import on_stage
from tests.machine.walking import shortened, walk

STEPS = 300  # of a walk
MEMORY = Path("/dev/shm")  # what is kept on disk is not asked here


def main():
    given = _arguments()
    outcomes, problems, began = Counter(), 0, time.monotonic()
    walks = -(-given.steps // STEPS)
    with _database(given.database) as database, on_stage(database) as stage:
        door = DOORS[given.door](stage)
        for seed in range(given.seed, given.seed + walks):
            problems += _walk(stage, door, seed, outcomes)
            if seed % 100 == 0:
                _say(f"seed {seed}, {problems} problems, {time.monotonic() - began:.0f} s")
    report = {
        "steps": walks * STEPS,
        "problems": problems,
        "missing": missing(outcomes),
        "seconds": round(time.monotonic() - began),
        "database": given.database,
        "door": given.door,
        "seeds": [given.seed, seed],
        "outcomes": {name: outcomes[name] for name in OUTCOMES},
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return 1 if problems or report["missing"] else 0


def _walk(stage, door, seed, outcomes):
    """Take one seed's walk; return 1 when it found a problem, having shown the way there."""
    try:
        walk(stage, door, seed=seed, steps=STEPS, outcomes=outcomes)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is shown and counted
        _say(f"seed {seed}: {''.join(traceback.format_exception(error))}")
        for one in shortened(stage, door, error.steps):
            _say(f"  {one}")
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


def _say(line):
    print(line, file=sys.stderr, flush=True)


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.machine", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--door", choices=tuple(DOORS), default="services")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
