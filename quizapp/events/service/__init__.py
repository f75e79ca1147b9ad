"""Evenings in halls: what their screens show, who moves them, and the reveal of results."""

from quizapp.events.service import naming  # noqa: F401 - registers how the log names an event
from quizapp.events.service.arranging import (
    add_state,
    change_event,
    create_event,
    move_state,
    remove_state,
    renew_link,
    say,
)
from quizapp.events.service.packing import ask_pack, make_pack
from quizapp.events.service.playing import go_to, step_screen
from quizapp.events.service.reading import (
    EventCard,
    find_by_code,
    get_event,
    get_events,
    get_linked,
    link_of,
)
from quizapp.events.service.rehearsing import rehearse_event
from quizapp.events.service.revealing import Revealing, begin_reveal, get_revealing, reveal_next
from quizapp.events.service.standstill import freeze, thaw

__all__ = [
    "EventCard",
    "Revealing",
    "add_state",
    "ask_pack",
    "begin_reveal",
    "change_event",
    "create_event",
    "find_by_code",
    "freeze",
    "get_event",
    "get_events",
    "get_linked",
    "get_revealing",
    "go_to",
    "link_of",
    "make_pack",
    "move_state",
    "rehearse_event",
    "remove_state",
    "renew_link",
    "reveal_next",
    "say",
    "step_screen",
    "thaw",
]
