"""What happened to one person in a contest, in order: the same few statements for everybody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256

from sqlalchemy import select

from quizapp.attempts.models import Attempt, AttemptVoid, FormerHolder, TimeGrant
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service.rows import AnyRow, encode_id, with_round
from quizapp.audit import service as audit
from quizapp.audit.words import actor_words
from quizapp.contests.models import Round
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service import ConsentCard, MetCard, PersonCard
from quizapp.support import service as support
from quizapp.support.service import TicketCard

LONGEST = 60  # entries of the log about one person that are shown, the newest


class Kind(StrEnum):
    """What may happen, each with its own words on the page."""

    JOINED = "joined"
    CONSENTED = "consented"
    WITHDREW = "withdrew"
    STARTED = "started"
    FIRST_SAVED = "first saved"
    LAST_SAVED = "last saved"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    VOIDED = "voided"
    REFUSED = "refused"
    DECIDED = "decided"
    GRANTED = "granted"
    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """One thing that happened.

    `turn` is "round title, number" of an attempt and `attempt` its public id. `what` is a purpose,
    a kind of refusal or an action; `who` decided; `why` is the reason given; `count` says how many
    saves, phones, times or seconds.
    """

    at: datetime
    kind: Kind
    turn: tuple[str, int] | None = None
    attempt: str | None = None
    what: str | None = None
    who: str | None = None
    why: str | None = None
    count: int = 0
    first_at: datetime | None = None


def get_timeline(person: PersonCard) -> Sequence[Happened]:
    """Return everything that is stored about a person's way through the contest, newest first."""
    rows = _attempts(person.id)
    things = [
        Happened(at=people.get_joined_at(person.id), kind=Kind.JOINED),
        *_of_consents(people.get_consents(person.id)),
        *_of_attempts(rows),
        *_of_grants(person),
        *_of_refusals(people.get_refusals_met(person.id)),
        *_of_decisions(person, rows),
        *_of_tickets(support.get_tickets_of_person(person.id)),
    ]
    return sorted(things, key=lambda one: one.at, reverse=True)


def get_phones(person_id: int) -> Mapping[str, Sequence[str]]:
    """Return public id of an attempt → short names of the phones that held it, in order."""
    found = db.session.execute(
        select(Attempt.id, Attempt.public_id, Attempt.holder, FormerHolder.holder.label("former"))
        .outerjoin(FormerHolder, FormerHolder.attempt_id == Attempt.id)
        .where(Attempt.person_id == person_id)
        .order_by(Attempt.id, FormerHolder.id)
    )
    phones: dict[str, list[str]] = {}
    last: dict[str, str] = {}
    for row in found:
        public_id = encode_id(row.public_id)
        held = phones.setdefault(public_id, [])
        if row.former is not None:
            held.append(short_name(row.former))
        last[public_id] = short_name(row.holder)
    return {public_id: [*held, last[public_id]] for public_id, held in phones.items()}


def short_name(holder: str) -> str:
    """Return four signs that tell phones apart; the holder itself is as good as a key."""
    return sha256(holder.encode()).hexdigest()[:4].upper()


def _attempts(person_id: int) -> Sequence[AnyRow]:
    return db.session.execute(
        with_round()
        .add_columns(AttemptVoid.voided_at, AttemptVoid.cause, AttemptVoid.was)
        .outerjoin(AttemptVoid, AttemptVoid.attempt_id == Attempt.id)
        .where(Attempt.person_id == person_id)
        .order_by(Attempt.id)
    ).all()


def _of_consents(given: Sequence[ConsentCard]) -> Iterator[Happened]:
    for one in given:
        what = one.purpose.value
        yield Happened(at=one.given_at, kind=Kind.CONSENTED, what=what)
        if one.withdrawn_at is not None:
            yield Happened(at=one.withdrawn_at, kind=Kind.WITHDREW, what=what)


def _of_attempts(rows: Sequence[AnyRow]) -> Iterator[Happened]:
    for row in rows:
        about = partial(
            Happened, turn=(row.round_title, row.number), attempt=encode_id(row.public_id)
        )
        yield about(at=row.started_at, kind=Kind.STARTED)
        if row.first_saved_at is not None:
            yield about(at=row.first_saved_at, kind=Kind.FIRST_SAVED)
        if row.last_op > 1 and row.last_saved_at is not None:
            yield about(at=row.last_saved_at, kind=Kind.LAST_SAVED, count=row.last_op)
        if row.submitted_at is not None:
            was = row.was or row.state  # a void one was something before
            kind = Kind.EXPIRED if was == AttemptState.EXPIRED else Kind.SUBMITTED
            yield about(at=row.submitted_at, kind=kind)
        if row.voided_at is not None:
            yield about(at=row.voided_at, kind=Kind.VOIDED, what=row.cause)


def _of_grants(person: PersonCard) -> Iterator[Happened]:
    given = db.session.execute(
        select(TimeGrant.granted_at, TimeGrant.seconds, TimeGrant.reason, Round.title)
        .join(Round, Round.id == TimeGrant.round_id)
        .where(TimeGrant.person_id == person.id)
        .order_by(TimeGrant.id)
    )
    for row in given:
        yield Happened(
            at=row.granted_at, kind=Kind.GRANTED, count=row.seconds, what=row.title, why=row.reason
        )


def _of_refusals(met: Sequence[MetCard]) -> Iterator[Happened]:
    for one in met:
        yield Happened(
            at=one.last_at,
            kind=Kind.REFUSED,
            what=one.kind,
            count=one.times,
            first_at=one.first_at if one.times > 1 else None,
        )


def _of_tickets(tickets: Sequence[TicketCard]) -> Iterator[Happened]:
    for one in tickets:
        yield Happened(at=one.asked_at, kind=Kind.ASKED, what=one.words)
        for reply in one.replies:
            yield Happened(at=reply.replied_at, kind=Kind.ANSWERED, what=reply.words)


def _of_decisions(person: PersonCard, rows: Sequence[AnyRow]) -> Iterator[Happened]:
    turns = {f"attempt:{row.id}": (row.round_title, row.number) for row in rows}
    log = audit.get_about([f"person:{person.id}", *turns], limit=LONGEST)
    names = {**people.get_actor_names({one.actor for one in log})}
    names[f"person:{person.id}"] = person.name
    for one in log:
        yield Happened(
            at=one.at,
            kind=Kind.DECIDED,
            what=one.action,
            who=actor_words(one.actor, names.get(one.actor, "")),
            why=one.reason,
            turn=turns.get(one.object),
        )
