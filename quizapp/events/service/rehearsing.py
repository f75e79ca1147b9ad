"""Making a rehearsal of an evening: the same states, told of people and units that are invented."""

import secrets
from dataclasses import replace
from datetime import datetime

from quizapp.audit import service as audit
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.errors import N_
from quizapp.events.rules import LONGEST_TITLE, Kind, State, as_json
from quizapp.events.service.arranging import Look, create_event
from quizapp.events.service.reading import EventCard, card_of, locked
from quizapp.people.service import OrganiserCard
from quizapp.web.language import translated

TITLE = N_("Diễn tập: %(title)s")
SAID = N_("Lời nhắn của ban tổ chức hiện ở đây")
SEEDS = 2**31


def rehearse_event(
    organiser: OrganiserCard, contest: ContestCard, number: int, *, at: datetime
) -> EventCard:
    """Make an evening with the states of another, told of invented people only; return it.

    Messages are left out: they may name who won.
    """
    event = card_of(locked(contest, number))
    title = (translated(TITLE) % {"title": event.title})[:LONGEST_TITLE]
    look = Look(
        title=title, round_number=event.round_number, theme=event.theme, aspect=event.aspect
    )
    made = create_event(contest, look, actor=f"organiser:{organiser.id}", at=at)
    row = locked(contest, made.number)
    row.seed = secrets.randbelow(SEEDS)
    row.items = as_json([_without_names(one) for one in event.states])
    db.session.flush()  # read again by its number
    audit.record(
        "event.rehearse", actor=f"organiser:{organiser.id}", object=f"event:{row.id}", at=at
    )
    return card_of(row)


def _without_names(state: State) -> State:
    return replace(state, text=translated(SAID)) if state.kind is Kind.MESSAGE else state
