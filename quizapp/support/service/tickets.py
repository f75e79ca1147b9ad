"""What people ask: of the phone that asked and of the person it takes part as, of nobody else."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, Update, bindparam, func, insert, or_, select, update

from quizapp.db import db, run
from quizapp.support import rules
from quizapp.support.errors import AskedTooOften, BadWords, NoSuchTicket
from quizapp.support.models import Ticket, TicketReply, TicketState

SHOWN_AT_MOST = 20
CODE_LENGTH = 20
ERASED = "Đã xóa"  # a row has words


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks: the phone's holder name, and contest id → person it takes part as."""

    holder: str
    people: Mapping[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyCard:
    words: str
    replied_at: datetime
    organiser_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketCard:
    """A question with its answers, oldest first."""

    id: int
    public_id: str
    contest_id: int
    person_id: int | None
    words: str
    code: str | None
    state: TicketState
    asked_at: datetime
    replies: Sequence[ReplyCard]


def ask(contest_id: int, asker: Asker, words: str, *, code: str | None, at: datetime) -> None:
    """Keep a question for the organisers. Raises BadWords, AskedTooOften."""
    text = rules.tidy(words)
    problem = rules.question_problem(text)
    if problem is not None:
        raise BadWords(problem=problem)
    _check_pace(contest_id, asker, at=at)
    db.session.execute(
        insert(Ticket).values(
            public_id=secrets.token_bytes(16),
            contest_id=contest_id,
            person_id=asker.people.get(contest_id),
            holder_hash=holder_hash(asker.holder),
            words=text,
            code=code[:CODE_LENGTH] if code else None,
            state=TicketState.OPEN,
            asked_at=at,
        )
    )


def get_tickets_of(asker: Asker) -> Sequence[TicketCard]:
    """Return what this phone and its people asked, newest first."""
    return get_tickets(_theirs(asker))


def get_tickets_of_person(person_id: int) -> Sequence[TicketCard]:
    """Return what somebody asked while they took part as this person, newest first."""
    return get_tickets(Ticket.person_id == person_id)


def has_answer(contest_id: int, person_id: int) -> bool:
    """Tell whether an answer waits for the person: one look-up in an index."""
    return bool(run(_answered(), contest_id=contest_id, person_id=person_id))


@cache
def _answered() -> Select[int]:
    return (
        select(Ticket.id)
        .where(Ticket.contest_id == bindparam("contest_id"))
        .where(Ticket.person_id == bindparam("person_id"))
        .where(Ticket.state == TicketState.ANSWERED)
        .limit(1)
    )


def close_own(asker: Asker, public_id: str) -> None:
    """Let who asked say that it is settled. Raises NoSuchTicket."""
    done = (
        update(Ticket)
        .where(Ticket.public_id == decode(public_id), _theirs(asker))
        .values(state=TicketState.CLOSED)
        .returning(Ticket.id)
    )
    if db.session.scalar(done) is None:
        raise NoSuchTicket


def get_tickets(which: ColumnElement[bool], *, limit: int = SHOWN_AT_MOST) -> Sequence[TicketCard]:
    """Return tickets with their answers, newest first: two statements."""
    rows = db.session.scalars(select(Ticket).where(which).order_by(Ticket.id.desc()).limit(limit))
    tickets = rows.all()
    replies = _replies([one.id for one in tickets])
    return [
        TicketCard(
            id=one.id,
            public_id=one.public_id.hex(),
            contest_id=one.contest_id,
            person_id=one.person_id,
            words=one.words,
            code=one.code,
            state=TicketState(one.state),
            asked_at=one.asked_at,
            replies=replies.get(one.id, []),
        )
        for one in tickets
    ]


def forget_words_of(person_ids: Collection[int]) -> None:
    """Leave of what these people asked and were answered only that it was asked, and when."""
    mine = Ticket.person_id.in_(person_ids)
    of_mine = TicketReply.ticket_id.in_(select(Ticket.id).where(mine))
    nobodys = holder_hash(secrets.token_hex())
    closed = {"words": ERASED, "code": None, "holder_hash": nobodys, "state": TicketState.CLOSED}
    for gone in (update(Ticket).where(mine).values(closed), _without_words(of_mine)):
        db.session.execute(gone.execution_options(synchronize_session=False))


def _without_words(which: ColumnElement[bool]) -> Update:
    return update(TicketReply).where(which).values(words=ERASED)


def decode(public_id: str) -> bytes:
    """Return the bytes of a ticket's public id. Raises NoSuchTicket."""
    try:
        return bytes.fromhex(public_id)
    except ValueError:
        raise NoSuchTicket from None


def holder_hash(holder: str) -> bytes:
    """Return what stands for a phone: its holder name is as good as a key and stays with it."""
    return sha256(b"ticket:" + holder.encode()).digest()


def _theirs(asker: Asker) -> ColumnElement[bool]:
    mine = Ticket.person_id.in_(list(asker.people.values()))
    # A phone that went from hand to hand shows what was asked before anybody joined on it only.
    here = (Ticket.holder_hash == holder_hash(asker.holder)) & Ticket.person_id.is_(None)
    return or_(mine, here)


def _check_pace(contest_id: int, asker: Asker, *, at: datetime) -> None:
    """Raise AskedTooOften for a person or a phone; for all strangers together when they flood."""
    rows = db.session.execute(
        select(Ticket.asked_at, Ticket.state)
        .where(_theirs(asker))
        .order_by(Ticket.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    asked = [(row.asked_at, row.state == TicketState.OPEN) for row in rows]
    if rules.asks_too_often(asked, now=at):
        raise AskedTooOften
    if contest_id not in asker.people and _count_strangers(contest_id) >= rules.STRANGERS_AT_MOST:
        raise AskedTooOften


def _count_strangers(contest_id: int) -> int:
    waiting = (
        Ticket.contest_id == contest_id,
        Ticket.state == TicketState.OPEN,
        Ticket.person_id.is_(None),
    )
    some = select(Ticket.id).where(*waiting).limit(rules.STRANGERS_AT_MOST).subquery()
    return db.session.scalars(select(func.count()).select_from(some)).one()


def _replies(ticket_ids: Collection[int]) -> Mapping[int, list[ReplyCard]]:
    found: dict[int, list[ReplyCard]] = {}
    rows = db.session.scalars(
        select(TicketReply).where(TicketReply.ticket_id.in_(ticket_ids)).order_by(TicketReply.id)
    )
    for row in rows:
        card = ReplyCard(words=row.words, replied_at=row.replied_at, organiser_id=row.organiser_id)
        found.setdefault(row.ticket_id, []).append(card)
    return found


def erase_tickets(contest_id: int) -> None:
    """Forget what people of a contest asked, on which phone, and what was answered."""
    mine = select(Ticket.id).where(Ticket.contest_id == contest_id)
    said = update(TicketReply).where(TicketReply.ticket_id.in_(mine)).values(words=ERASED)
    blank = {"words": ERASED, "code": None, "holder_hash": b"", "state": TicketState.CLOSED}
    asked = update(Ticket).where(Ticket.contest_id == contest_id).values(blank)
    for change in (said, asked):
        db.session.execute(change.execution_options(synchronize_session=False))
