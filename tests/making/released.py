"""Backups of releases that were, for the test that takes each to today's tables.

    python -m tests.making.released COMMIT      writes tests/fixtures/released/NNNN-*.tar.gz

The old program makes an installation with a contest that 40 people took part in; today's takes the
backup of it. What is kept is what stands in a backup's file before it is locked. Run it at each
release, and keep what earlier runs made.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pyrage import decrypt_io

from quizapp import clock
from quizapp.app import create_app
from quizapp.backups import service
from quizapp.config import ROOT, Settings
from quizapp.db import db
from tests.databases import empty_postgresql

FOLDER = ROOT / "tests" / "fixtures" / "released"
BANK = "seed_ldcd_atvsld_2026"
STEPS = (
    ("db", "upgrade"),
    ("units", "load"),
    ("banks", "import", f"question_banks/{BANK}.yaml", "--bank", BANK, "--publish"),
    ("demo", "simulate", "--slug", "thi-thu", "--people", "40", "--seed", "7"),
)


def main(commit):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = folder / "old"
        _git("worktree", "add", "--detach", old, commit)
        try:
            _keep(old, folder / "sqlite", f"sqlite:///{folder}/sqlite/quizapp.sqlite3")
            with empty_postgresql() as url:
                _keep(old, folder / "postgresql", url)
        finally:
            _git("worktree", "remove", "--force", old)


def _keep(old, instance, url):
    instance.mkdir()
    given = {"QUIZAPP_INSTANCE": str(instance), "QUIZAPP_DATABASE_URL": url}
    for step in STEPS:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *step]
        subprocess.run(command, cwd=old, env=os.environ | given, check=True)
    app = create_app(Settings.from_env(given))
    locked = instance / "locked.age"
    with app.app_context():
        identity = service.read_code(service.first_code())
        made = service.write_backup(locked, at=clock.now())
        engine = db.engine.dialect.name
        db.engine.dispose()
    FOLDER.mkdir(parents=True, exist_ok=True)
    target = FOLDER / f"{made.facts.head}-{engine}.tar.gz"
    with locked.open("rb") as source, target.open("wb") as kept:
        decrypt_io(source, kept, [identity])
    print(target.relative_to(ROOT), target.stat().st_size)


def _git(*words):
    subprocess.run(["git", "-C", ROOT, *words], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1])
