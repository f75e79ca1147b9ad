"""Everything that is held about somebody, as they may see it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quizapp.attempts.service import erasing as attempts
from quizapp.attempts.service import outcome
from quizapp.attempts.service.outcome import Turn
from quizapp.attempts.service.timeline import Happened, Kind, get_timeline
from quizapp.contests.service import ContestCard
from quizapp.people import service as people
from quizapp.people.service import ConsentCard, OwnFacts, PersonCard, PersonState, Purpose
from quizapp.privacy.models import PrivacyRequest
from quizapp.privacy.service.keeping import get_kept_until
from quizapp.privacy.service.requests import RequestCard, get_requests
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFile:
    """What is held about a person. `phone` has its middle left out; `facts` has it whole.

    `declared` is the unit in the person's words or a name, `counted` the one that boards count.
    `corrects_at_once`: nothing rests on the facts yet, so the page itself may change them.
    """

    contest: ContestCard
    person: PersonCard
    facts: OwnFacts
    phone: str | None
    declared: str
    counted: str | None
    consents: Sequence[ConsentCard]
    turns: Sequence[Turn]
    timeline: Sequence[Happened]
    requests: Sequence[RequestCard]
    kept_until: datetime
    corrects_at_once: bool
    takes_part: bool
    is_name_shown: bool


def get_own_file(contest: ContestCard, person: PersonCard, *, at: datetime) -> OwnFile:
    """Return what is held about the person: own acts, decisions about them, and no right answer."""
    consents = people.get_consents(person.id)
    agreed = {one.purpose for one in consents if one.withdrawn_at is None}
    cards = units.get_cards(
        {one for one in (person.unit_id, person.unit_counted_id) if one}, on=day_in_vietnam(at)
    )
    names = {one.id: one.name for one in cards.values()}
    turns = outcome.get_turns(contest.id, person.id, at=at)
    return OwnFile(
        contest=contest,
        person=person,
        facts=people.get_own_facts(person.id),
        phone=people.get_masked_phones([person.id])[person.id],
        declared=person.unit_text or names[person.unit_id or 0],
        counted=names.get(person.unit_counted_id or 0),
        consents=consents,
        turns=turns,
        timeline=[_as_own(one, person) for one in get_timeline(person)],
        requests=get_requests(PrivacyRequest.person_id == person.id, at=at),
        kept_until=get_kept_until(contest),
        corrects_at_once=corrects_at_once(person),
        takes_part=Purpose.TAKE_PART in agreed and person.state is PersonState.ACTIVE,
        is_name_shown=Purpose.SHOW_NAME in agreed,
    )


def corrects_at_once(person: PersonCard) -> bool:
    """Tell whether nothing rests on the person's name and unit yet: no attempt was begun."""
    return person.state is PersonState.ACTIVE and not attempts.has_attempts(person.id)


def _as_own(one: Happened, person: PersonCard) -> Happened:
    """Return it without links to organisers' pages, and without the names of organisers."""
    is_own = one.who == person.name
    who = None if one.kind is not Kind.DECIDED else "own" if is_own else "organisers"
    return replace(one, attempt=None, who=who)
