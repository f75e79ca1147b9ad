from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base

STATES = "'running', 'submitted', 'expired', 'void'"
CAUSES = "'attempt', 'person', 'merge', 'given_back'"


class Attempt(Base):
    """One person's one go at a round: the paper as drawn, the answers saved, what they are worth.

    A save changes no indexed column. The limits are constraints here, so that no race of starts
    gives one too many.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "number"),
        Index(
            "ix_attempt_one_running",
            "round_id",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "ix_attempt_due",
            "deadline_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        CheckConstraint("number BETWEEN 1 AND number_limit", name="number_within_limit"),
        CheckConstraint(
            "(state = 'running') = (submitted_at IS NULL)", name="over_when_not_running"
        ),
        CheckConstraint(
            "state NOT IN ('submitted', 'expired')"
            " OR (points_milli IS NOT NULL AND right_count IS NOT NULL"
            " AND duration_ms IS NOT NULL AND receipt IS NOT NULL)",
            name="scored_when_final",
        ),
        CheckConstraint("started_at < deadline_at", name="starts_before_deadline"),
        CheckConstraint("duration_ms >= 0", name="duration_from_0"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)  # the round's tag, then 16 random bytes
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]  # the person's 1st, 2nd… attempt in the round
    number_limit: Mapped[int]  # how many the rules allowed when it began
    unit_declared_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit_assigned_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    paper: Mapped[bytes]  # rules.encode_paper
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    holder: Mapped[str]  # the phone that may save
    last_op: Mapped[int]  # the newest save that was taken; 0 before the first
    last_body: Mapped[bytes | None]  # SHA-256 of that save's body
    first_saved_at: Mapped[datetime | None]  # null before the first save; in no index, as all of it
    last_saved_at: Mapped[datetime | None]
    answers: Mapped[bytes]  # rules.encode_answers
    prediction: Mapped[int | None]
    state: Mapped[str]
    submitted_at: Mapped[datetime | None]
    right_count: Mapped[int | None]
    points_milli: Mapped[int | None]
    duration_ms: Mapped[int | None]  # from start to end, without what was interrupted
    paused_ms: Mapped[int] = mapped_column(server_default=text("0"))  # interrupted so far
    receipt: Mapped[str | None]


class TimeGrant(Base):
    """Extra time in a round: for one person, for a unit and all below it, or (neither) for all."""

    __tablename__ = "time_grant"
    __table_args__ = (
        CheckConstraint("seconds BETWEEN 1 AND 86400", name="seconds_of_a_day"),
        CheckConstraint("person_id IS NULL OR unit_id IS NULL", name="person_or_unit"),
        Index("ix_time_grant_person_id_round_id", "person_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    seconds: Mapped[int]
    reason: Mapped[str]
    granted_at: Mapped[datetime]


class TimeWithdrawal(Base):
    """Extra time that papers begun from now on do not get; those that run keep it. Insert-only."""

    __tablename__ = "time_withdrawal"

    grant_id: Mapped[int] = mapped_column(
        ForeignKey("time_grant.id"), primary_key=True, autoincrement=False
    )
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime]


class LateSheet(Base):
    """The newest answers that came after the grace: kept aside for a decision, never counted."""

    __tablename__ = "late_sheet"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    op: Mapped[int]  # 0: handed in by a form
    received_at: Mapped[datetime]
    answers: Mapped[bytes]
    prediction: Mapped[int | None]


class AttemptVoid(Base):
    """What an attempt was before it was made void, and why.

    By itself, with its person, when two entries became one, or given back: then a new one may be
    begun in its place and this one never counts again.
    """

    __tablename__ = "attempt_void"
    __table_args__ = (
        CheckConstraint("was IN ('submitted', 'expired')", name="was_final"),
        CheckConstraint(
            "cause IN ('attempt', 'person', 'merge', 'given_back')", name="cause_known"
        ),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    was: Mapped[str]
    cause: Mapped[str]
    voided_at: Mapped[datetime]


class FormerHolder(Base):
    """A phone that held a paper before another took it over; a trigger of `attempt` writes it."""

    __tablename__ = "former_holder"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    holder: Mapped[str]
