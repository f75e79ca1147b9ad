"""What boards of units show now, as counts: for figures that must say the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from quizapp.db import db
from quizapp.standings.models import FrozenBoard, RollupMark, Snapshot, UnitCount
from quizapp.standings.rules import KINDS
from quizapp.standings.service import FrozenScope, Scope
from quizapp.standings.service.unit_boards import Counts, get_counts
from quizapp.units import service as units
from quizapp.units.models import Unit

Numbers = Mapping[int, tuple[int, int]]  # unit → people, attempts


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Counts of every unit as of a moment, and board → digest of the snapshot that shows them."""

    as_of: datetime
    counts: Counts
    boards: Mapping[str, str]


def find_shown(scope: Scope) -> Shown | None:
    """Return what the boards of provinces and sectors show, and the counts they were made from.

    None before the first result, and while the worker has counted more than it has shown yet: ask
    again once boards were made. Of a freeze always that. Call it within `one_moment`.
    """
    if isinstance(scope, FrozenScope):
        return _frozen(scope)
    as_of = db.session.scalar(select(RollupMark.as_of))
    if as_of is None:
        return None
    newest = (
        select(func.max(Snapshot.id))
        .where(Snapshot.contest_id == scope.contest_id)
        .where(Snapshot.round_number == scope.round_number)
        .where(Snapshot.board.in_(KINDS), Snapshot.units_as == "then")
        .group_by(Snapshot.board)
    )
    snapshots = db.session.scalars(select(Snapshot).where(Snapshot.id.in_(newest))).all()
    on_boards: dict[int, tuple[int, int]] = {}
    for one in snapshots:
        on_boards |= _numbers(one)
    if on_boards != _counted(scope):
        return None
    return Shown(
        as_of=max([as_of, *(one.as_of for one in snapshots)]),
        counts=get_counts(scope),
        boards={one.board: one.digest for one in sorted(snapshots, key=lambda one: one.board)},
    )


def _frozen(scope: FrozenScope) -> Shown:
    rows = db.session.execute(
        select(FrozenBoard.board, FrozenBoard.body)
        .where(FrozenBoard.freeze_id == scope.freeze_id)
        .where(FrozenBoard.round_number == scope.round_number)
        .where(FrozenBoard.board.in_(KINDS), FrozenBoard.units_as == "then")
        .order_by(FrozenBoard.board)
    )
    return Shown(
        as_of=scope.as_of or scope.at,
        counts=get_counts(scope),
        boards={row.board: hashlib.sha256(row.body.encode()).hexdigest() for row in rows},
    )


def _numbers(snapshot: Snapshot) -> Numbers:
    rows = {row["unit"]["code"]: row for row in json.loads(snapshot.body)}
    ids = units.get_ids(rows.keys())
    return {ids[code]: (row["people"], row["attempts"]) for code, row in rows.items()}


def _counted(scope: Scope) -> Numbers:
    on_boards = select(Unit.id).where(
        Unit.kind.in_([one for each in KINDS.values() for one in each])
    )
    rows = db.session.execute(
        select(UnitCount.unit_id, UnitCount.people, UnitCount.attempts)
        .where(UnitCount.contest_id == scope.contest_id)
        .where(UnitCount.round_number == scope.round_number)
        .where(UnitCount.people > 0, UnitCount.unit_id.in_(on_boards))
    )
    return {row.unit_id: (row.people, row.attempts) for row in rows}
