"""Making an event and changing what it shows. None of it touches a result."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from quizapp.audit import service as audit
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.errors import N_
from quizapp.events.errors import (
    BadLook,
    BadState,
    NoSuchEvent,
    RevealBegun,
    TitleMissing,
    TooManyStates,
)
from quizapp.events.models import Event, Reveal
from quizapp.events.rules import (
    ASPECTS,
    LONGEST_TITLE,
    MOST_STATES,
    THEMES,
    Kind,
    State,
    as_json,
    from_json,
    next_id,
    position_after,
    read_state,
    usual_states,
    with_moved,
)
from quizapp.events.service.reading import EventCard, card_of, locked
from quizapp.people.service import OrganiserCard
from quizapp.vietnamese import one_line
from quizapp.web.language import translated

PROBLEMS = {
    "board": N_("hãy chọn bảng"),
    "order": N_("bảng cá nhân chỉ xếp theo kết quả"),
    "top": N_("hãy chọn số hạng được công bố"),
    "text": N_("lời nhắn có từ 1 đến 240 chữ"),
}
CODES_TRIED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What an event is called, whose boards it shows and how, as it was typed."""

    title: str
    round_number: int
    theme: str = "light"
    aspect: str = "auto"


def create_event(contest: ContestCard, look: Look, *, actor: str, at: datetime) -> EventCard:
    """Make an event with the states that most evenings have. Raises TitleMissing, BadLook."""
    checked = _checked(contest, look)
    newest = select(func.max(Event.number)).where(Event.contest_id == contest.id)
    event = Event(
        contest_id=contest.id,
        number=(db.session.scalar(newest) or 0) + 1,
        title=checked.title,
        round_number=checked.round_number,
        code=_free_code(),
        link=1,
        theme=checked.theme,
        aspect=checked.aspect,
        items=as_json(usual_states()),
        position=0,
        moves=0,
        created_at=at,
    )
    db.session.add(event)
    db.session.flush()  # the log needs the id
    audit.record("event.create", actor=actor, object=f"event:{event.id}", at=at)
    return card_of(event)


def change_event(
    organiser: OrganiserCard, contest: ContestCard, number: int, look: Look, *, at: datetime
) -> None:
    """Give an event another name, round, colours or shape. Raises TitleMissing, BadLook."""
    event, checked = locked(contest, number), _checked(contest, look)
    event.title, event.round_number = checked.title, checked.round_number
    event.theme, event.aspect = checked.theme, checked.aspect
    _record("event.change", organiser, event, at=at)


def add_state(
    organiser: OrganiserCard, contest: ContestCard, number: int, state: State, *, at: datetime
) -> None:
    """Put a state at the end of the list. Raises BadState, TooManyStates."""
    event = locked(contest, number)
    states = from_json(event.items)
    if len(states) >= MOST_STATES:
        raise TooManyStates(most=MOST_STATES)
    problem = read_state(state)
    if problem is not None:
        raise BadState(problem=translated(PROBLEMS[problem]))
    new = replace(state, id=next_id(states, taken=_revealed(event)))
    _put(event, (*states, new))
    _record("event.change", organiser, event, at=at)


def move_state(
    organiser: OrganiserCard,
    contest: ContestCard,
    number: int,
    state_id: int,
    *,
    by: int,
    at: datetime,
) -> None:
    """Let a state come earlier (-1) or later (1). Raises NoSuchEvent when it is not there."""
    _change(
        organiser, contest, number, state_id, lambda found: with_moved(found, state_id, by=by), at
    )


def remove_state(
    organiser: OrganiserCard, contest: ContestCard, number: int, state_id: int, *, at: datetime
) -> None:
    """Take a state out of the list. Raises RevealBegun of one that everybody was told part of."""
    if state_id in _revealed(locked(contest, number)):
        raise RevealBegun
    _change(
        organiser,
        contest,
        number,
        state_id,
        lambda found: tuple(one for one in found if one.id != state_id),
        at,
    )


def say(
    organiser: OrganiserCard, contest: ContestCard, number: int, text: str, *, at: datetime
) -> None:
    """Show a message at once: in the list's own state for it, or in a new one after what is shown.

    Raises BadState.
    """
    event = locked(contest, number)
    states, words = from_json(event.items), one_line(text)
    own = next((one for one in states if one.kind is Kind.MESSAGE), None)
    ids = next_id(states, taken=_revealed(event))
    new = State(id=own.id if own else ids, kind=Kind.MESSAGE, text=words)
    problem = read_state(new)
    if problem is not None:
        raise BadState(problem=translated(PROBLEMS[problem]))
    after = event.position + 1
    changed = (
        tuple(new if one.id == new.id else one for one in states)
        if own
        else (*states[:after], new, *states[after:])
    )
    event.items = as_json(changed)
    event.position = changed.index(new)
    event.moves += 1
    _record("event.say", organiser, event, at=at)


def renew_link(
    organiser: OrganiserCard, contest: ContestCard, number: int, *, at: datetime
) -> None:
    """End every link to the event's screens that was given out."""
    event = locked(contest, number)
    event.link += 1
    _record("event.renew_link", organiser, event, at=at)


def _change(
    organiser: OrganiserCard,
    contest: ContestCard,
    number: int,
    state_id: int,
    change: Callable[[tuple[State, ...]], tuple[State, ...]],
    at: datetime,
) -> None:
    event = locked(contest, number)
    states = from_json(event.items)
    if state_id not in {one.id for one in states}:
        raise NoSuchEvent
    _put(event, change(states))
    _record("event.change", organiser, event, at=at)


def _put(event: Event, states: tuple[State, ...]) -> None:
    """Store a changed list; what is shown stays shown while it is there."""
    event.position = position_after(from_json(event.items), states, event.position)
    event.items = as_json(states)
    event.moves += 1


def _checked(contest: ContestCard, look: Look) -> Look:
    title = one_line(look.title)
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise TitleMissing
    rounds = {one.number for one in contest.rounds} | ({0} if contest.ranks_whole else set())
    fits = look.theme in THEMES and look.aspect in ASPECTS and look.round_number in rounds
    if not fits:
        raise BadLook
    return replace(look, title=title)


def _free_code() -> str:
    """Return six digits that no event has. The column is unique: two at once cannot have them."""
    for _ in range(CODES_TRIED):
        code = f"{secrets.randbelow(900_000) + 100_000}"
        if db.session.scalar(select(Event.id).where(Event.code == code)) is None:
            return code
    raise RuntimeError("no code is free")


def _revealed(event: Event) -> list[int]:
    """Return the ids of states of which a reveal is kept."""
    return list(db.session.scalars(select(Reveal.item).where(Reveal.event_id == event.id)))


def _record(action: str, organiser: OrganiserCard, event: Event, *, at: datetime) -> None:
    actor = f"organiser:{organiser.id}"
    audit.record(action, actor=actor, object=f"event:{event.id}", at=at)
