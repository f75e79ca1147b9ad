"""What organisers see and decide about equals, where they were granted everybody of a contest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quizapp.attempts.service import Why
from quizapp.attempts.service.desk import checked_reason
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.people import service as people
from quizapp.people.service import DECIDES, SEES, OrganiserCard
from quizapp.results.errors import UnclearOrder
from quizapp.results.service import ties
from quizapp.results.service.deciding import Decision, place_by_hand
from quizapp.results.service.ties import Ties

PLACE = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What was typed about a tie: person (public id in hex) → place; empty: left out."""

    tied_with: str
    places: Mapping[str, str]
    reason: str


def get_ties(
    organiser: OrganiserCard, slug: str, *, at: datetime
) -> tuple[ContestCard, Sequence[Ties]]:
    """Return the ties of each round and of the whole contest. Raises NotFound, NotYourRole."""
    contest = contests.get_contest(slug)
    people.get_reach(organiser, contest.owner_unit_id, roles=SEES).check(None)
    return contest, [ties.get_ties(contest, n, at=at) for n in ties.numbers_of(contest)]


def place(organiser: OrganiserCard, slug: str, number: int, typed: Typed, *, at: datetime) -> None:
    """Let equals follow each other by the places typed.

    Raises NotFound, NotYourRole, BadReason, UnclearOrder, or what the use case raises.
    """
    contest = contests.get_contest(slug)
    reach = people.get_reach(organiser, contest.owner_unit_id, roles=DECIDES)
    reach.check(None)
    why = Why(actor=reach.actor, reason=checked_reason(typed.reason))
    ids = {
        one: people.get_person_by_public_id(contest.id, one).id
        for one in {*_ordered(typed.places), typed.tied_with}
    }
    decision = Decision(
        tied_with=ids[typed.tied_with], person_ids=[ids[one] for one in _ordered(typed.places)]
    )
    place_by_hand(slug, number, decision, why, at=at)


def _ordered(places: Mapping[str, str]) -> list[str]:
    """Return the people who got a place, the first first. Raises UnclearOrder."""
    given = {one: text.strip() for one, text in places.items() if text.strip()}
    if not all(PLACE.fullmatch(text) for text in given.values()):
        raise UnclearOrder
    numbers = {one: int(text) for one, text in given.items()}
    if len(set(numbers.values())) < len(numbers):
        raise UnclearOrder
    return sorted(numbers, key=numbers.__getitem__)
