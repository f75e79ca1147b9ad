"""What the screens of an event show in turn, and how a reveal goes. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

THEMES = ("light", "dark", "contrast")
ASPECTS = ("auto", "16:9", "4:3")
BOARDS = ("provinces", "sectors", "units", "people")  # "units": right below the organiser
ORDERS = ("people", "rate", "mean", "pass")
MOST_STATES = 40
MOST_ROWS = 40  # of a board on a screen: five pages of eight
PODIUM = 3
LONGEST_TITLE = 120
LONGEST_MESSAGE = 240
REVEALED = (3, 5, 10, 20)  # how many places a reveal may have
USUAL_REVEAL = 10


class Kind(StrEnum):
    """A kind of state."""

    JOIN = "join"
    COUNTS = "counts"
    BOARD = "board"
    PODIUM = "podium"
    REVEAL = "reveal"
    MESSAGE = "message"
    WAIT = "wait"


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """One thing that a screen shows; `id` stays when the list around it changes.

    `board` and `order` are of a board, podium or reveal; `top` is how many places are revealed;
    `text` is a message.
    """

    id: int
    kind: Kind
    board: str = ""
    order: str = "people"
    top: int = 0
    text: str = ""


STILL: Mapping[str, object] = {}  # what states show that never change
OF_BOARDS = frozenset({Kind.BOARD, Kind.PODIUM, Kind.REVEAL})


def usual_states() -> tuple[State, ...]:
    """Return the states of an evening as most are held."""
    kinds: Sequence[tuple[Kind, str, int]] = (
        (Kind.WAIT, "", 0),
        (Kind.JOIN, "", 0),
        (Kind.COUNTS, "", 0),
        (Kind.BOARD, "provinces", 0),
        (Kind.BOARD, "sectors", 0),
        (Kind.BOARD, "people", 0),
        (Kind.REVEAL, "people", USUAL_REVEAL),
        (Kind.PODIUM, "people", 0),
    )
    return tuple(
        State(id=number, kind=kind, board=board, top=top)
        for number, (kind, board, top) in enumerate(kinds, start=1)
    )


def read_state(state: State) -> str | None:
    """Return the name of the first field that cannot be so, None when all fit."""
    if state.kind in OF_BOARDS and state.board not in BOARDS:
        return "board"
    if state.order not in ORDERS or (state.board == "people" and state.order != "people"):
        return "order"
    if state.kind is Kind.REVEAL and state.top not in REVEALED:
        return "top"
    if state.kind is Kind.MESSAGE and not 1 <= len(state.text) <= LONGEST_MESSAGE:
        return "text"
    return None


def next_id(states: Sequence[State], *, taken: Sequence[int] = ()) -> int:
    """Return an id that no state has, and none that is `taken` by what is kept of a former one."""
    return max([0, *(one.id for one in states), *taken]) + 1


def with_moved(states: Sequence[State], state_id: int, *, by: int) -> tuple[State, ...]:
    """Return the list with a state one place earlier (-1) or later (1), as far as there is one."""
    at = [one.id for one in states].index(state_id)
    to = min(max(at + by, 0), len(states) - 1)
    moved = list(states)
    moved.insert(to, moved.pop(at))
    return tuple(moved)


def position_after(before: Sequence[State], after: Sequence[State], position: int) -> int:
    """Return where in a changed list the state stands that was shown; else the one at its place."""
    ids = [one.id for one in after]
    shown = before[position].id if position < len(before) else None
    return ids.index(shown) if shown in ids else min(position, max(len(after) - 1, 0))


def stepped(position: int, states: int, *, by: int) -> int:
    """Return the position one on or back; at an end it stays."""
    return min(max(position + by, 0), max(states - 1, 0))


def as_json(states: Sequence[State]) -> str:
    """Return the list as it is stored."""
    return json.dumps([asdict(one) for one in states], ensure_ascii=False)


def from_json(body: str) -> tuple[State, ...]:
    """Return the list that was stored."""
    return tuple(State(**{**one, "kind": Kind(one["kind"])}) for one in json.loads(body))


def places_of(rows: Sequence[Mapping[str, Any]], *, top: int) -> list[Mapping[str, Any]]:
    """Return the rows that a reveal tells: those with a rank up to `top`, in order of rank."""
    return [row for row in rows if row["rank"] is not None and row["rank"] <= top]


def ranks_of(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the different ranks among rows in order of rank: each is told in one step."""
    return list(dict.fromkeys(row["rank"] for row in rows))


def told_rows(rows: Sequence[Mapping[str, Any]], *, shown: int) -> list[Mapping[str, Any]]:
    """Return the rows of the last `shown` places, in order of rank: what everybody may know."""
    told = ranks_of(rows)[-shown:] if shown else []
    return [row for row in rows if row["rank"] in told]


def next_rows(rows: Sequence[Mapping[str, Any]], *, shown: int) -> list[Mapping[str, Any]]:
    """Return the rows that the next step will tell; none when all are told."""
    left = ranks_of(rows)[: -shown or None]
    return [row for row in rows if left and row["rank"] == left[-1]]


def digest_of(body: object) -> str:
    """Return what tells a screen whether it has this already: sixteen digits of SHA-256."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
