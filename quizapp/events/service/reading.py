"""Reading events, for organisers and for whoever holds a screen's link."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from quizapp.contests import service as contests
from quizapp.contests.models import Contest
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.events.errors import LinkEnded, NoSuchCode, NoSuchEvent
from quizapp.events.models import Event
from quizapp.events.rules import State, from_json
from quizapp.web.guards import PageTooOld, read_signed, signed

SCREEN = "screen"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventCard:
    """An evening of a contest, with its states in their order.

    `round_number` is whose boards it shows (0: the whole contest's); `position` counts states from
    0, and `moves` goes up with every move.
    """

    id: int
    contest_id: int
    number: int
    title: str
    round_number: int
    code: str
    link: int
    theme: str
    aspect: str
    states: tuple[State, ...]
    position: int
    moves: int
    seed: int | None = None  # of a rehearsal: what it tells is invented from this

    @property
    def is_rehearsal(self) -> bool:
        return self.seed is not None

    @property
    def shown(self) -> State | None:
        """Return the state that screens show; None of an event without any."""
        return self.states[self.position] if self.position < len(self.states) else None

    @property
    def coming(self) -> State | None:
        """Return the state after it; None at the end."""
        return self.states[self.position + 1] if self.position + 1 < len(self.states) else None


def card_of(event: Event) -> EventCard:
    """Return the event as pages use it."""
    return EventCard(
        id=event.id,
        contest_id=event.contest_id,
        number=event.number,
        title=event.title,
        round_number=event.round_number,
        code=event.code,
        link=event.link,
        theme=event.theme,
        aspect=event.aspect,
        states=from_json(event.items),
        position=event.position,
        moves=event.moves,
        seed=event.seed,
    )


def get_events(contest: ContestCard) -> Sequence[EventCard]:
    """Return the contest's events, newest first."""
    mine = select(Event).where(Event.contest_id == contest.id).order_by(Event.number.desc())
    return [card_of(one) for one in db.session.scalars(mine)]


def get_event(contest: ContestCard, number: int | None) -> EventCard:
    """Return an event of the contest, its newest for None. Raises NoSuchEvent."""
    mine = select(Event).where(Event.contest_id == contest.id).order_by(Event.number.desc())
    if number is not None:
        mine = mine.where(Event.number == number)
    event = db.session.scalar(mine.limit(1))
    if event is None:
        raise NoSuchEvent
    return card_of(event)


def locked(contest: ContestCard, number: int) -> Event:
    """Return the row of an event, which nobody else changes now. Raises NoSuchEvent."""
    mine = select(Event).where(Event.contest_id == contest.id, Event.number == number)
    event = db.session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if event is None:
        raise NoSuchEvent
    return event


def link_of(contest: ContestCard, event: EventCard) -> str:
    """Return the seal by which a screen opens the event without signing in."""
    return signed(SCREEN, contest.slug, f"{event.number}.{event.link}")


def get_linked(slug: str, seal: str) -> tuple[ContestCard, EventCard]:
    """Return the contest and event that a screen's link opens. Raises NoSuchContest, LinkEnded."""
    contest = contests.get_contest(slug)
    try:
        number, _, link = read_signed(seal, SCREEN, contest.slug).partition(".")
    except PageTooOld as error:
        raise LinkEnded from error
    event = get_event(contest, int(number))
    if event.link != int(link):
        raise LinkEnded
    return contest, event


def find_by_code(code: str) -> str:
    """Return the slug of the contest that a hall's six digits lead to. Raises NoSuchCode."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 6:
        raise NoSuchCode
    found = select(Contest.slug).join(Event, Event.contest_id == Contest.id)
    slug = db.session.scalar(found.where(Event.code == digits))
    if slug is None:
        raise NoSuchCode
    return slug
