"""What people asked about their own data, and contests whose data were kept long enough."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class PrivacyRequest(Base):
    """One use of a right: done at once by the page, or waiting for an organiser.

    `field` and `wanted` are what is to be corrected and how; erased with the person. `answer_by`
    and `done_by` are the last days that the law leaves.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
        CheckConstraint("kind IN ('correct', 'withdraw', 'export', 'erase')", name="kind_known"),
        CheckConstraint("state IN ('open', 'done', 'refused')", name="state_known"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_unless_open"),
        CheckConstraint("state <> 'refused' OR answer IS NOT NULL", name="refused_with_reason"),
        Index("ix_privacy_request_contest", "contest_id", "state", "done_by", "id"),
        Index("ix_privacy_request_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    state: Mapped[str]
    field: Mapped[str | None]
    wanted: Mapped[str | None]
    asked_at: Mapped[datetime]
    answer_by: Mapped[date]
    done_by: Mapped[date]
    settled_at: Mapped[datetime | None]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"))
    answer: Mapped[str | None]


class Retention(Base):
    """A contest whose data were kept long enough: how many people were erased so far."""

    __tablename__ = "retention"
    __table_args__ = (CheckConstraint("people >= 0", name="people_counted"),)

    contest_id: Mapped[int] = mapped_column(
        ForeignKey("contest.id"), primary_key=True, autoincrement=False
    )
    people: Mapped[int]
    person_id: Mapped[int]  # how far the work is, in order of ids; no key of anybody
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
