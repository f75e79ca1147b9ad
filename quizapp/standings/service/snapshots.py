"""How the worker makes boards: reads without a lock, then writes only what changed."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from quizapp.contests import service as contests
from quizapp.contests.models import Contest, Round
from quizapp.db import db
from quizapp.standings.models import NO_UNIT, WHOLE_CONTEST, RollupMark, Snapshot, Standing
from quizapp.standings.rules import UNITS_AS, competition_ranks
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import PEOPLE, with_names
from quizapp.standings.service.unit_boards import Name, Rows, unit_boards
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam

TOP = 100
SNAPSHOTS_KEPT = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBoard:
    """A board that differs from its newest snapshot."""

    name: Name
    body: str
    digest: str


def make_boards(scope: Scope, *, at: datetime) -> list[NewBoard]:
    """Return the boards of a scope that changed; reads only, so that nobody waits for it."""
    on = day_in_vietnam(at)
    made: dict[Name, Rows] = unit_boards(scope, on=on)
    for board, lines in people_boards(scope, on=on).items():
        rows: Rows = with_names(lines)
        made |= {(board, units_as): rows for units_as in UNITS_AS}
    known = _digests(scope)
    made |= {name: [] for name in known.keys() - made.keys()}  # those that nobody is left on
    found = []
    for name, rows in made.items():
        body = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        if rows or name in known:
            found.append(NewBoard(name=name, body=body, digest=_digest(scope, body)))
    return [board for board in found if known.get(board.name) != board.digest]


def keep_boards(scope: Scope, boards: Sequence[NewBoard], *, at: datetime) -> None:
    """Write boards as the newest snapshots and drop very old ones.

    Nothing is written when the scope shows another generation by now.
    """
    if not boards or _shown_generation(scope) != scope.generation:
        return
    db.session.execute(
        insert(Snapshot),
        [
            {
                "contest_id": scope.contest_id,
                "round_number": scope.round_number,
                "board": board.name[0],
                "units_as": board.name[1],
                "generation": scope.generation,
                "as_of": at,
                "digest": board.digest,
                "body": board.body,
            }
            for board in boards
        ],
    )
    _drop_old(scope, {board.name[0] for board in boards})


def stamp_boards(*, at: datetime) -> None:
    """Note that all boards show what was final at `at`."""
    db.session.execute(update(RollupMark).values(as_of=at))


def people_boards(scope: Scope, *, on: date) -> dict[str, Rows]:
    """Return the board of all people, and of those of each division, people by their ids."""
    newest = select(Round.rule_set_id).where(Round.contest_id == scope.contest_id)
    rule_set = db.session.scalar(newest.order_by(Round.number.desc()).limit(1))
    divisions = contests.get_rules(rule_set).divisions if rule_set is not None else ()
    boards = {
        f"{PEOPLE}/{one.name}": _people_lines(scope, on, Standing.division == place)
        for place, one in enumerate(divisions, start=1)
    }
    return {PEOPLE: _people_lines(scope, on)} | boards


def _people_lines(scope: Scope, on: date, *where: ColumnElement[bool]) -> Rows:
    rows = db.session.execute(
        select(
            Standing.person_id,
            Standing.unit_id,
            Standing.rank_key,
            Standing.points_milli,
            Standing.duration_ms,
            Standing.attempts,
            Standing.error,
        )
        .where(Standing.contest_id == scope.contest_id)
        .where(Standing.round_number == scope.round_number)
        .where(Standing.generation == scope.generation)
        .where(*where)
        .where(Standing.rank_key != b"")  # where rounds stand alone nobody is ranked over all
        .order_by(Standing.rank_key, Standing.person_id)
        .limit(TOP)
    ).all()
    cards = units.get_cards({row.unit_id for row in rows} - {NO_UNIT}, on=on)
    ranks = competition_ranks([row.rank_key for row in rows])
    return [
        {
            "rank": rank,
            "person_id": row.person_id,
            "unit": cards[row.unit_id].name if row.unit_id in cards else None,
            "points_milli": row.points_milli,
            "duration_ms": row.duration_ms,
            "attempts": row.attempts,
        }
        | ({} if row.error is None else {"error": row.error})
        for rank, row in zip(ranks, rows, strict=True)
    ]


def _digest(scope: Scope, body: str) -> str:
    return hashlib.sha256(f"{scope.generation}\n{body}".encode()).hexdigest()


def _digests(scope: Scope) -> dict[Name, str]:
    """Return the digest of the newest snapshot of each board."""
    newest = (
        select(func.max(Snapshot.id))
        .where(Snapshot.contest_id == scope.contest_id)
        .where(Snapshot.round_number == scope.round_number)
        .group_by(Snapshot.board, Snapshot.units_as)
    )
    rows = db.session.execute(
        select(Snapshot.board, Snapshot.units_as, Snapshot.digest).where(Snapshot.id.in_(newest))
    )
    return {(row.board, row.units_as): row.digest for row in rows}


def _shown_generation(scope: Scope) -> int | None:
    """Return the generation that is shown, which no rebuild changes until we have committed."""
    shown = select(Contest.generation).where(Contest.id == scope.contest_id)
    if scope.round_number != WHOLE_CONTEST:
        shown = select(Round.generation).where(
            Round.contest_id == scope.contest_id, Round.number == scope.round_number
        )
    return db.session.scalar(shown.with_for_update(read=True))


def _drop_old(scope: Scope, boards: Collection[str]) -> None:
    """Keep so many of the newest snapshots of each of these boards."""
    number = func.row_number().over(
        partition_by=(Snapshot.board, Snapshot.units_as), order_by=Snapshot.id.desc()
    )
    numbered = (
        select(Snapshot.id, number.label("number"))
        .where(Snapshot.contest_id == scope.contest_id)
        .where(Snapshot.round_number == scope.round_number)
        .where(Snapshot.board.in_(boards))
        .subquery()
    )
    old = select(numbered.c.id).where(numbered.c.number > SNAPSHOTS_KEPT)
    db.session.execute(
        delete(Snapshot).where(Snapshot.id.in_(old)).execution_options(synchronize_session=False)
    )
