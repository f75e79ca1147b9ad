"""Signing organisers in and out; a session is a row, so that ending it ends every copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db
from quizapp.people.errors import BadEntry, WrongSignIn
from quizapp.people.models import Grant, Organiser, OrganiserSession
from quizapp.people.roles import Role
from quizapp.people.rules.organisers import (
    SEEN_EVERY,
    SESSION_LASTS,
    is_session_alive,
    short_user_agent,
)
from quizapp.people.service import sealing
from quizapp.people.service.cards import GrantCard, OrganiserCard, SessionCard
from quizapp.people.service.passwords import is_password
from quizapp.people.service.phones import check_phone, read_phone
from quizapp.people.service.tries import count_failure, forget_failures, hold_try, refuse_early


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordMatch:
    """The organiser a password fits, and the stored hash that it fitted."""

    organiser_id: int
    password_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordCheck:
    """What came of comparing a password; `match` is None when it fits nobody's."""

    subject: str
    match: PasswordMatch | None


def check_sign_in(phone: str, password: str, *, source: str, at: datetime) -> PasswordCheck:
    """Compare a password before the write transaction: hashing there would keep writers waiting.

    Whoever asks learns the outcome from `sign_in` only. Raises BadEntry for a phone that cannot
    be read, TooManyTries, Busy.
    """
    number = read_phone(phone)
    if number is None:
        raise BadEntry(check_phone(phone))
    phone_hash = sealing.phone_hash(number)
    subject = sealing.subject("organiser", phone_hash.hex())
    refuse_early(subject, source=source, at=at)
    of_phone = select(Organiser.id, Organiser.password_hash)
    row = db.session.execute(of_phone.where(Organiser.phone_hash == phone_hash)).one_or_none()
    db.session.rollback()  # the reading ends here: nothing stays open while the hash is computed
    organiser_id, stored = (row[0], row[1]) if row else (None, None)
    is_right = is_password(password, stored=stored)
    if not is_right or organiser_id is None or stored is None:
        return PasswordCheck(subject=subject, match=None)
    match = PasswordMatch(organiser_id=organiser_id, password_hash=stored)
    return PasswordCheck(subject=subject, match=match)


def sign_in(check: PasswordCheck, *, source: str, user_agent: str, at: datetime) -> str:
    """Open a session and return its token. Raises TooManyTries and WrongSignIn (counted)."""
    held = hold_try(check.subject, source=source, at=at)
    if check.match is None or not _is_still_right(check.match):
        count_failure(held, at=at)
        raise WrongSignIn
    forget_failures(held, at=at)
    return start_session(check.match.organiser_id, user_agent=user_agent, at=at)


def start_session(organiser_id: int, *, user_agent: str, at: datetime) -> str:
    """Open a session for somebody who has just shown who they are; return its token."""
    token = sealing.new_token()
    db.session.execute(
        insert(OrganiserSession).values(
            token_hash=sealing.token_hash(token),
            organiser_id=organiser_id,
            created_at=at,
            last_seen_at=at,
            user_agent=short_user_agent(user_agent),
        )
    )
    actor = f"organiser:{organiser_id}"
    audit.record("organiser.signed_in", actor=actor, object=actor, at=at)
    return token


def find_signed_in(token: str, *, at: datetime) -> OrganiserCard | None:
    """Return the organiser of a living session, None for any other token."""
    row = db.session.execute(
        select(Organiser.id, Organiser.name, OrganiserSession.created_at, OrganiserSession.ended_at)
        .join(Organiser, Organiser.id == OrganiserSession.organiser_id)
        .where(OrganiserSession.token_hash == sealing.token_hash(token), Organiser.is_active)
    ).one_or_none()
    if row is None or not is_session_alive(created_at=row[2], ended_at=row[3], now=at):
        return None
    return OrganiserCard(id=row[0], name=row[1], grants=_get_grants(row[0]))


def note_seen(token: str, *, at: datetime) -> None:
    """Remember that the session was used, at most every five minutes."""
    mine = OrganiserSession.token_hash == sealing.token_hash(token)
    is_due = OrganiserSession.last_seen_at <= at - SEEN_EVERY
    db.session.execute(update(OrganiserSession).where(mine, is_due).values(last_seen_at=at))


def end_session(token: str, *, at: datetime) -> None:
    """End one session: a copy of its cookie signs nobody in any more. Ending twice is harmless."""
    mine = OrganiserSession.token_hash == sealing.token_hash(token)
    living = OrganiserSession.ended_at.is_(None)
    ended = update(OrganiserSession).where(mine, living).values(ended_at=at)
    organiser_id = db.session.scalar(ended.returning(OrganiserSession.organiser_id))
    if organiser_id is not None:
        actor = f"organiser:{organiser_id}"
        audit.record("organiser.signed_out", actor=actor, object=actor, at=at)


def end_all_sessions(organiser_id: int, *, at: datetime) -> None:
    """End every session of the organiser, on all devices."""
    theirs = OrganiserSession.organiser_id == organiser_id
    living = OrganiserSession.ended_at.is_(None)
    db.session.execute(update(OrganiserSession).where(theirs, living).values(ended_at=at))
    actor = f"organiser:{organiser_id}"
    audit.record("organiser.sessions_ended", actor=actor, object=actor, at=at)


def get_sessions(organiser_id: int, *, token: str, at: datetime) -> Sequence[SessionCard]:
    """Return the organiser's living sessions, newest first; `token` is the one that asks."""
    rows = db.session.execute(
        select(
            OrganiserSession.created_at,
            OrganiserSession.last_seen_at,
            OrganiserSession.user_agent,
            OrganiserSession.token_hash,
        )
        .where(
            OrganiserSession.organiser_id == organiser_id,
            OrganiserSession.ended_at.is_(None),
            OrganiserSession.created_at > at - SESSION_LASTS,
        )
        .order_by(OrganiserSession.created_at.desc(), OrganiserSession.token_hash)
    )
    mine = sealing.token_hash(token)
    return [
        SessionCard(created_at=made, last_seen_at=seen, user_agent=agent, is_this=key == mine)
        for made, seen, agent, key in rows
    ]


def _is_still_right(match: PasswordMatch) -> bool:
    """Say whether nobody changed the password or shut the organiser out since it was compared."""
    found = select(Organiser.id).where(
        Organiser.id == match.organiser_id,
        Organiser.is_active,
        Organiser.password_hash == match.password_hash,
    )
    return db.session.scalar(found) is not None


def _get_grants(organiser_id: int) -> tuple[GrantCard, ...]:
    rows = db.session.execute(
        select(Grant.unit_id, Grant.role)
        .where(Grant.organiser_id == organiser_id)
        .order_by(Grant.unit_id, Grant.role)
    )
    return tuple(GrantCard(unit_id=unit_id, role=Role(role)) for unit_id, role in rows)
