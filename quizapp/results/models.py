from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base


class RoundClose(Base):
    """One close of a round: under way, done, or undone with a reason.

    `generation` holds the final ranks, `before` is what was shown until then; `whole_…` the same of
    the whole contest where this was its last round. `truth` is what the prediction was about.
    """

    __tablename__ = "round_close"
    __table_args__ = (
        Index(
            "ix_round_close_one_live",
            "round_id",
            unique=True,
            sqlite_where=text("state <> 'undone'"),
            postgresql_where=text("state <> 'undone'"),
        ),
        CheckConstraint("state IN ('running', 'done', 'undone')", name="state_known"),
        CheckConstraint(
            "state <> 'done'"
            " OR (digest IS NOT NULL AND people IS NOT NULL AND done_at IS NOT NULL)",
            name="counted_when_done",
        ),
        CheckConstraint("state <> 'undone' OR reason IS NOT NULL", name="reason_when_undone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    state: Mapped[str]
    run: Mapped[int]  # which run of the command writes; a later one takes over
    generation: Mapped[int]
    before: Mapped[int]
    whole_generation: Mapped[int | None]
    whole_before: Mapped[int | None]
    truth: Mapped[int | None]
    whole_truth: Mapped[int | None]
    people: Mapped[int | None]
    digest: Mapped[str | None]  # of the order of people: standings.rules.OrderDigest
    whole_digest: Mapped[str | None]
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]  # from then on nothing is undone
    reason: Mapped[str | None]


class CloseRequest(Base):
    """What an organiser asked the worker to do: close a round, or undo its close.

    Gone once it is done; `refused` says why it was not.
    """

    __tablename__ = "close_request"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    undoes: Mapped[bool]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    refused: Mapped[str | None]


class PlaceByHand(Base):
    """What an organiser decided between people whose every key is equal: 1 is before 2."""

    __tablename__ = "place_by_hand"
    __table_args__ = (CheckConstraint("place >= 1", name="place_from_1"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), primary_key=True)
    round_number: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    place: Mapped[int]


class Rebuild(Base):
    """Standings of a contest written anew: being written, shown but not counted yet, or over.

    Provisional standings stand under `generation`, final ones of closed rounds under the next.
    Results from `since` on (a transaction's id on PostgreSQL, else an event's) may not be in them;
    `person_id` is how far the work is, in order of ids.
    """

    __tablename__ = "rebuild"
    __table_args__ = (
        Index(
            "ix_rebuild_one_live",
            "contest_id",
            unique=True,
            sqlite_where=text("state IN ('writing', 'shown')"),
            postgresql_where=text("state IN ('writing', 'shown')"),
        ),
        CheckConstraint("state IN ('writing', 'shown', 'done', 'cancelled')", name="state_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    state: Mapped[str]
    run: Mapped[int]
    generation: Mapped[int]
    since: Mapped[int]
    person_id: Mapped[int]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class MinuteCount(Base):
    """How busy one minute of a contest was; contest 0: not known whose. See `service/live`."""

    __tablename__ = "minute_count"

    contest_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    starts: Mapped[int] = mapped_column(server_default=text("0"))
    saves: Mapped[int] = mapped_column(server_default=text("0"))
    submits: Mapped[int] = mapped_column(server_default=text("0"))
    refusals: Mapped[int] = mapped_column(server_default=text("0"))
    errors: Mapped[int] = mapped_column(server_default=text("0"))
    running: Mapped[int] = mapped_column(server_default=text("0"))


class UnitHour(Base):
    """What a unit below a contest's owner had counted so far when an hour was last looked at.

    Hours are numbered as minutes are in `MinuteCount`; how an hour went is the difference to the
    latest one before. See `service/hourly`.
    """

    __tablename__ = "unit_hour"

    contest_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]
    attempts: Mapped[int]
