"""Whom the help desk means: by number, by name without marks, by the code a page showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flask import current_app
from sqlalchemy import and_, or_, select

from quizapp.attempts.errors import NobodyFound, NoSuchPerson
from quizapp.attempts.models import Attempt
from quizapp.attempts.service.desk import Asked, contest_asked, find_person_by_phone
from quizapp.audit import service as audit
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service import FOUND_AT_MOST, SEES, PersonCard, PersonState, Reach
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam, one_line
from quizapp.web.codes import after, kind_number, read_id_code, read_refusal_code
from quizapp.web.refusing import kinds_of_refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPerson:
    """Somebody who may be meant, with what tells people of one name apart."""

    public_id: str
    name: str
    phone: str | None  # its middle left out; None: the entry has none any more
    unit: str | None
    state: PersonState


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """What the code of a refusal says: which kind, when (to the minute), whom."""

    kind: str
    at: datetime
    person: str | None
    """The public id (hex), None where nobody was known or who it was is out of reach."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found; `is_more`: there are more of that name than are shown."""

    contest: ContestCard
    people: Sequence[FoundPerson] = ()
    is_more: bool = False
    refused: Refused | None = None


def find(asked: Asked, typed: str, *, at: datetime) -> Found:
    """Return whom or what these words mean; looking is logged, with ids only.

    Tried in this order: a number, a code, a name's last words. Raises NoSuchPerson, NobodyFound,
    alike for what is unknown and what is out of reach.
    """
    text = one_line(typed)
    contest, reach = contest_asked(asked, SEES)
    if people.is_phone(text):
        public_id = find_person_by_phone(asked, text, at=at)
        person = people.get_person_by_public_id(contest.id, public_id)
        return Found(contest=contest, people=_shown([person], at=at))
    refused = _refused(contest, reach, text, at=at)
    if refused is not None:
        _note(contest, reach, "person.look_up_code", at=at)
        return Found(contest=contest, refused=refused)
    found = _by_code(contest, reach, text)
    if not found:
        inside = None if reach.is_everybody else reach.unit_ids
        found = people.find_people_by_name(contest.id, text, inside)
    if not found:
        raise NobodyFound
    _note(contest, reach, "person.search", at=at)
    shown = found[:FOUND_AT_MOST]
    return Found(contest=contest, people=_shown(shown, at=at), is_more=len(found) > len(shown))


def _by_code(contest: ContestCard, reach: Reach, text: str) -> Sequence[PersonCard]:
    """Return the person of a code, their own or of one of their attempts, if within reach."""
    start = read_id_code(text)
    if start is None:
        return ()
    cards = {card.id: card for card in people.find_people_by_id_prefix(contest.id, start)}
    own = or_(
        *(
            and_(Attempt.public_id >= one.tag + start, Attempt.public_id < one.tag + after(start))
            for one in contest.rounds
        )
    )
    of_attempts = db.session.scalars(select(Attempt.person_id).where(own)).all()
    cards |= people.get_person_cards(of_attempts) if of_attempts else {}
    return [card for _, card in sorted(cards.items()) if reach.has(card.unit_counted_id)]


def _refused(contest: ContestCard, reach: Reach, text: str, *, at: datetime) -> Refused | None:
    met = read_refusal_code(text, now=at, key=current_app.config["SUPPORT_KEY"])
    kind = None if met is None else _kinds().get(met.kind)
    if met is None or kind is None:
        return None
    card = people.get_person_cards([met.person_id]).get(met.person_id)
    is_near = card is not None and card.contest_id == contest.id
    is_seen = card is not None and is_near and reach.has(card.unit_counted_id)
    if met.person_id and not is_seen:
        raise NoSuchPerson
    person = card.public_id.hex() if card is not None and is_seen else None
    return Refused(kind=kind, at=met.at, person=person)


@cache
def _kinds() -> dict[int, str]:
    return {kind_number(name): name for name in kinds_of_refusal()}


def _shown(cards: Sequence[PersonCard], *, at: datetime) -> Sequence[FoundPerson]:
    phones = people.get_masked_phones([card.id for card in cards])
    ids = {card.unit_counted_id for card in cards if card.unit_counted_id is not None}
    names = units.get_cards(ids, on=day_in_vietnam(at))
    return [
        FoundPerson(
            public_id=card.public_id.hex(),
            name=card.name,
            phone=phones[card.id],
            unit=names[card.unit_counted_id].name if card.unit_counted_id else card.unit_text,
            state=card.state,
        )
        for card in cards
    ]


def _note(contest: ContestCard, reach: Reach, action: str, *, at: datetime) -> None:
    audit.record(action, actor=reach.actor, object=f"contest:{contest.id}", at=at)
