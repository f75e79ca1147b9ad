"""The organisers' side: requests of the people within reach, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from quizapp.attempts.errors import NotSubmittedYet
from quizapp.attempts.service import desk, giving
from quizapp.attempts.service.desk import Asked
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.models import Person
from quizapp.people.service import DECIDES, SEES, OrganiserCard, PersonCard, Reach
from quizapp.privacy import rules
from quizapp.privacy.errors import AlreadySettled, BadWish, NoSuchRequest, PaperRuns
from quizapp.privacy.models import PrivacyRequest
from quizapp.privacy.rules import Field, Kind, State
from quizapp.privacy.service import erasing
from quizapp.privacy.service.requests import RequestCard, get_requests, settle
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.vietnamese import day_in_vietnam, one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFile:
    """A contest's requests with who asked."""

    contest: ContestCard
    requests: Sequence[RequestCard]
    people: Mapping[int, PersonCard]
    may_answer: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which request an organiser answers; `public_id` in hex."""

    organiser: OrganiserCard
    slug: str
    public_id: str


def get_request_file(organiser: OrganiserCard, slug: str, *, at: datetime) -> RequestFile:
    """Return requests within reach, open ones first. Raises NotFound, NotYourRole."""
    contest = contests.get_contest(slug)
    reach = people.get_reach(organiser, contest.owner_unit_id, roles=SEES)
    found = get_requests(_within([contest.id], reach), at=at)
    return RequestFile(
        contest=contest,
        requests=found,
        people=people.get_person_cards({one.person_id for one in found}),
        may_answer=bool(DECIDES & {grant.role for grant in organiser.grants}),
    )


def count_late(
    organiser: OrganiserCard, contests: Sequence[ContestCard], *, at: datetime
) -> Mapping[int, tuple[int, int]]:
    """Return contest → how many open requests within reach are past a day of the law, and wait.

    A contest in which none waits is left out. One statement.
    """
    seen = [one for one in contests if people.sees(organiser, one.owner_unit_id)]
    reach_of = {one.id: people.get_reach(organiser, one.owner_unit_id, roles=SEES) for one in seen}
    within = [
        _within([one for one, its in reach_of.items() if its == reach], reach)
        for reach in set(reach_of.values())
    ]
    if not within:
        return {}
    is_late = PrivacyRequest.answer_by < day_in_vietnam(at)  # the first of the two days
    rows = db.session.execute(
        select(PrivacyRequest.contest_id, func.count().filter(is_late), func.count())
        .where(or_(*within), PrivacyRequest.state == State.OPEN)
        .group_by(PrivacyRequest.contest_id)
        .order_by(PrivacyRequest.contest_id)
    )
    return {contest_id: (late, waiting) for contest_id, late, waiting in rows}


def accept(wish: Wish, typed: str, reason: str, *, at: datetime) -> None:
    """Do what was asked, and tell the person. `typed`: the unit's code or name, of a unit's.

    Raises NoSuchRequest, AlreadySettled, UnclearUnit, NothingToChange, RoundIsFinal, BadEntry,
    PaperRuns.
    """
    contest, request, reach = _asked(wish)
    person = people.get_person_cards([request.person_id])[request.person_id]
    answer = one_line(reason) or None
    settle(request.id, State.DONE, organiser_id=wish.organiser.id, answer=answer, at=at)
    if request.kind is Kind.ERASE:
        _erase(contest, people.get_merged_ids(person.id), at=at)
    else:
        _correct(wish, request, person, typed, at=at)
    audit.record("privacy.accept", actor=reach.actor, object=_name(request), at=at)


def refuse(wish: Wish, reason: str, *, at: datetime) -> None:
    """Answer that it is not done, with a reason the person reads. Raises BadWish, NoSuchRequest."""
    _, request, reach = _asked(wish)
    text = one_line(reason)
    problem = rules.reason_problem(text)
    if problem is not None:
        raise BadWish(problem=problem)
    settle(request.id, State.REFUSED, organiser_id=wish.organiser.id, answer=text, at=at)
    audit.record("privacy.refuse", actor=reach.actor, object=_name(request), at=at)


def _erase(contest: ContestCard, person_ids: Sequence[int], *, at: datetime) -> None:
    """Erase these people. Raises PaperRuns: the organiser is told of somebody else's paper."""
    try:
        erasing.erase(contest, person_ids, at=at)
    except NotSubmittedYet as refusal:
        raise PaperRuns from refusal


def _correct(
    wish: Wish, request: RequestCard, person: PersonCard, typed: str, *, at: datetime
) -> None:
    asked = Asked(organiser=wish.organiser, slug=wish.slug, public_id=person.public_id.hex())
    why = f"yêu cầu về dữ liệu số {request.id}"
    wanted = request.wanted or ""
    if request.field == Field.NAME:
        giving.set_name(asked, name=wanted, reason=why, at=at)
    elif request.field == Field.UNIT:
        desk.correct_person(asked, typed=typed or wanted, reason=why, at=at)
    else:
        people.set_birth_year(person.id, int(wanted))


def _asked(wish: Wish) -> tuple[ContestCard, RequestCard, Reach]:
    contest = contests.get_contest(wish.slug)
    reach = people.get_reach(wish.organiser, contest.owner_unit_id, roles=DECIDES)
    try:
        raw = bytes.fromhex(wish.public_id)
    except ValueError:
        raise NoSuchRequest from None
    own = _within([contest.id], reach) & (PrivacyRequest.public_id == raw)
    locked = select(PrivacyRequest.id).where(own).with_for_update()
    db.session.execute(locked).all()
    found = get_requests(own, at=contest.ends_at)
    if not found:
        raise NoSuchRequest
    if found[0].state is not State.OPEN:
        raise AlreadySettled
    return contest, found[0], reach


def _within(contest_ids: Sequence[int], reach: Reach) -> ColumnElement[bool]:
    mine = PrivacyRequest.contest_id.in_(contest_ids)
    if reach.is_everybody:
        return mine
    inside = select(Unit.id).where(or_(*(units.inside(unit_id) for unit_id in reach.unit_ids)))
    theirs = select(Person.id).where(
        Person.id == PrivacyRequest.person_id,
        func.coalesce(Person.unit_assigned_id, Person.unit_id).in_(inside),
    )
    return mine & theirs.exists()


def _name(request: RequestCard) -> str:
    return f"privacy_request:{request.id}"
