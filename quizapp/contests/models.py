from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint, text
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
    controller_address: Mapped[str] = mapped_column(server_default=text("''"))
    controller_contact: Mapped[str] = mapped_column(server_default=text("''"))
    regulation_number: Mapped[str | None]  # of the signed regulation, with its day
    regulation_date: Mapped[date | None]
    archived_at: Mapped[datetime | None]  # since when lists leave it out
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
    # Code of a question → its ruling, see rules.in_force; none is changed once the round is open.
    out_of_force: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, server_default=text("'{}'")
    )
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


class ContestDraft(Base):
    """A contest that is being prepared: whatever was typed so far, right or wrong.

    It is no contest: nobody can enter it. Approved once, it stays as it was then.
    """

    __tablename__ = "contest_draft"
    __table_args__ = (
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
        CheckConstraint(
            "(contest_id IS NULL) = (approved_at IS NULL)", name="approved_with_its_contest"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    preset: Mapped[str]
    body: Mapped[str]  # JSON: name of a field → what is typed in it
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    archived_at: Mapped[datetime | None]
    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"), unique=True)
    approved_at: Mapped[datetime | None]


class SignedRegulation(Base):
    """A signed regulation as it was uploaded; a newer one is a new row. Insert-only."""

    __tablename__ = "signed_regulation"
    __table_args__ = (
        CheckConstraint("length(content) BETWEEN 1 AND 10485760", name="at_most_10_mib"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("contest_draft.id"), index=True)
    file_name: Mapped[str]
    content: Mapped[bytes]
    digest: Mapped[str]  # SHA-256, in hex
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("organiser.id"))


class RulesChange(Base):
    """From when on papers of a round are drawn under another rule set. Insert-only.

    Under which rules an attempt was taken follows from it and from when the attempt began.
    """

    __tablename__ = "rules_change"
    __table_args__ = (UniqueConstraint("round_id", "rule_set_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    at: Mapped[datetime]


class Notice(Base):
    """What was changed of an approved contest, when and why, as its page says. Insert-only."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), index=True)
    at: Mapped[datetime]
    reason: Mapped[str]
    lines: Mapped[str]  # JSON: what was changed, a line each, in Vietnamese
