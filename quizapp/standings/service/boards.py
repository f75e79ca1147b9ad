"""Boards: made by the worker from standings and counts, kept as snapshots, read by pages."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select

from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.standings.models import (
    NO_UNIT,
    WHOLE_CONTEST,
    RollupMark,
    Snapshot,
    Standing,
    UnitCount,
)
from quizapp.standings.rules import Count, competition_ranks
from quizapp.standings.service import Scope
from quizapp.units import service as units
from quizapp.units.rules.naming import keys_of
from quizapp.units.service import UnitCard

TOP = 100
SNAPSHOTS_KEPT = 20
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


def find_board(scope: Scope, board: str, *, units_as: str, now: datetime) -> Board:
    """Return the newest snapshot of a board, an empty board when there is none."""
    newest = db.session.execute(
        select(Snapshot.as_of, Snapshot.body)
        .where(*_is_board(scope, board, units_as))
        .order_by(Snapshot.id.desc())
        .limit(1)
    ).one_or_none()
    mark = db.session.execute(select(RollupMark.as_of, RollupMark.seen_at)).one()
    moments = [at for at in (newest.as_of if newest else None, mark.as_of) if at is not None]
    return Board(
        round_number=scope.round_number,
        as_of=max(moments, default=None),
        is_stale=mark.seen_at is None or now - mark.seen_at > STALE_AFTER,
        rows=json.loads(newest.body) if newest else [],
    )


def find_body(scope: Scope, board: str, *, units_as: str) -> Sequence[Mapping[str, object]]:
    """Return the rows of a board's newest snapshot, none when there is no snapshot."""
    body = db.session.scalar(
        select(Snapshot.body)
        .where(*_is_board(scope, board, units_as))
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


def write_snapshots(scope: Scope, *, at: datetime) -> None:
    """Write every board of the scope that changed, from the top of the standings and the counts."""
    on = at.date()
    counts = _counts(scope)
    present = units.get_present_ids()
    cards = units.get_cards({*counts, *present.values()} - {NO_UNIT}, on=on)
    people_rows = _people_rows(scope, cards)
    for units_as in UNITS_AS:
        _keep(scope, "people", units_as, people_rows, at=at)
        shown = counts if units_as == "then" else _as_now(counts, present)
        for board, kinds in KINDS.items():
            chosen = [card for card in cards.values() if card.id in shown and card.kind in kinds]
            _keep(scope, board, units_as, _unit_rows(chosen, shown), at=at)
        for parent, children in _families(cards, shown).items():
            rows = _unit_rows(children, shown)
            _keep(scope, f"units/{cards[parent].code}", units_as, rows, at=at)


def _people_rows(scope: Scope, cards: Mapping[int, UnitCard]) -> list[dict[str, object]]:
    rows = db.session.execute(
        select(
            Standing.person_id,
            Standing.unit_id,
            Standing.rank_key,
            Standing.points_milli,
            Standing.duration_ms,
        )
        .where(Standing.contest_id == scope.contest_id)
        .where(Standing.round_number == scope.round_number)
        .where(Standing.generation == scope.generation)
        .order_by(Standing.rank_key, Standing.person_id)
        .limit(TOP)
    ).all()
    persons = people.get_person_cards([row.person_id for row in rows])
    ranks = competition_ranks([row.rank_key for row in rows])
    return [
        {
            "rank": rank,
            "person": {
                "name": persons[row.person_id].shown_name,
                "unit": cards[row.unit_id].name if row.unit_id in cards else None,
            },
            "points_milli": row.points_milli,
            "duration_ms": row.duration_ms,
        }
        for rank, row in zip(ranks, rows, strict=True)
    ]


def _unit_rows(cards: Iterable[UnitCard], counts: Mapping[int, Count]) -> list[dict[str, object]]:
    """Return the rows of a unit board: most people first, equal numbers share a rank."""
    ordered = sorted(
        cards, key=lambda card: (-counts[card.id].people, keys_of(card.name).sort_key, card.id)
    )
    ranks = competition_ranks([counts[card.id].people for card in ordered])
    return [
        {
            "rank": rank,
            "unit": {"code": card.code, "name": card.name, "name_en": card.name_en},
            "people": counts[card.id].people,
            "attempts": counts[card.id].attempts,
        }
        for rank, card in zip(ranks, ordered, strict=True)
    ]


def _families(
    cards: Mapping[int, UnitCard], counts: Mapping[int, Count]
) -> dict[int, list[UnitCard]]:
    """Return the units that count something, by the unit above them."""
    families: dict[int, list[UnitCard]] = {}
    for unit_id in counts:
        card = cards.get(unit_id)
        if card is not None and card.parent_id is not None and card.parent_id in cards:
            families.setdefault(card.parent_id, []).append(card)
    return families


def _counts(scope: Scope) -> dict[int, Count]:
    rows = db.session.scalars(
        select(UnitCount)
        .where(UnitCount.contest_id == scope.contest_id)
        .where(UnitCount.round_number == scope.round_number)
        .where(UnitCount.people > 0)
    )
    return {row.unit_id: Count(people=row.people, attempts=row.attempts) for row in rows}


def _as_now(counts: Mapping[int, Count], present: Mapping[int, int]) -> dict[int, Count]:
    """Return the counts with every ended unit's numbers under the unit that stands for it now."""
    moved: dict[int, Count] = {}
    for unit_id, count in counts.items():
        total = moved.setdefault(present.get(unit_id, unit_id), Count())
        total.people += count.people
        total.attempts += count.attempts
    return moved


def _keep(
    scope: Scope, board: str, units_as: str, rows: Sequence[Mapping[str, object]], *, at: datetime
) -> None:
    """Write the board as a new snapshot when it differs from the newest; drop very old ones."""
    body = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(f"{scope.generation}\n{body}".encode()).hexdigest()
    kept = db.session.execute(
        select(Snapshot.id, Snapshot.digest)
        .where(*_is_board(scope, board, units_as))
        .order_by(Snapshot.id.desc())
        .limit(SNAPSHOTS_KEPT)
    ).all()
    if kept and kept[0].digest == digest:
        return
    db.session.execute(
        insert(Snapshot).values(
            contest_id=scope.contest_id,
            round_number=scope.round_number,
            board=board,
            units_as=units_as,
            generation=scope.generation,
            as_of=at,
            digest=digest,
            body=body,
        )
    )
    if len(kept) == SNAPSHOTS_KEPT:
        oldest = kept[-1].id
        db.session.execute(
            delete(Snapshot).where(*_is_board(scope, board, units_as), Snapshot.id < oldest)
        )


def _is_board(scope: Scope, board: str, units_as: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Snapshot.contest_id == scope.contest_id,
        Snapshot.round_number == scope.round_number,
        Snapshot.board == board,
        Snapshot.units_as == units_as,
    )
