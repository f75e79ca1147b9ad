"""What people ask the organisers, and what they are answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base

STATES = "'open', 'answered', 'closed'"


class TicketState(StrEnum):
    """Whose turn it is: the organisers', the person's, or nobody's any more."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Ticket(Base):
    """A question from a contestant's page. `person_id` is null where nobody had joined there.

    `holder_hash` stands for the phone it was asked on, which may read the answer too. `code` is the
    support code of the refusal it was asked about, if that is where it came from.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        CheckConstraint("words <> ''", name="has_words"),
        CheckConstraint("length(public_id) = 16", name="public_id_is_random_128_bits"),
        Index("ix_ticket_contest_state", "contest_id", "state", "id"),
        Index("ix_ticket_person", "person_id", "id"),
        Index("ix_ticket_holder", "holder_hash", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[bytes] = mapped_column(unique=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    holder_hash: Mapped[bytes]
    words: Mapped[str]
    code: Mapped[str | None]
    state: Mapped[str]
    asked_at: Mapped[datetime]


class TicketReply(Base):
    """One answer of an organiser."""

    __tablename__ = "ticket_reply"
    __table_args__ = (CheckConstraint("words <> ''", name="has_words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    words: Mapped[str]
    replied_at: Mapped[datetime]
