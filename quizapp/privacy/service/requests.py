"""Requests as rows: noted when they are made, settled once."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, select, update

from quizapp.db import db
from quizapp.people.models import Person
from quizapp.people.service import PersonCard, PersonState
from quizapp.privacy import rules
from quizapp.privacy.models import PrivacyRequest
from quizapp.privacy.rules import Kind, State, Urgency
from quizapp.vietnamese import day_in_vietnam

SHOWN_AT_MOST = 50
FORGOTTEN_AT_ONCE = 50
NO_ANSWER = "–"  # in place of a reason that is forgotten: one must stand there


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestCard:
    """A request as pages show it; `urgency` is None once it is settled."""

    id: int
    public_id: str
    contest_id: int
    person_id: int
    kind: Kind
    state: State
    field: str | None
    wanted: str | None
    asked_at: datetime
    answer_by: date
    done_by: date
    settled_at: datetime | None
    answer: str | None
    urgency: Urgency | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is asked for; `field` and `wanted` (in the person's words) of a correction only."""

    kind: Kind
    field: str | None = None
    wanted: str | None = None


def note_done(person: PersonCard, wanted: Wanted, *, at: datetime) -> int:
    """Keep that the page itself did what was asked; return the request's id."""
    return _add(person, wanted, at=at, state=State.DONE, settled_at=at)


def note_open(person: PersonCard, wanted: Wanted, *, at: datetime) -> int:
    """Keep a request for the organisers; return its id."""
    return _add(person, wanted, at=at, state=State.OPEN, settled_at=None)


def has_open(person_id: int, wanted: Wanted) -> bool:
    """Say whether the person waits for the same already."""
    own = (
        PrivacyRequest.person_id == person_id,
        PrivacyRequest.state == State.OPEN,
        PrivacyRequest.kind == wanted.kind,
        PrivacyRequest.field.is_(None)
        if wanted.field is None
        else PrivacyRequest.field == wanted.field,
    )
    return db.session.scalar(select(PrivacyRequest.id).where(*own).limit(1)) is not None


def settle(
    request_id: int, state: State, *, organiser_id: int | None, answer: str | None, at: datetime
) -> None:
    """End an open request."""
    done = {"state": state, "settled_at": at, "organiser_id": organiser_id, "answer": answer}
    db.session.execute(update(PrivacyRequest).where(PrivacyRequest.id == request_id).values(**done))


def forget_wishes(person_ids: Collection[int], *, at: datetime) -> None:
    """Leave of these people's requests only which right was used, and when; none stays open."""
    mine = PrivacyRequest.person_id.in_(person_ids)
    still = mine & (PrivacyRequest.state == State.OPEN)
    for which, values in (
        (still, {"state": State.DONE, "settled_at": at}),
        (mine & (PrivacyRequest.state == State.REFUSED), {"wanted": None, "answer": NO_ANSWER}),
        (mine & (PrivacyRequest.state == State.DONE), {"wanted": None, "answer": None}),
    ):
        gone = update(PrivacyRequest).where(which).values(**values)
        db.session.execute(gone.execution_options(synchronize_session=False))


def forget_some_left(*, at: datetime) -> int:
    """Do as `forget_wishes` for some people who were erased without it; return how many.

    So is a rehearsal emptied: its job knows nothing of requests.
    """
    left = (
        (PrivacyRequest.state == State.OPEN)
        | PrivacyRequest.wanted.is_not(None)
        | ((PrivacyRequest.state == State.DONE) & PrivacyRequest.answer.is_not(None))
        | ((PrivacyRequest.state == State.REFUSED) & (PrivacyRequest.answer != NO_ANSWER))
    )
    whose = select(PrivacyRequest.person_id).join(Person, Person.id == PrivacyRequest.person_id)
    own = whose.where(left, Person.state == PersonState.ERASED).distinct()
    ids = list(db.session.scalars(own.limit(FORGOTTEN_AT_ONCE)))
    if ids:
        forget_wishes(ids, at=at)
    return len(ids)


def get_requests(
    which: ColumnElement[bool], *, at: datetime, limit: int = SHOWN_AT_MOST
) -> Sequence[RequestCard]:
    """Return requests: open ones first by the day they are due, then the newest settled."""
    rows = db.session.scalars(
        select(PrivacyRequest)
        .where(which)
        .order_by(
            PrivacyRequest.settled_at.is_not(None),
            PrivacyRequest.settled_at.desc(),
            PrivacyRequest.done_by,
            PrivacyRequest.id,
        )
        .limit(limit)
    )
    return [_card(one, today=day_in_vietnam(at)) for one in rows]


def _add(person: PersonCard, wanted: Wanted, *, at: datetime, **ended: object) -> int:
    today = day_in_vietnam(at)
    new = insert(PrivacyRequest).values(
        public_id=secrets.token_bytes(16),
        contest_id=person.contest_id,
        person_id=person.id,
        kind=wanted.kind,
        field=wanted.field,
        wanted=wanted.wanted,
        asked_at=at,
        answer_by=rules.answer_by(today),
        done_by=rules.done_by(wanted.kind, today),
        **ended,
    )
    return db.session.scalars(new.returning(PrivacyRequest.id)).one()


def _card(row: PrivacyRequest, *, today: date) -> RequestCard:
    is_open = row.state == State.OPEN
    return RequestCard(
        id=row.id,
        public_id=row.public_id.hex(),
        contest_id=row.contest_id,
        person_id=row.person_id,
        kind=Kind(row.kind),
        state=State(row.state),
        field=row.field,
        wanted=row.wanted,
        asked_at=row.asked_at,
        answer_by=row.answer_by,
        done_by=row.done_by,
        settled_at=row.settled_at,
        answer=row.answer,
        urgency=rules.urgency(answer_by=row.answer_by, done_by=row.done_by, today=today)
        if is_open
        else None,
    )
