"""Boards as pages read them: the newest snapshot, whatever the worker is doing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.standings.models import WHOLE_CONTEST, RollupMark, Snapshot
from quizapp.standings.service import Scope

STALE_AFTER = timedelta(seconds=15)
UNITS_AS = ("then", "now")
KINDS = {"provinces": ("province",), "sectors": ("sector", "corporation")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """A board as shown. `rows` are ready for JSON; `as_of` is None before the first result."""

    round_number: int
    as_of: datetime | None
    is_stale: bool
    rows: Sequence[Mapping[str, object]]
    is_withheld: bool = False


def find_board(scope: Scope, board: str, *, units_as: str, now: datetime) -> Board:
    """Return the newest snapshot of a board, an empty board when there is none."""
    mark = db.session.execute(select(RollupMark.as_of, RollupMark.seen_at)).one()
    return Board(
        round_number=scope.round_number,
        as_of=mark.as_of,
        is_stale=mark.seen_at is None or now - mark.seen_at > STALE_AFTER,
        rows=find_body(scope, board, units_as=units_as),
    )


def withheld(board: Board) -> Board:
    """Return the board without its rows, while the rules keep points and order back."""
    return replace(board, rows=[], is_withheld=True)


def find_body(scope: Scope, board: str, *, units_as: str) -> Sequence[Mapping[str, object]]:
    """Return the rows of a board's newest snapshot, none when there is no snapshot."""
    body = db.session.scalar(
        select(Snapshot.body)
        .where(*is_board(scope, board, units_as))
        .order_by(Snapshot.id.desc())
        .limit(1)
    )
    return [] if body is None else list(json.loads(body))


def scopes_of(contest: ContestCard) -> dict[int, Scope]:
    """Return the scope of each round by its number, and of the whole contest under 0."""
    rounds = {
        one.number: Scope(contest_id=contest.id, round_number=one.number, generation=one.generation)
        for one in contest.rounds
    }
    whole = Scope(contest_id=contest.id, round_number=WHOLE_CONTEST, generation=contest.generation)
    return rounds | {WHOLE_CONTEST: whole}


def is_board(scope: Scope, board: str, units_as: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a snapshot is of this board."""
    return (
        Snapshot.contest_id == scope.contest_id,
        Snapshot.round_number == scope.round_number,
        Snapshot.board == board,
        Snapshot.units_as == units_as,
    )
