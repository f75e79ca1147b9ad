"""Banks, their published versions and questions. Versions and questions are insert-only."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class Bank(Base):
    """A collection of questions that grows in versions; `title` is the newest version's.

    Without an owning unit it was imported by who runs the installation, and is everybody's to use.
    """

    __tablename__ = "bank"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    created_at: Mapped[datetime]
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class BankReview(Base):
    """Files on their way to a version, seen by all who write the unit's banks.

    `adds`: what is published keeps the newest version's questions; else it takes their place.
    `revision` goes up with every change, so that what is published is what was looked at.
    """

    __tablename__ = "bank_review"
    __table_args__ = (
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    bank_code: Mapped[str]
    title: Mapped[str]
    adds: Mapped[bool]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ReviewFile(Base):
    """A file of a review; `refused` says why it cannot be read, `problems` what is wrong in it."""

    __tablename__ = "review_file"
    __table_args__ = (CheckConstraint("number >= 1", name="number_from_one"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("bank_review.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    content: Mapped[bytes]
    format: Mapped[str | None]
    title: Mapped[str | None]
    refused: Mapped[str | None]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    read_at: Mapped[datetime | None]


class ReviewQuestion(Base):
    """A question of a review: as it was `found` in its file, and as it stands `now`."""

    __tablename__ = "review_question"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("decision IN ('kept', 'skipped', 'replaces')", name="decision_known"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("bank_review.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    file_number: Mapped[int]
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    now: Mapped[dict[str, Any]] = mapped_column(JSON)
    decision: Mapped[str | None]
    revision: Mapped[int]


class ReviewEdit(Base):
    """One change of a question: what it was `before`; `revision` is the one it made."""

    __tablename__ = "review_edit"
    __table_args__ = (Index("ix_review_edit_review_id", "review_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("bank_review.id"))
    number: Mapped[int]
    revision: Mapped[int]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    at: Mapped[datetime]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone: Mapped[bool]


class ReportReason(StrEnum):
    """What a contestant finds wrong with a question."""

    UNCLEAR = "unclear"
    NO_RIGHT_OPTION = "no_right_option"
    OUT_OF_DATE = "out_of_date"
    MISSPELLED = "misspelled"
    OTHER = "other"


class QuestionReport(Base):
    """A person finds something wrong with a question: once each, the newest reason."""

    __tablename__ = "question_report"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('unclear', 'no_right_option', 'out_of_date', 'misspelled', 'other')",
            name="reason_known",
        ),
    )

    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reason: Mapped[str]
    reported_at: Mapped[datetime]


class BankVersion(Base):
    """What was published at one moment, for ever. `digest` is over its questions in order."""

    __tablename__ = "bank_version"
    __table_args__ = (
        UniqueConstraint("bank_id", "number"),
        UniqueConstraint("bank_id", "digest"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("question_count >= 1", name="has_questions"),
        CheckConstraint("length(digest) = 64", name="digest_in_hex"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    number: Mapped[int]
    digest: Mapped[str]
    title: Mapped[str]
    note: Mapped[str | None]
    question_count: Mapped[int]
    published_at: Mapped[datetime]
    published_by: Mapped[str | None]


class Question(Base):
    """A question of one version; `number` is its place there, from 1.

    `options` are texts in canonical order; `right` is a bitmask of them, bit 0 the first.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("bank_version_id", "number"),
        UniqueConstraint("bank_version_id", "code"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("kind IN ('single', 'multiple')", name="kind_known"),
        CheckConstraint("code <> '' AND stem <> ''", name="code_and_stem_told"),
        CheckConstraint("json_array_length(options) BETWEEN 2 AND 8", name="two_to_eight_options"),
        CheckConstraint(
            "right_mask BETWEEN 1 AND (1 << json_array_length(options)) - 1",
            name="right_among_options",
        ),
        CheckConstraint(
            "kind <> 'single' OR (right_mask & (right_mask - 1)) = 0", name="single_has_one_right"
        ),
        CheckConstraint(
            "kind <> 'multiple' OR ((right_mask & (right_mask - 1)) <> 0"
            " AND right_mask < (1 << json_array_length(options)) - 1)",
            name="multiple_has_right_and_wrong",
        ),
        CheckConstraint("difficulty IN ('easy', 'medium', 'hard')", name="difficulty_known"),
        CheckConstraint("valid_from <= valid_to", name="valid_in_order"),
        # What is out of force on a day: few questions have days, so the indexes are small.
        *(
            Index(
                f"ix_question_{name}",
                name,
                sqlite_where=text(f"{name} IS NOT NULL"),
                postgresql_where=text(f"{name} IS NOT NULL"),
            )
            for name in ("valid_from", "valid_to")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"))
    number: Mapped[int]
    code: Mapped[str]
    kind: Mapped[str]
    stem: Mapped[str]
    options: Mapped[list[str]] = mapped_column(JSON)
    right: Mapped[int] = mapped_column("right_mask")  # RIGHT is a word of SQL
    fixed_order: Mapped[bool]
    topic: Mapped[str | None]
    difficulty: Mapped[str | None]
    explanation: Mapped[str | None]
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    pictures: Mapped[list[dict[str, str]]] = mapped_column(JSON, server_default="[]")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class CitedProvision(Base):
    """A place in a law that a published question rests on; `number` is the citation's, from 1.

    Written with the version from the words of its citations, to be looked up by: what people read
    and what the digest is over are `Question.citations`.
    """

    __tablename__ = "cited_provision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_version_id", "question_number"],
            ["question.bank_version_id", "question.number"],
            name="fk_cited_provision_question",
        ),
        CheckConstraint("law IS NOT NULL OR article IS NOT NULL", name="names_a_place"),
        Index("ix_cited_provision_law", "law", "article", "clause"),
    )

    bank_version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    law: Mapped[str | None]
    article: Mapped[str | None]
    clause: Mapped[str | None]
    point: Mapped[str | None]


class Picture(Base):
    """The bytes of a picture under their SHA-256: equal ones are kept once."""

    __tablename__ = "picture"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_in_hex"),
        CheckConstraint("media_type IN ('image/png', 'image/jpeg')", name="media_type_known"),
        CheckConstraint("length(body) BETWEEN 1 AND 400000", name="body_is_small"),
        Index("ix_picture_kept_at", "kept_at"),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    body: Mapped[bytes]
    kept_at: Mapped[datetime]


class VersionPicture(Base):
    """A picture that a published version shows, which therefore stays."""

    __tablename__ = "version_picture"
    __table_args__ = (Index("ix_version_picture_digest", "digest"),)

    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("picture.digest"), primary_key=True)
