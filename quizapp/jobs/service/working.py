"""The worker's side: take the oldest job, do it, write down how it ended."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from quizapp import clock
from quizapp.db import cause_of, db, is_away, transaction
from quizapp.errors import Refusal
from quizapp.jobs.errors import Cancelled, Crashed, GaveUp, Interrupted, Stopping
from quizapp.jobs.models import Job, JobState
from quizapp.jobs.service.registry import find_kind
from quizapp.jobs.service.running import BEGUN, Running
from quizapp.web.figures import figures

LANES = 2  # a long export does not keep a file of ten questions waiting
BEAT_SECONDS = 3.0
LOST_AFTER = timedelta(seconds=15)  # without a sign of life
MOST_TRIES = 3
LOOK_SECONDS = 0.5
AWAY_SECONDS = 2.0
log = structlog.get_logger("jobs")


def do_waiting() -> int:
    """Do every job that waits, one after the other, and return how many were done or failed."""
    count = 0
    while (job := take_job(at=clock.now())) is not None:
        do_job(job)
        count += 1
    return count


def take_job(*, at: datetime, is_stopping: Callable[[], bool] | None = None) -> Running | None:
    """Take the oldest job that waits, or whose worker gave no sign of life; None: there is none."""
    while _is_due(at):
        with transaction():
            taken = _take_oldest(at)
        if taken is None:
            return None
        job, tries = taken
        if tries <= MOST_TRIES:
            job.is_stopping = is_stopping or job.is_stopping
            return job
        _end(job, JobState.FAILED, problem=str(GaveUp()))
    return None


def do_job(job: Running) -> None:
    """Do a job that was taken and write down how it ended. Raises what `is_away` knows."""
    kind = find_kind(job.kind)
    try:
        if kind is None:  # of an older release
            raise GaveUp  # noqa: TRY301 - the row has to end as for any refusal
        path = kind.work(job)
        db.session.rollback()
        _end(job, JobState.DONE, result_path=path)
    except Interrupted as interrupted:
        db.session.rollback()
        _interrupted(job, interrupted)
    except Refusal as refusal:
        db.session.rollback()
        _end(job, JobState.FAILED, problem=str(refusal))
    except Exception as error:  # the edge of the worker: whatever one does, the next is to run
        if is_away(error):
            db.session.remove()
            raise  # the job is taken again when the database is back
        db.session.rollback()
        log.exception("job crashed", job=job.public_id, kind=job.kind)
        _end(job, JobState.FAILED, problem=str(Crashed()))


def _is_due(at: datetime) -> bool:
    """Look without keeping any writer waiting."""
    found = db.session.scalar(_due(at).with_only_columns(Job.id))
    db.session.rollback()
    return found is not None


def _take_oldest(at: datetime) -> tuple[Running, int] | None:
    job = db.session.scalars(_due(at).with_for_update(skip_locked=True)).one_or_none()
    if job is None:
        return None
    job.state, job.beat_at, job.started_at = JobState.RUNNING, at, job.started_at or at
    job.run, job.tries, job.step = job.run + 1, job.tries + 1, job.step or BEGUN
    taken = Running(
        id=job.id,
        public_id=job.public_id.hex(),
        kind=job.kind,
        payload=job.payload,
        asked_by=job.asked_by,
        asked_at=job.asked_at,
        run=job.run,
    )
    return taken, job.tries


def _due(at: datetime) -> Select[Job]:
    lost = and_(Job.state == JobState.RUNNING, Job.beat_at < at - LOST_AFTER)
    return select(Job).where(or_(Job.state == JobState.WAITING, lost)).order_by(Job.id).limit(1)


def _interrupted(job: Running, why: Interrupted) -> None:
    if isinstance(why, Cancelled):
        _end(job, JobState.CANCELLED)
    elif isinstance(why, Stopping):
        # Stopped on purpose, it was no failed try.
        _write(job, state=JobState.WAITING, tries=Job.tries - 1)
    log.info("job interrupted", job=job.public_id, why=type(why).__name__)


def _end(job: Running, state: JobState, **values: Any) -> None:
    # What was asked to be cancelled and is done all the same, is done.
    _write(job, state=state, ended_at=clock.now(), **values)
    figures().add(f"jobs_{state.value}")
    log.info("job ended", job=job.public_id, kind=job.kind, state=state.value)


def _write(job: Running, **values: Any) -> None:
    mine = (Job.id == job.id, Job.run == job.run, Job.state == JobState.RUNNING)
    with transaction():
        db.session.execute(update(Job).where(*mine).values(**values))


class Lanes:
    """Threads of the worker in which jobs run, so that papers and boards never wait for one."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self._app, self._stop = app, stop
        self._current: dict[str, Running] = {}
        beats = threading.Thread(target=self._beat, name="job-beats", daemon=True)
        lanes = [
            threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
            for number in range(1, LANES + 1)
        ]
        self._threads = [*lanes, beats]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Give running jobs this long to reach their next step; what is cut off goes on later."""
        for thread in self._threads:
            thread.join(seconds)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._app.app_context():
                    found = self._do_one()
            except SQLAlchemyError as error:
                if not is_away(error):
                    raise
                log.warning("database away", cause=cause_of(error))
                self._stop.wait(AWAY_SECONDS)
                continue
            if not found:
                self._stop.wait(LOOK_SECONDS)

    def _do_one(self) -> bool:
        job = take_job(at=clock.now(), is_stopping=self._stop.is_set)
        if job is None:
            return False
        self._current[job.public_id] = job
        try:
            do_job(job)
        finally:
            del self._current[job.public_id]
        return True

    def _beat(self) -> None:
        """Say that jobs are alive also while one is long at a step."""
        while not self._stop.wait(BEAT_SECONDS):
            for job in list(self._current.values()):
                try:
                    with self._app.app_context():
                        _write(job, beat_at=clock.now())
                except SQLAlchemyError as error:
                    if not is_away(error):
                        raise
                    log.warning("no sign of life written", job=job.public_id)
