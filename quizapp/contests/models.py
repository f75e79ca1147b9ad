from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class ContestKind(StrEnum):
    """Whether results count. Triggers keep the kind as it is, and rehearsals from being closed."""

    REAL = "real"
    REHEARSAL = "rehearsal"


class Contest(Base):
    """One contest of a union: a title, an owner, and one or more rounds."""

    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint("generation >= 1", name="generation_from_1"),
        CheckConstraint("kind IN ('real', 'rehearsal')", name="kind_known"),
        CheckConstraint(
            "emptied_at IS NULL OR (kind = 'rehearsal' AND archived_at IS NOT NULL)",
            name="only_rehearsals_are_emptied",
        ),
    )

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
    kind: Mapped[str] = mapped_column(server_default=text("'real'"))
    emptied_at: Mapped[datetime | None]  # since when nobody may join: its people are erased
    hotline: Mapped[str | None]  # as it is shown: "024 3942 1794"; None: nobody is to be called
    colour: Mapped[str | None]  # "#0b4f8a"; None: the colours of the product
    banner_digest: Mapped[str | None]  # of the picture on its page, with its size in pixels
    banner_width: Mapped[int | None]
    banner_height: Mapped[int | None]
    # How long personal data are kept after the last round's close.
    retention_months: Mapped[int] = mapped_column(server_default=text("12"))
    freeze_id: Mapped[int | None]  # what is shown of its standings while they are frozen
    # Goes up, by trigger, with every change of this row and of its rounds.
    revision: Mapped[int] = mapped_column(server_default=text("1"))


class Banner(Base):
    """A picture above a contest's page, under the digest of its bytes, which we wrote."""

    __tablename__ = "banner"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_in_hex"),
        CheckConstraint("media_type IN ('image/png', 'image/jpeg')", name="media_type_known"),
        CheckConstraint("length(body) BETWEEN 1 AND 100000", name="body_is_small"),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    body: Mapped[bytes]


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


class StudyDocument(Base):
    """Something to study for a contest: a file as it was uploaded, or a link; never changed but
    for when it is shown, and since when it is not any more.
    """

    __tablename__ = "study_document"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("shown IN ('always', 'before', 'during')", name="shown_known"),
        CheckConstraint("kind IS NULL OR kind IN ('pdf', 'docx', 'txt')", name="kind_known"),
        CheckConstraint("(url IS NULL) <> (content IS NULL)", name="link_or_file"),
        CheckConstraint(
            "(content IS NULL) = (kind IS NULL) AND (content IS NULL) = (digest IS NULL)"
            " AND (content IS NULL) = (size IS NULL)",
            name="file_is_described",
        ),
        CheckConstraint("length(content) BETWEEN 1 AND 10485760", name="at_most_10_mib"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    title: Mapped[str]
    shown: Mapped[str]
    url: Mapped[str | None]
    kind: Mapped[str | None]
    content: Mapped[bytes | None]
    digest: Mapped[str | None]  # SHA-256, in hex
    size: Mapped[int | None]  # bytes
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    removed_at: Mapped[datetime | None]


class Practice(Base):
    """The bank version that practice papers of a contest are drawn from."""

    __tablename__ = "practice"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), index=True)
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
