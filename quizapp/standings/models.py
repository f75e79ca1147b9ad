from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.db import Base

WHOLE_CONTEST = 0  # the round number under which the whole contest's rows stand
NO_UNIT = 0  # the unit under which people stand whose typed unit is not matched yet


class Standing(Base):
    """A person's result in a round, or (round 0) in the whole contest: what every board reads.

    Written when an attempt becomes final, so that a board is one indexed read. Of several
    generations one is shown; a recount writes the next and flips to it.

    No foreign keys, as in everything below that is counted from attempts: each check would lock the
    contest's row, which all people share, and take half the time of a close.
    """

    __tablename__ = "standing"
    __table_args__ = (
        Index("ix_standing_board", "contest_id", "round_number", "generation", "rank_key"),
        Index(
            "ix_standing_division",
            "contest_id",
            "round_number",
            "generation",
            "division",
            "rank_key",
            sqlite_where=text("division IS NOT NULL"),
            postgresql_where=text("division IS NOT NULL"),
        ),
        CheckConstraint("round_number >= 0", name="round_number_from_0"),
        CheckConstraint("division >= 1", name="division_from_1"),
        CheckConstraint(
            "division_rank IS NULL OR (division IS NOT NULL AND rank IS NOT NULL)",
            name="division_rank_of_a_division",
        ),
        CheckConstraint("attempts >= 1", name="attempts_from_1"),
    )

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    round_number: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]  # NO_UNIT until a typed unit is matched
    attempt_id: Mapped[int]  # the attempt that counts; of the whole contest: the latest that does
    attempts: Mapped[int]
    count_key: Mapped[bytes]
    rank_key: Mapped[bytes]
    points_milli: Mapped[int]
    all_right: Mapped[int]  # 1 when the attempt that counts has every question right, else 0
    passed: Mapped[int] = mapped_column(server_default=text("0"))  # 1 when the pass mark is reached
    duration_ms: Mapped[int]
    submitted_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # None in rows written before it was kept
    perfect: Mapped[int] = mapped_column(server_default=text("0"))  # where the rules count them
    error: Mapped[int | None]  # of the prediction, once the round is closed
    rank: Mapped[int | None]  # final, once the round is closed
    division: Mapped[int | None]  # its place in the rules, None where people are not divided
    division_rank: Mapped[int | None]  # final, among the people of the division


class ResultEvent(Base):
    """One line for each change of what counts, in the order it was committed.

    Written by a trigger of the attempt table, so that no change of an attempt can be forgotten.
    `xid` is PostgreSQL's transaction id, NULL on SQLite where ids follow commits.
    """

    __tablename__ = "result_event"
    __table_args__ = (Index("ix_result_event_xid_id", "xid", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    xid: Mapped[int | None]
    round_id: Mapped[int]
    person_id: Mapped[int]
    attempt_id: Mapped[int]


class Tally(Base):
    """What of one person is already counted, in units and ranks: a change moves the difference."""

    __tablename__ = "tally"
    __table_args__ = (
        Index("ix_tally_rank", "contest_id", "round_number", "rank_key"),
        Index(
            "ix_tally_division",
            "contest_id",
            "round_number",
            "division",
            "rank_key",
            sqlite_where=text("division IS NOT NULL"),
            postgresql_where=text("division IS NOT NULL"),
        ),
    )

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    round_number: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    attempts: Mapped[int]
    points_milli: Mapped[int]
    all_right: Mapped[int]
    passed: Mapped[int] = mapped_column(server_default=text("0"))
    division: Mapped[int | None]
    rank_key: Mapped[bytes | None]  # as before the close; None: in no rank count yet


class RankCount(Base):
    """How many tallied people have a rank key from `from_key` up to where the next block begins.

    A rank is the sum of the blocks before, and a count inside one: about a thousand people at most,
    or all of one key. Division 0 is everybody. Only the roll-up writes it.
    """

    __tablename__ = "rank_count"
    # Room in each page, so that PostgreSQL changes a count in place.
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    round_number: Mapped[int] = mapped_column(primary_key=True)
    division: Mapped[int] = mapped_column(primary_key=True)
    from_key: Mapped[bytes] = mapped_column(primary_key=True)  # of the first block: no bytes
    people: Mapped[int]


class UnitCount(Base):
    """How many people and attempts a unit and everything below it has, per round and contest."""

    __tablename__ = "unit_count"

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    round_number: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[int]
    attempts: Mapped[int]
    points_milli: Mapped[int]
    all_right: Mapped[int]
    passed: Mapped[int] = mapped_column(server_default=text("0"))


class Snapshot(Base):
    """A board as it is shown: written by the worker when it changed, read by every page."""

    __tablename__ = "snapshot"
    __table_args__ = (
        Index("ix_snapshot_newest", "contest_id", "round_number", "board", "units_as", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    round_number: Mapped[int]
    board: Mapped[str]
    units_as: Mapped[str]  # "then" or "now"
    generation: Mapped[int]
    as_of: Mapped[datetime]
    digest: Mapped[str]
    body: Mapped[str]  # JSON: the list of rows


class Freeze(Base):
    """What everybody sees of a contest's standings from `at` on, whatever comes in meanwhile.

    A contest names the one that holds for it: `contest.freeze_id`.
    """

    __tablename__ = "standing_freeze"
    __table_args__ = (
        Index(
            "uq_standing_freeze_one_at_a_time",
            "contest_id",
            unique=True,
            sqlite_where=text("thawed_at IS NULL"),
            postgresql_where=text("thawed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    at: Mapped[datetime]
    as_of: Mapped[datetime | None]  # of when what was counted is; None before the first result
    final: Mapped[str]  # JSON: numbers of the rounds whose ranks were final
    digest: Mapped[str]  # SHA-256 of all that is kept of it
    reason: Mapped[str]
    thawed_at: Mapped[datetime | None]


class FrozenBoard(Base):
    """A board of a freeze; of people by id, since a name may have to be taken off meanwhile."""

    __tablename__ = "frozen_board"

    freeze_id: Mapped[int] = mapped_column(
        ForeignKey("standing_freeze.id"), primary_key=True, autoincrement=False
    )
    round_number: Mapped[int] = mapped_column(primary_key=True)
    board: Mapped[str] = mapped_column(primary_key=True)
    units_as: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]  # JSON: the rows, or what else a page shows


class FrozenCount(Base):
    """The counts of units at a freeze. No foreign keys: as in the counts themselves."""

    __tablename__ = "frozen_count"

    freeze_id: Mapped[int] = mapped_column(primary_key=True)
    round_number: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[int]
    attempts: Mapped[int]
    points_milli: Mapped[int]
    all_right: Mapped[int]
    passed: Mapped[int]


class NamesChanged(Base):
    """Names on this contest's boards are to be shown otherwise: the worker makes them anew."""

    __tablename__ = "names_changed"

    contest_id: Mapped[int] = mapped_column(
        ForeignKey("contest.id"), primary_key=True, autoincrement=False
    )
    changed_at: Mapped[datetime]


class RollupMark(Base):
    """How far the worker has rolled up, and when it last showed that it lives. One row."""

    __tablename__ = "rollup_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    event_xid: Mapped[int]
    as_of: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
