"""The tree of union bodies, their names over time, and what people find them by."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base
from quizapp.units.kinds import Confidence, UnitKind

# Compared byte by byte on both engines, so that a range of an index is a prefix.
BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def one_of(column: str, kinds: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(str(kind)) for kind in kinds)})"


class Unit(Base):
    """A union body from its founding to its end. Its parent never changes."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(one_of("kind", UnitKind), name="kind_known"),
        CheckConstraint("(parent_id IS NULL) = (kind = 'national')", name="only_national_is_root"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        CheckConstraint(
            "(parent_id IS NULL AND path = id || '.')"
            " OR (parent_id IS NOT NULL AND path LIKE '%' || parent_id || '.' || id || '.')",
            name="path_ends_in_parent_and_self",
        ),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint("successor_id <> id", name="not_own_successor"),
        CheckConstraint(
            "successor_id IS NULL OR awaited_successor_code IS NULL", name="one_successor"
        ),
        CheckConstraint(
            "valid_to IS NOT NULL OR (successor_id IS NULL AND awaited_successor_code IS NULL)",
            name="successor_after_end",
        ),
        Index(
            "ix_unit_ended",
            "valid_to",
            sqlite_where=text("valid_to IS NOT NULL"),
            postgresql_where=text("valid_to IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(BYTEWISE, index=True)
    """The ids from the root to this unit, each with a dot: `1.5.`"""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The last day; None: it has no end yet."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    awaited_successor_code: Mapped[str | None]
    """The code of a successor that no file has described yet."""


class UnitName(Base):
    """What a unit was called, from when to when, under which code of a catalogue, and who says so.

    The dates of a unit's names follow each other without a gap from its first to its last day.
    """

    __tablename__ = "unit_name"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint(one_of("confidence", Confidence), name="confidence_known"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    code: Mapped[str] = mapped_column(unique=True)
    """The code of the row that brought this name; all codes of a unit find it."""
    name: Mapped[str]
    name_en: Mapped[str | None]
    confidence: Mapped[str]
    source: Mapped[str]
    note: Mapped[str | None]
    search_key: Mapped[str]
    initials: Mapped[str]
    sort_key: Mapped[bytes]
    keys_version: Mapped[int]


class UnitTerm(Base):
    """A word or an abbreviation in one of a unit's names: where a search begins."""

    __tablename__ = "unit_term"

    term: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    unit_id: Mapped[int] = mapped_column(
        ForeignKey("unit.id"), primary_key=True, index=True, autoincrement=False
    )


class HeadCount(Base):
    """How many members a unit had on a day. Once locked it never changes, and boards count with it.

    A correction is a count of a later day.
    """

    __tablename__ = "head_count"
    __table_args__ = (
        CheckConstraint("members >= 1", name="members_from_1"),
        CheckConstraint("source <> ''", name="has_source"),
        CheckConstraint("(locked_by IS NULL) = (locked_at IS NULL)", name="locked_by_somebody"),
    )

    unit_id: Mapped[int] = mapped_column(
        ForeignKey("unit.id"), primary_key=True, autoincrement=False
    )
    counted_on: Mapped[date] = mapped_column(primary_key=True)
    members: Mapped[int]
    source: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    locked_by: Mapped[str | None]
    locked_at: Mapped[datetime | None] = mapped_column(index=True)
