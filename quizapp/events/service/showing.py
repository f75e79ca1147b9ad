"""What a screen shows, in pieces: one for where it stands, one for each state.

All of it is what everybody may see (`as_seen`, `get_public_board`), so a freeze and an open
prediction hold here as they do on pages; of a reveal it holds the places told so far only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard
from quizapp.events.rules import MOST_ROWS, PODIUM, Kind, State
from quizapp.events.rules.invention import invented_rows, invented_tiles, invented_totals
from quizapp.events.rules.tiles import Tile, tiles_of
from quizapp.events.service.reading import EventCard
from quizapp.events.service.revealing import Revealing, get_revealing
from quizapp.standings.service.boards import Board
from quizapp.standings.service.freezing import Seen, as_seen
from quizapp.standings.service.public import Wanted, get_public_board
from quizapp.standings.service.totals import Totals, get_totals
from quizapp.units import service as units


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many took part (None while that is kept back), and where."""

    totals: Totals | None
    tiles: Sequence[Tile]
    first: Sequence[Mapping[str, Any]]  # rows of the board of provinces


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a state shows: of it only what its kind has."""

    state: State
    board: Board | None = None
    rows: Sequence[Mapping[str, Any]] = ()
    counted: Counted | None = None
    revealing: Revealing | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Showing:
    """A contest and its event as a screen sees them now."""

    seen: Seen
    event: EventCard
    parts: Sequence[Part]


def get_showing(contest: ContestCard, event: EventCard, *, at: datetime) -> Showing:
    """Return all that an event's screens may show at `at`; a board is read once."""
    seen = as_seen(contest, at)
    if event.seed is not None:
        parts = [_invented(event, event.seed, state) for state in event.states]
        return Showing(seen=seen, event=event, parts=parts)
    made: dict[Wanted, Board] = {}
    parts = [_part(seen, event, state, made) for state in event.states]
    return Showing(seen=seen, event=event, parts=parts)


def _part(seen: Seen, event: EventCard, state: State, made: dict[Wanted, Board]) -> Part:
    number = event.round_number
    if state.kind is Kind.COUNTS:
        board = _board(seen, Wanted(board="provinces", number=number), made)
        return Part(state=state, board=board, counted=_counted(seen, number, board))
    if state.kind is Kind.REVEAL:
        return _revealed(event, state)
    if state.kind not in {Kind.BOARD, Kind.PODIUM}:
        return Part(state=state)
    name = _name(seen.contest, state.board)
    wanted = Wanted(board=name, number=number, order=_order(seen, state, number))
    board = _board(seen, wanted, made)
    return Part(state=state, board=board, rows=_rows(board, state), as_of=board.as_of)


def _invented(event: EventCard, seed: int, state: State) -> Part:
    """Return what a state of a rehearsal shows: nothing that is stored of anybody."""
    if state.kind is Kind.COUNTS:
        people, attempts = invented_totals(seed)
        counted = Counted(
            totals=Totals(people=people, attempts=attempts),
            tiles=invented_tiles(seed),
            first=invented_rows(seed, "provinces", "people")[:PODIUM],
        )
        return Part(state=state, counted=counted)
    if state.kind is Kind.REVEAL:
        return _revealed(event, state)
    if state.kind not in {Kind.BOARD, Kind.PODIUM}:
        return Part(state=state)
    rows = invented_rows(seed, state.board, state.order)
    board = Board(
        round_number=event.round_number, as_of=None, is_stale=False, rows=rows, is_final=True
    )
    return Part(state=state, board=board, rows=_rows(board, state))


def _revealed(event: EventCard, state: State) -> Part:
    revealing = get_revealing(event, state)
    return Part(state=state, revealing=revealing, rows=revealing.told if revealing else ())


def _rows(board: Board, state: State) -> Sequence[Mapping[str, Any]]:
    """Return what fits: of a podium the first three ranks, but nobody where ranks are kept back."""
    if state.kind is Kind.BOARD:
        return board.rows[:MOST_ROWS]
    known: Sequence[Mapping[str, Any]] = board.rows
    return [row for row in known if row.get("rank") and row["rank"] <= PODIUM]


def _board(seen: Seen, wanted: Wanted, made: dict[Wanted, Board]) -> Board:
    if wanted not in made:
        made[wanted] = get_public_board(seen, wanted)
    return made[wanted]


def _counted(seen: Seen, number: int, board: Board) -> Counted:
    hides = Hidden.COUNTS in seen.contest.hides(number, seen.at)
    rows: Sequence[Mapping[str, Any]] = board.rows
    return Counted(
        totals=None if hides else get_totals(seen.scopes[number]),
        tiles=tiles_of(rows),
        first=[] if board.is_in_tiers else rows[:PODIUM],
    )


def _name(contest: ContestCard, board: str) -> str:
    if board != "units":
        return board
    return f"units/{units.get_unit_by_id(contest.owner_unit_id).code}"


def _order(seen: Seen, state: State, number: int) -> str:
    """Return what a board is ordered by: by people where its own order may not be told now."""
    if state.order == "mean" and not seen.contest.shows_means(number, seen.at):
        return "people"
    if state.order == "pass" and not (
        seen.contest.has_pass_mark(number) and seen.contest.shows_means(number, seen.at)
    ):
        return "people"
    return state.order
