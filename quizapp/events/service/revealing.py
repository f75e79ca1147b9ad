"""Telling an order from its last place up: what has not been told stands in no public byte."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.contests.rules.hiding import Hidden
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.errors import N_
from quizapp.events.errors import (
    AllRevealed,
    NeedsClose,
    NeedsFreeze,
    NotBegun,
    NothingToReveal,
    NotThatState,
)
from quizapp.events.models import Event, Reveal
from quizapp.events.rules import (
    Kind,
    State,
    digest_of,
    from_json,
    next_rows,
    places_of,
    ranks_of,
    told_rows,
)
from quizapp.events.rules.invention import invented_rows
from quizapp.events.service.reading import EventCard, locked
from quizapp.events.service.standstill import thaw
from quizapp.results.service.announcing import publish_closes
from quizapp.standings.rules import ordered_by
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import PEOPLE, scopes_of, with_names
from quizapp.standings.service.snapshots import people_boards
from quizapp.standings.service.unit_boards import board_of_children, unit_boards
from quizapp.vietnamese import day_in_vietnam
from quizapp.web.language import translated

Rows = Sequence[Mapping[str, Any]]
ALL_TOLD = N_("Đã công bố xong trên màn hình.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealing:
    """How far a reveal has come: `told` may be shown to all, `coming` to who runs it only."""

    places: int
    shown: int
    is_final: bool
    told: Rows
    coming: Rows


def begin_reveal(contest: ContestCard, number: int, *, actor: str, at: datetime) -> None:
    """Fix the order that the shown state will tell; nothing of it is told yet.

    Begun again it is fixed anew while nothing was told, and stays once something was. Raises
    NotThatState, NeedsFreeze, NeedsClose or NothingToReveal.
    """
    event = locked(contest, number)
    state = _reveal_shown(event)
    before = _find(event.id, state.id)
    if before is not None and before.shown:
        return
    is_final = contest.is_final(event.round_number) or event.seed is not None
    if event.seed is None and contest.freeze_id is None:
        raise NeedsFreeze
    if not is_final and not contest.is_rehearsal:
        raise NeedsClose
    rows = places_of(_order_of(contest, event, state, at=at), top=state.top)
    if not rows:
        raise NothingToReveal
    if before is not None:
        db.session.delete(before)
        db.session.flush()  # the next has the same place
    digest = digest_of(rows)
    db.session.add(
        Reveal(
            event_id=event.id,
            item=state.id,
            body=json.dumps(rows, ensure_ascii=False),
            digest=digest,
            places=len(ranks_of(rows)),
            shown=0,
            is_final=int(is_final),
            begun_at=at,
        )
    )
    event.moves += 1
    _record("event.begin_reveal", event, actor=actor, after=digest, at=at)


def reveal_next(contest: ContestCard, number: int, *, shown: int, actor: str, at: datetime) -> None:
    """Tell the next place; with the last of the evening's reveals, boards are let go.

    `shown` is how many places whoever asks has seen told: a second tap, or two who press at once,
    tell one place only.
    Raises NotThatState, NotBegun, AllRevealed or NeedsClose.
    """
    event = locked(contest, number)
    state = _reveal_shown(event)
    reveal = _find(event.id, state.id)
    if reveal is None:
        raise NotBegun
    if shown < reveal.shown:
        return
    if reveal.shown == reveal.places:
        raise AllRevealed
    is_real = reveal.is_final and event.seed is None
    if is_real and not contest.is_final(event.round_number):
        raise NeedsClose  # the close was undone meanwhile
    reveal.shown += 1
    event.moves += 1
    rank = ranks_of(json.loads(reveal.body))[-reveal.shown]
    _record("event.reveal", event, actor=actor, after=f"{reveal.digest} {rank}", at=at)
    if is_real and reveal.shown == reveal.places:
        publish_closes(contest, event.round_number, at=at)
    is_frozen = contest.freeze_id is not None and event.seed is None
    if is_frozen and _is_all_told(event):
        thaw(contest, actor=actor, reason=translated(ALL_TOLD), at=at)


def get_revealing(event: EventCard, state: State) -> Revealing | None:
    """Return how far the reveal of a state has come, None before it has begun."""
    reveal = _find(event.id, state.id)
    if reveal is None:
        return None
    rows = json.loads(reveal.body)
    return Revealing(
        places=reveal.places,
        shown=reveal.shown,
        is_final=bool(reveal.is_final),
        told=_named(state, told_rows(rows, shown=reveal.shown)),
        coming=_named(state, next_rows(rows, shown=reveal.shown)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """All that a reveal tells, in order of rank; `at` is of when."""

    rows: Rows
    is_final: bool
    at: datetime


def find_whole_order(
    contest: ContestCard, event: EventCard, state: State, *, at: datetime
) -> Order | None:
    """Return what a reveal tells in the end, for who may know it before.

    The order that was fixed when it began; else that of final ranks. None where there are none, or
    an open prediction keeps counts back: then only what everybody may see can be told.
    """
    reveal = _find(event.id, state.id)
    if reveal is not None:
        rows = _named(state, json.loads(reveal.body))
        return Order(rows=rows, is_final=bool(reveal.is_final), at=reveal.begun_at)
    number = event.round_number
    is_open = not contest.is_final(number) or Hidden.COUNTS in contest.hides(number, at)
    if is_open and event.seed is None:
        return None
    rows = places_of(_order_of(contest, event, state, at=at), top=state.top)
    return Order(rows=_named(state, rows), is_final=True, at=at)


def _order_of(
    contest: ContestCard, event: Event | EventCard, state: State, *, at: datetime
) -> Rows:
    """Return the order that a reveal of the event would tell; an invented one of a rehearsal."""
    if event.seed is not None:
        return invented_rows(event.seed, state.board, state.order)
    return _order_now(contest, event.round_number, state, at=at)


def _order_now(contest: ContestCard, number: int, state: State, *, at: datetime) -> Rows:
    """Return the order as it stands in the database, past any freeze; people by their ids."""
    scope, on = scopes_of(contest)[number], day_in_vietnam(at)
    if state.board == PEOPLE:
        return people_boards(scope, on=on)[PEOPLE]
    return ordered_by(state.order, _units_now(contest, scope, state.board, at=at))


def _units_now(contest: ContestCard, scope: Scope, board: str, *, at: datetime) -> Rows:
    on = day_in_vietnam(at)
    if board == "units":
        return board_of_children(scope, contest.owner_unit_id, units_as="then", on=on)
    return unit_boards(scope, on=on).get((board, "then"), [])


def _named(state: State, rows: Rows) -> Rows:
    is_by_id = any("person_id" in row for row in rows)  # of a rehearsal nobody has one
    return with_names(rows) if state.board == PEOPLE and is_by_id else rows


def _reveal_shown(event: Event) -> State:
    states = from_json(event.items)
    shown = states[event.position] if event.position < len(states) else None
    if shown is None or shown.kind is not Kind.REVEAL:
        raise NotThatState
    return shown


def _is_all_told(event: Event) -> bool:
    """Tell whether every reveal in the event's list has told all its places."""
    rows = db.session.scalars(select(Reveal).where(Reveal.event_id == event.id))
    done = {one.item for one in rows if one.shown == one.places}
    return all(one.id in done for one in from_json(event.items) if one.kind is Kind.REVEAL)


def _find(event_id: int, state_id: int) -> Reveal | None:
    mine = select(Reveal).where(Reveal.event_id == event_id, Reveal.item == state_id)
    return db.session.scalar(mine)


def _record(action: str, event: Event, *, actor: str, after: str, at: datetime) -> None:
    audit.record(action, actor=actor, object=f"event:{event.id}", after=after, at=at)
