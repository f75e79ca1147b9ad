from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class Event(Base):
    """An evening of a contest in a hall: what its screens show in turn, and where they stand."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("theme IN ('light', 'dark', 'contrast')", name="theme_known"),
        CheckConstraint("aspect IN ('auto', '16:9', '4:3')", name="aspect_known"),
        CheckConstraint("length(code) = 6", name="code_of_six"),
        CheckConstraint("position >= 0", name="position_from_0"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    title: Mapped[str]
    round_number: Mapped[int]  # whose boards: 0 is the whole contest
    code: Mapped[str] = mapped_column(unique=True)  # six digits that a hall types to join
    link: Mapped[int]  # goes up when the links given out so far are to end
    theme: Mapped[str]
    aspect: Mapped[str]
    items: Mapped[str]  # JSON: the list of states, see rules
    position: Mapped[int]  # the state that is shown, counted from 0
    seed: Mapped[int | None]  # of a rehearsal: what it tells is invented from this
    moves: Mapped[int]  # goes up with each move: who follows sees whether somebody else moved
    created_at: Mapped[datetime]


class Reveal(Base):
    """The order that a hall is told from its last place up, as it stood when that began."""

    __tablename__ = "reveal"
    __table_args__ = (
        UniqueConstraint("event_id", "item"),
        CheckConstraint("shown BETWEEN 0 AND places", name="shown_of_places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    item: Mapped[int]  # the id of its state in the event's list
    body: Mapped[str]  # JSON: rows in order of rank, people by id
    digest: Mapped[str]
    places: Mapped[int]  # different ranks among the rows: equals are told together
    shown: Mapped[int]  # how many places everybody has been told, from the last one up
    is_final: Mapped[int]  # 0: of a rehearsal, which is never closed
    begun_at: Mapped[datetime]
