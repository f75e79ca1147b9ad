"""The backups that the worker makes every day, and how old the newest is."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from quizapp import clock
from quizapp.backups.errors import Interrupted
from quizapp.backups.models import BackupRun
from quizapp.backups.rules import file_name, is_due, is_late, moment_of, superseded
from quizapp.backups.service.code import has_code, settings
from quizapp.backups.service.making import Made, Tell, back_up
from quizapp.db import db
from quizapp.errors import Refusal

SYSTEM = "system"
LOOK_SECONDS = 60.0
log = structlog.get_logger("backups")


@dataclass(frozen=True, kw_only=True, slots=True)
class Latest:
    """The newest good backup, if there is one, and why a later one failed, in words for people."""

    age: timedelta | None
    made_at: datetime | None
    problem: str | None

    @property
    def is_late(self) -> bool:
        return is_late(self.age)


def get_latest(*, at: datetime) -> Latest:
    """Return how things stand with backups; two look-ups in an index."""
    newest = select(BackupRun.started_at, BackupRun.problem).order_by(BackupRun.started_at.desc())
    last = db.session.execute(newest.limit(1)).one_or_none()
    good = last
    if last is not None and last.problem is not None:
        good = db.session.execute(newest.where(BackupRun.problem.is_(None)).limit(1)).one_or_none()
    return Latest(
        age=None if good is None else at - good.started_at,
        made_at=None if good is None else good.started_at,
        problem=None if last is None else last.problem,
    )


def backup_age_s(now: datetime) -> float | None:
    """Return the seconds since the newest good backup, None before the first."""
    good = select(func.max(BackupRun.started_at)).where(BackupRun.problem.is_(None))
    made_at = db.session.scalar(good)
    return None if made_at is None else round((now - made_at).total_seconds(), 1)


def back_up_when_due(*, at: datetime, tell: Tell) -> Made | None:
    """Make today's backup if it is time and there is none, then throw old ones away.

    Nothing is made before somebody has a recovery code. Raises the refusals of `back_up`.
    """
    given = settings()
    folder = given.backup_folder
    if folder is None or not has_code(given.instance) or not _is_due(at, given.backup_hour):
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = back_up(folder / file_name(at), actor=SYSTEM, tell=tell)
    _rotate(folder, days=given.backup_days, weeks=given.backup_weeks)
    return made


class Nightly:
    """A thread of the worker that makes backups when they are due: papers and boards go on."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self._app, self._stop = app, stop
        self._thread = threading.Thread(target=self._work, name="nightly-backup", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._app.app_context():
                    made = back_up_when_due(at=clock.now(), tell=self._tell)
                if made is not None:
                    log.info("backup made", size=made.size)
            except Refusal as refusal:
                log.warning("no backup", why=type(refusal).__name__)
            except DBAPIError as error:
                log.warning("no backup", why=str(error.orig).splitlines()[0])
            except Exception:  # the edge of the worker: tomorrow's backup is to be tried
                log.exception("backup crashed")
            self._stop.wait(LOOK_SECONDS)

    def _tell(self) -> None:
        if self._stop.is_set():
            raise Interrupted


def _is_due(at: datetime, hour: int) -> bool:
    of_schedule = select(func.max(BackupRun.started_at)).where(BackupRun.actor == SYSTEM)
    good = db.session.scalar(of_schedule.where(BackupRun.problem.is_(None)))
    tried = db.session.scalar(of_schedule)
    db.session.rollback()
    return is_due(now=at, hour=hour, last_good=good, last_try=tried)


def _rotate(folder: Path, *, days: int, weeks: int) -> None:
    """Throw away what is superseded; a new one that is whole was written just before."""
    found = {path: moment_of(path.name) for path in folder.iterdir()}
    made = {at: path for path, at in found.items() if at is not None}
    for at in superseded(made, days=days, weeks=weeks):
        made[at].unlink(missing_ok=True)
