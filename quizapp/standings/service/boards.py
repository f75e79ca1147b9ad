"""Boards as pages read them, whatever the worker is doing: the newest snapshot of people, provinces
and sectors; of the units below one, what is counted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from quizapp.contests import service as contests
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.hiding import tier
from quizapp.contests.service import ContestCard
from quizapp.db import db, run
from quizapp.people import service as people
from quizapp.standings.models import WHOLE_CONTEST, FrozenBoard, RollupMark, Snapshot
from quizapp.standings.rules import ordered_by
from quizapp.standings.service import FrozenScope, Scope
from quizapp.standings.service.unit_boards import board_of_children
from quizapp.units import service as units
from quizapp.units.rules.naming import keys_of, query_of
from quizapp.vietnamese import day_in_vietnam

STALE_AFTER = timedelta(seconds=15)
OF_POINTS = frozenset({"mean_centi", "passed", "pass_centi"})
PEOPLE = "people"  # and `people/<name>`: the people of one division
OF_UNIT = "units/"  # and a code: the units right below it
OF_DIVISION = "divisions"  # `divisions/<name>`: units of one division, right below the organiser


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """A board as shown. `rows` are ready for JSON; `as_of` is None before the first result."""

    round_number: int
    as_of: datetime | None
    is_stale: bool
    rows: Sequence[Mapping[str, object]]
    is_final: bool
    is_withheld: bool = False
    is_in_tiers: bool = False
    frozen_at: datetime | None = None  # since when it stays as it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """How new what is counted is. `as_of` is None before the first result."""

    as_of: datetime | None
    is_stale: bool


def find_board(
    scope: Scope,
    board: str,
    *,
    units_as: str,
    is_closed: bool,
    now: datetime,
    unit_id: int | None = None,
) -> Board:
    """Return a board, an empty one when there is nothing on it.

    `unit_id` is that of the unit in the board's name, if there is one and it is known already.
    `is_closed` tells that the scope's generation has final ranks; a snapshot has them once it was
    made anew from it. (Counts of units are the same before and after.)
    """
    frozen_at = scope.at if isinstance(scope, FrozenScope) else None
    on = day_in_vietnam(frozen_at or now)
    generation, rows = _shown(scope, board, units_as=units_as, on=on, unit_id=unit_id)
    fresh = freshness_in(scope, now=now)
    # The very first boards of an installation are written just before their moment is.
    return Board(
        round_number=scope.round_number,
        as_of=fresh.as_of,
        is_stale=fresh.is_stale,
        rows=rows if fresh.as_of else (),
        is_final=is_closed and generation == scope.generation,
        frozen_at=frozen_at,
    )


def freshness_in(scope: Scope, *, now: datetime) -> Freshness:
    """Return how new what a scope shows is; of a freeze it never grows stale."""
    if isinstance(scope, FrozenScope):
        return Freshness(as_of=scope.as_of, is_stale=False)
    return get_freshness(now=now)


def with_names(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Return the rows of a board of people, whose lines name them by id, as they are shown now.

    Whoever is gone altogether, as from a rehearsal that was emptied, is left out.
    """
    persons = people.get_person_cards([one["person_id"] for one in lines])
    return [
        {
            "rank": one["rank"],
            "person": {"name": persons[one["person_id"]].shown_name, "unit": one["unit"]},
            "points_milli": one["points_milli"],
            "duration_ms": one["duration_ms"],
        }
        | ({"error": one["error"]} if "error" in one else {})
        for one in lines
        if one["person_id"] in persons
    ]


def get_freshness(*, now: datetime) -> Freshness:
    """Return of when what the worker counts is, and whether it has not been seen for a while."""
    (mark,) = run(_mark())
    is_stale = mark.seen_at is None or now - mark.seen_at > STALE_AFTER
    return Freshness(as_of=mark.as_of, is_stale=is_stale)


@cache
def _mark() -> Select[*tuple[Any, ...]]:
    return select(RollupMark.as_of, RollupMark.seen_at)


def withheld(board: Board) -> Board:
    """Return the board without its rows, while the rules keep points and order back."""
    return replace(board, rows=[], is_withheld=True)


def find_body(
    scope: Scope, board: str, *, units_as: str, on: date
) -> Sequence[Mapping[str, object]]:
    """Return the rows of a board on a day, none when there is nothing on it."""
    return _shown(scope, board, units_as=units_as, on=on)[1]


def _shown(
    scope: Scope, board: str, *, units_as: str, on: date, unit_id: int | None = None
) -> tuple[int | None, Sequence[Mapping[str, object]]]:
    """Return (generation, rows) of a board; of a snapshot the one that it was made from."""
    if board.startswith(OF_UNIT):
        if unit_id is None:
            unit = units.find_unit(board.removeprefix(OF_UNIT))
            if unit is None:
                return scope.generation, []
            unit_id = unit.id
        return scope.generation, board_of_children(scope, unit_id, units_as=units_as, on=on)
    if isinstance(scope, FrozenScope):
        rows = find_frozen(scope, board, units_as=units_as) or []
        return scope.generation, with_names(rows) if board.startswith(PEOPLE) else rows
    rows = run(
        _newest(),
        contest_id=scope.contest_id,
        round_number=scope.round_number,
        board=board,
        units_as=units_as,
    )
    return (rows[0].generation, list(json.loads(rows[0].body))) if rows else (None, [])


@cache
def _newest() -> Select[*tuple[Any, ...]]:
    """Select the newest snapshot of a board."""
    place = ("contest_id", "round_number", "board", "units_as")
    return (
        select(Snapshot.generation, Snapshot.body)
        .where(*(getattr(Snapshot, name) == bindparam(name) for name in place))
        .order_by(Snapshot.id.desc())
        .limit(1)
    )


def find_frozen(scope: FrozenScope, board: str, *, units_as: str = "then") -> Any:
    """Return what a freeze keeps under a name, people by their ids; None when there is nothing."""
    table = FrozenBoard
    body = db.session.scalar(
        select(table.body).where(
            table.freeze_id == scope.freeze_id,
            table.round_number == scope.round_number,
            table.board == board,
            table.units_as == units_as,
        )
    )
    return None if body is None else json.loads(body)


def scopes_of(contest: ContestCard) -> dict[int, Scope]:
    """Return the scope of each round by its number, and of the whole contest under 0."""
    rounds = {
        one.number: Scope(contest_id=contest.id, round_number=one.number, generation=one.generation)
        for one in contest.rounds
    }
    whole = Scope(contest_id=contest.id, round_number=WHOLE_CONTEST, generation=contest.generation)
    return rounds | {WHOLE_CONTEST: whole}


def in_tiers(board: Board) -> Board:
    """Return a unit board that names units by tiers of their rank, in a tier by name: no number.

    For while a prediction is open that any count would give away.
    """
    known: Sequence[Mapping[str, Any]] = board.rows
    rows = [{"ranks": list(tier(row["rank"])), "unit": row["unit"]} for row in known]
    rows.sort(key=lambda row: (row["ranks"], keys_of(row["unit"]["name"]).sort_key))
    return replace(board, rows=rows, is_in_tiers=True)


def ordered(board: Board, order: str) -> Board:
    """Return a unit board ranked by one of ORDERS."""
    return replace(board, rows=ordered_by(order, board.rows))


def of_division(board: Board, contest_rules: ContestRules, place: int) -> Board:
    """Return a board of units with those only whose people stand in a division, ranked anew."""
    known: Sequence[Mapping[str, Any]] = board.rows
    ids = units.get_ids({row["unit"]["code"] for row in known})
    divisions = contests.find_divisions(contest_rules, set(ids.values()))
    mine = [row for row in known if divisions.get(ids.get(row["unit"]["code"])) == place]
    return replace(board, rows=ordered_by("people", mine))


def found(board: Board, query: str) -> Board:
    """Return a board with those rows only whose unit or person is named so, without marks.

    Every word that is asked for begins a word of the name; short forms are written out.
    """
    words = query_of(query).words
    known: Sequence[Mapping[str, Any]] = board.rows
    return replace(board, rows=[row for row in known if words and _is_named(row, words)])


def _is_named(row: Mapping[str, Any], words: Sequence[str]) -> bool:
    named = row["person"] if "person" in row else row["unit"]
    names = (named["name"], named.get("unit"), named.get("name_en"))
    keys = [keys_of(name) for name in names if name]
    return all(any(f" {word}" in one.search_key + one.initials for one in keys) for word in words)


def shortened(board: Board, most: int) -> Board:
    """Return a board with its first rows only."""
    return replace(board, rows=board.rows[:most])


def without_means(board: Board) -> Board:
    """Return a unit board without what its people's points give, while they are kept back."""
    rows = [{k: v for k, v in row.items() if k not in OF_POINTS} for row in board.rows]
    return replace(board, rows=rows)
