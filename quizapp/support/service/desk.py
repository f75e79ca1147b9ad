"""The organisers' side of questions: those of the people within reach, answered and closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.errors import NotYourRole
from quizapp.people.models import Person
from quizapp.people.service import HELPS, SEES, OrganiserCard, PersonCard, Reach
from quizapp.support import rules
from quizapp.support.errors import BadWords, NoSuchTicket
from quizapp.support.models import Ticket, TicketReply, TicketState
from quizapp.support.service.tickets import TicketCard, decode, get_tickets
from quizapp.units import service as units
from quizapp.units.models import Unit

PAGE = 30
COUNTED_AT_MOST = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketFile:
    """Questions in one state with who asked them; `waiting` counts the open ones, up to 99."""

    contest: ContestCard
    tickets: Sequence[TicketCard]
    people: Mapping[int, PersonCard]
    waiting: int
    may_answer: bool


def get_ticket_file(
    organiser: OrganiserCard, slug: str, state: TicketState, *, only: str = ""
) -> TicketFile:
    """Return the newest questions in a state, or `only` one, whatever its state.

    Raises NotFound, NotYourRole.
    """
    contest, reach = _contest(organiser, slug, SEES)
    own = _within(contest, reach)
    which = Ticket.public_id == decode(only) if only else Ticket.state == state
    tickets = get_tickets(own & which, limit=PAGE)
    asked_by = {one.person_id for one in tickets if one.person_id is not None}
    return TicketFile(
        contest=contest,
        tickets=tickets,
        people=people.get_person_cards(asked_by),
        waiting=_count_open(own),
        may_answer=_may_answer(organiser, contest),
    )


def count_waiting(organiser: OrganiserCard, contest: ContestCard) -> int:
    """Return how many questions wait for an answer within reach, up to 99."""
    reach = people.get_reach(organiser, contest.owner_unit_id, roles=SEES)
    return _count_open(_within(contest, reach))


def answer(organiser: OrganiserCard, slug: str, public_id: str, words: str, at: datetime) -> None:
    """Answer a question; it is shown to whoever asked. Raises BadWords, NoSuchTicket."""
    ticket, reach = _ticket(organiser, slug, public_id)
    text = rules.tidy(words)
    problem = rules.answer_problem(text)
    if problem is not None:
        raise BadWords(problem=problem)
    db.session.execute(
        insert(TicketReply).values(
            ticket_id=ticket.id, organiser_id=organiser.id, words=text, replied_at=at
        )
    )
    _set_state(ticket.id, TicketState.ANSWERED)
    audit.record("ticket.answer", actor=reach.actor, object=f"ticket:{ticket.id}", at=at)


def close(organiser: OrganiserCard, slug: str, public_id: str, *, at: datetime) -> None:
    """Close a question that needs no (further) answer. Raises NoSuchTicket."""
    ticket, reach = _ticket(organiser, slug, public_id)
    _set_state(ticket.id, TicketState.CLOSED)
    audit.record("ticket.close", actor=reach.actor, object=f"ticket:{ticket.id}", at=at)


def _contest(
    organiser: OrganiserCard, slug: str, roles: frozenset[people.Role]
) -> tuple[ContestCard, Reach]:
    contest = contests.get_contest(slug)
    return contest, people.get_reach(organiser, contest.owner_unit_id, roles=roles)


def _ticket(organiser: OrganiserCard, slug: str, public_id: str) -> tuple[TicketCard, Reach]:
    contest, reach = _contest(organiser, slug, HELPS)
    found = get_tickets(_within(contest, reach) & (Ticket.public_id == decode(public_id)))
    if not found:
        raise NoSuchTicket
    return found[0], reach


def _within(contest: ContestCard, reach: Reach) -> ColumnElement[bool]:
    """Return the condition for questions of the contest's people within reach.

    Those of nobody known are for whoever reaches everybody.
    """
    mine: ColumnElement[bool] = Ticket.contest_id == contest.id
    if reach.is_everybody:
        return mine
    inside = select(Unit.id).where(or_(*(units.inside(unit_id) for unit_id in reach.unit_ids)))
    theirs = select(Person.id).where(
        Person.id == Ticket.person_id,
        func.coalesce(Person.unit_assigned_id, Person.unit_id).in_(inside),
    )
    return mine & theirs.exists()


def _count_open(own: ColumnElement[bool]) -> int:
    some = select(Ticket.id).where(own, Ticket.state == TicketState.OPEN).limit(COUNTED_AT_MOST)
    return db.session.scalars(select(func.count()).select_from(some.subquery())).one()


def _may_answer(organiser: OrganiserCard, contest: ContestCard) -> bool:
    try:
        people.get_reach(organiser, contest.owner_unit_id, roles=HELPS)
    except NotYourRole:
        return False
    return True


def _set_state(ticket_id: int, state: TicketState) -> None:
    db.session.execute(update(Ticket).where(Ticket.id == ticket_id).values(state=state))
