"""Long work, a row each: what was asked, how far it is, how it ended."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = "state IN ('waiting', 'running')"


class Job(Base):
    """Work that somebody asked for and that takes longer than a page may.

    `run` says who works on it: a worker that comes back late finds another number and stops.
    `tries` counts how often it was begun and not given back; `beat_at` is the last sign of life.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
        CheckConstraint("kind <> ''", name="has_kind"),
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state_known"
        ),
        CheckConstraint(f"(ended_at IS NULL) = ({LIVE})", name="ended_unless_live"),
        CheckConstraint(
            "state <> 'running' OR (started_at IS NOT NULL AND beat_at IS NOT NULL)",
            name="begun_when_running",
        ),
        CheckConstraint("(problem IS NULL) = (state <> 'failed')", name="problem_when_failed"),
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="done_of_total"),
        Index("ix_job_asked_by", "asked_by", "id"),
        Index("ix_job_live", "id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    asked_by: Mapped[str]  # an actor as the audit log writes it
    about: Mapped[str]  # words of the one who asked: a file's name
    payload: Mapped[dict[str, int | str]] = mapped_column(JSON)  # ids, nothing of a person
    state: Mapped[str]
    step: Mapped[str]  # a text of the catalogue
    done: Mapped[int]
    total: Mapped[int | None]
    run: Mapped[int]
    tries: Mapped[int]
    cancel_asked: Mapped[bool]
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result_path: Mapped[str | None]  # an address of this site
    problem: Mapped[str | None]  # words for people


class JobFile(Base):
    """What a job made for the one who asked, to be fetched until it is forgotten."""

    __tablename__ = "job_file"

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]
