from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class PressReport(Base):
    """The figures of a contest as of a moment, as they were made once: nobody changes them.

    `body` is JSON (`rules.Report`) with exact numbers; what of it may be shown is decided where it
    is shown. A morning's is as of 24h00, and there is one of each.
    """

    __tablename__ = "press_report"
    __table_args__ = (
        Index("ix_press_report_contest", "contest_id", "round_number", "as_of"),
        UniqueConstraint("contest_id", "round_number", "morning_of"),
        CheckConstraint("round_number >= 0", name="round_number_from_0"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint("as_of <= made_at", name="made_after_the_moment"),
        CheckConstraint("morning_of = as_of", name="morning_of_its_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    round_number: Mapped[int]  # 0: the whole contest
    as_of: Mapped[datetime]
    morning_of: Mapped[datetime | None]  # as `as_of`, or None: asked for by somebody
    body: Mapped[str]
    digest: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]  # an actor as the audit log writes it


class PressFile(Base):
    """A file drawn from a report; `version` says whether numbers are kept back in it."""

    __tablename__ = "press_file"
    __table_args__ = (
        CheckConstraint("version IN ('exact', 'kept_back')", name="version_known"),
        CheckConstraint("form IN ('docx', 'xlsx', 'png', 'zip')", name="form_known"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("press_report.id"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
