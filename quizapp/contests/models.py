from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class Contest(Base):
    """One contest of a union: a title, an owner, and one or more rounds."""

    __tablename__ = "contest"
    __table_args__ = (CheckConstraint("generation >= 1", name="generation_from_1"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    preset: Mapped[str]
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    controller: Mapped[str]  # who answers for the personal data, as the contest page names it
    created_at: Mapped[datetime]
    generation: Mapped[int]  # which standings of the whole contest are shown
    # Goes up, by trigger, with every change of this row and of its rounds.
    revision: Mapped[int] = mapped_column(server_default=text("1"))


class RuleSet(Base):
    """The rules of a contest as they were fixed once; a change is a new row with a reason."""

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("contest_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    body: Mapped[str]  # canonical JSON, what the digest is of
    digest: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class Round(Base):
    """One open-to-close stretch of a contest, bound to one bank version and one rule set."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
        CheckConstraint("number >= 1", name="number_from_1"),
        CheckConstraint("generation >= 1", name="generation_from_1"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    title: Mapped[str]
    tag: Mapped[bytes] = mapped_column(unique=True)  # 4 random bytes that its attempts' ids carry
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), index=True)
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"), index=True)
    secret: Mapped[bytes]  # 32 random bytes: what papers are drawn from
    generation: Mapped[int]  # which standings are shown; a recount writes the next and flips
    paused_at: Mapped[datetime | None]  # since when all clocks of the round stand still
    closing_at: Mapped[datetime | None]  # since when no result of the round changes
    closed_at: Mapped[datetime | None]  # since when the ranks that are shown are final


class Interruption(Base):
    """A stretch of a round that counts for nobody: a pause that is over, or an outage."""

    __tablename__ = "interruption"
    __table_args__ = (CheckConstraint("began_at < ended_at", name="begins_before_end"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    reason: Mapped[str]
