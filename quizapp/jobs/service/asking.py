"""Asking for long work, looking how far it is, cancelling it. Only who asked sees a job."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, delete, exists, func, or_, select

from quizapp.audit import service as audit
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.jobs.errors import JobOver
from quizapp.jobs.models import Job, JobFile, JobState
from quizapp.jobs.service.registry import find_kind
from quizapp.vietnamese import one_line

ID_BYTES = 16
LISTED = 50
LONGEST_ABOUT = 100  # letters
KEPT_FOR = timedelta(days=30)
RECENT = timedelta(days=1)
LIVE = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCard:
    """A job as the one who asked sees it. `public_id` is hexadecimal; `title`, `step` and
    `problem` are texts of the catalogue.

    `ahead` says how many jobs wait before this one; `ends_at` is a guess from how fast it went.
    """

    public_id: str
    kind: str
    title: str
    about: str
    state: JobState
    step: str
    done: int
    total: int | None
    cancel_asked: bool
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ends_at: datetime | None
    result_path: str | None
    has_file: bool
    problem: str | None
    ahead: int

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeFile:
    """What a job made."""

    name: str
    media_type: str
    content: bytes


def ask_job(
    kind: str, payload: Mapping[str, int | str], *, asked_by: str, about: str = "", at: datetime
) -> str:
    """Note work for the worker, inside the caller's transaction; return its public id.

    `payload` is what the work needs to find its things: ids, never names or phones. `asked_by` is
    an actor of the audit log ("organiser:12"), and the only one who sees the job; send them to
    `url_for("people_jobs.job", public_id=…)`. `about` tells jobs of a kind apart in their list.
    Raises ValueError for a kind that nobody registered.
    """
    if find_kind(kind) is None:
        raise ValueError(f"no kind of job is called {kind!r}")
    job = Job(
        public_id=secrets.token_bytes(ID_BYTES),
        kind=kind,
        asked_by=asked_by,
        about=one_line(about)[:LONGEST_ABOUT],
        payload=dict(payload),
        state=JobState.WAITING,
        step="",
        done=0,
        run=0,
        tries=0,
        cancel_asked=False,
        asked_at=at,
    )
    db.session.add(job)
    db.session.flush()  # the log names it by its id
    after = {"kind": kind, **payload}
    audit.record("job.ask", actor=asked_by, object=f"job:{job.id}", after=after, at=at)
    return job.public_id.hex()


def find_live(kind: str, payload: Mapping[str, int | str], *, asked_by: str) -> str | None:
    """Return the public id of work that this actor asked for and that is not over; None: none."""
    mine = select(Job.public_id, Job.payload).where(
        Job.asked_by == asked_by, Job.kind == kind, Job.state.in_(LIVE)
    )
    same = (row.public_id for row in db.session.execute(mine) if row.payload == dict(payload))
    found = next(same, None)
    return None if found is None else found.hex()


def get_jobs(asked_by: str, *, at: datetime) -> Sequence[JobCard]:
    """Return the newest jobs that this actor asked for, newest first."""
    rows = db.session.execute(_jobs_of(asked_by).order_by(Job.id.desc()).limit(LISTED)).all()
    return [_card(row, at=at) for row in rows]


def get_job(asked_by: str, public_id: str, *, at: datetime) -> JobCard:
    """Return a job of this actor. Raises NotFound."""
    return _card(_mine(asked_by, public_id), at=at)


def get_file(asked_by: str, public_id: str) -> MadeFile:
    """Return what a job of this actor made. Raises NotFound."""
    job_id = _mine(asked_by, public_id).id
    row = db.session.execute(
        select(JobFile.name, JobFile.media_type, JobFile.content).where(JobFile.job_id == job_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return MadeFile(**row._asdict())


def get_payloads(kind: str, *, ended_after: datetime) -> Sequence[Mapping[str, int | str]]:
    """Return of what jobs of a kind go on, or ended after a moment: for who asks by a clock."""
    recent = or_(Job.state.in_(LIVE), Job.ended_at > ended_after)
    return db.session.scalars(
        select(Job.payload).where(Job.kind == kind, recent).order_by(Job.id)
    ).all()


def cancel_job(asked_by: str, public_id: str, *, at: datetime) -> None:
    """End a job that waits; let one that runs end at its next step. Raises NotFound, JobOver."""
    job_id = _mine(asked_by, public_id).id
    job = db.session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one()
    if job.state not in LIVE:
        raise JobOver
    if job.state == JobState.WAITING:
        job.state, job.ended_at = JobState.CANCELLED, at
    job.cancel_asked = True
    audit.record("job.cancel", actor=asked_by, object=f"job:{job.id}", at=at)


def forget_old_jobs(*, at: datetime) -> None:
    """Throw away jobs that ended long ago, and what they made."""
    old = select(Job.id).where(Job.ended_at < at - KEPT_FOR)
    db.session.execute(delete(JobFile).where(JobFile.job_id.in_(old)))
    db.session.execute(delete(Job).where(Job.ended_at < at - KEPT_FOR))


def count_jobs(*, at: datetime) -> dict[JobState, int]:
    """Return how many jobs of everybody wait, run, and failed in the last day."""
    watched = (*LIVE, JobState.FAILED)
    is_recent = Job.ended_at.is_(None) | (Job.ended_at >= at - RECENT)
    rows = db.session.execute(
        select(Job.state, func.count()).where(Job.state.in_(watched), is_recent).group_by(Job.state)
    )
    found = {JobState(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in watched}


def longest_wait_s(now: datetime) -> float:
    """Return for how many seconds the job has waited that will be begun next."""
    waiting = select(func.min(Job.asked_at)).where(Job.state == JobState.WAITING)
    asked_at = db.session.scalar(waiting)
    return 0.0 if asked_at is None else (now - asked_at).total_seconds()


def _jobs_of(asked_by: str) -> Select[*tuple[object, ...]]:
    before = Job.__table__.alias()
    ahead = (
        select(func.count())
        .where(before.c.state == JobState.WAITING, before.c.id < Job.id)
        .scalar_subquery()
    )
    has_file = exists().where(JobFile.job_id == Job.id)
    return select(*Job.__table__.c, ahead.label("ahead"), has_file.label("has_file")).where(
        Job.asked_by == asked_by
    )


def _mine(asked_by: str, public_id: str) -> Row[*tuple[object, ...]]:
    try:
        key = bytes.fromhex(public_id)
    except ValueError as error:
        raise NotFound from error
    row = db.session.execute(_jobs_of(asked_by).where(Job.public_id == key)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _card(row: Row[*tuple[object, ...]], *, at: datetime) -> JobCard:
    told = {name: getattr(row, name) for name in JobCard.__dataclass_fields__ if hasattr(row, name)}
    kind = find_kind(row.kind)
    return JobCard(
        **told
        | {
            "public_id": row.public_id.hex(),
            "state": JobState(row.state),
            "title": kind.title if kind else row.kind,
            "ends_at": _ends_at(row.started_at, row.done, row.total, at=at),
            "result_path": row.result_path,
        }
    )


def _ends_at(
    started_at: datetime | None, done: int, total: int | None, *, at: datetime
) -> datetime | None:
    if started_at is None or not total or not done or done >= total:
        return None
    return at + (at - started_at) * (total - done) / done
