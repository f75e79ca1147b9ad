"""Moving an event on and back: from the operator's phone, or by a clicker at a screen."""

from quizapp.contests.service import ContestCard
from quizapp.events.rules import from_json, stepped
from quizapp.events.service.reading import EventCard, card_of, locked


def go_to(contest: ContestCard, number: int, position: int) -> EventCard:
    """Show the state at a position, the nearest where there is none so far."""
    event = locked(contest, number)
    to = stepped(position, len(from_json(event.items)), by=0)
    if to != event.position:
        event.position = to
        event.moves += 1
    return card_of(event)


def step_screen(contest: ContestCard, event: EventCard, position: int, *, moves: int) -> EventCard:
    """Let a screen that was moved by hand move everybody, unless somebody else did meanwhile.

    `moves` is what the screen had seen: with another number, what it did is left out.
    """
    row = locked(contest, event.number)
    if row.moves != moves:
        return card_of(row)
    return go_to(contest, event.number, position)
