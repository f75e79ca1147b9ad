"""Which backups were made, when, how large, and why one was not."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class BackupRun(Base):
    """One backup that ended, well or with a problem. `digest` is SHA-256 of the whole file."""

    __tablename__ = "backup_run"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="ended_after_start"),
        CheckConstraint(
            "(problem IS NULL) = (digest IS NOT NULL) AND (problem IS NULL) = (size IS NOT NULL)",
            name="file_or_problem",
        ),
        CheckConstraint("length(digest) = 64", name="sha256"),
        CheckConstraint("size > 0", name="has_size"),
        Index("ix_backup_run_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str]  # as the audit log writes it; "system" made those of the schedule
    path: Mapped[str]
    started_at: Mapped[datetime]  # the file holds what was there then
    ended_at: Mapped[datetime]
    size: Mapped[int | None]  # bytes
    digest: Mapped[str | None]
    problem: Mapped[str | None]  # words for people
