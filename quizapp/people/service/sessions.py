"""Signing organisers in and out; a session is a row, so that ending it ends every copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.errors import BadEntry, HalfSpent, WrongSignIn
from quizapp.people.models import Grant, Organiser, OrganiserSession, Totp
from quizapp.people.roles import Role
from quizapp.people.rules.organisers import (
    HALF_LASTS,
    SEEN_EVERY,
    SESSION_LASTS,
    is_session_alive,
    short_user_agent,
)
from quizapp.people.service import sealing, second_step
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """The token of a new session; `is_half`: it opens nothing before a code of the second step."""

    token: str
    is_half: bool


def sign_in(check: PasswordCheck, *, source: str, user_agent: str, at: datetime) -> Opened:
    """Open a session, half of one where a code is asked for too.

    Raises TooManyTries and WrongSignIn (counted).
    """
    held = hold_try(check.subject, source=source, at=at)
    if check.match is None or not _is_still_right(check.match):
        count_failure(held, at=at)
        raise WrongSignIn
    forget_failures(held, at=at)
    return open_session(check.match.organiser_id, user_agent=user_agent, at=at)


def open_session(organiser_id: int, *, user_agent: str, at: datetime) -> Opened:
    """Open a session, or half of one, for somebody who has just shown a password or a link."""
    if second_step.get_second_step(organiser_id).is_on:
        token = _insert(organiser_id, user_agent=user_agent, is_half=True, at=at)
        return Opened(token=token, is_half=True)
    return Opened(token=start_session(organiser_id, user_agent=user_agent, at=at), is_half=False)


def finish_sign_in(half: str, code: str, *, source: str, user_agent: str, at: datetime) -> str:
    """Open the whole session for a right code; return its token, which is another one.

    Raises HalfSpent, TooManyTries, WrongCode (counted).
    """
    organiser_id = _get_half(half, at=at)
    second_step.hear_code(organiser_id, code, source=source, at=at)
    mine = OrganiserSession.token_hash == sealing.token_hash(half)
    db.session.execute(update(OrganiserSession).where(mine).values(ended_at=at))
    return start_session(organiser_id, user_agent=user_agent, at=at)


def check_half(half: str, *, at: datetime) -> None:
    """Raise HalfSpent unless a code may be given for this half of a session."""
    _get_half(half, at=at)


def start_session(organiser_id: int, *, user_agent: str, at: datetime) -> str:
    """Open a session for somebody who has shown all there is to show; return its token."""
    token = _insert(organiser_id, user_agent=user_agent, is_half=False, at=at)
    actor = f"organiser:{organiser_id}"
    audit.record("organiser.signed_in", actor=actor, object=actor, at=at)
    return token


def find_signed_in(token: str, *, at: datetime) -> OrganiserCard | None:
    """Return the organiser of a living session, None for any other token."""
    row = db.session.execute(
        select(
            Organiser.id,
            Organiser.name,
            OrganiserSession.created_at,
            OrganiserSession.ended_at,
            Totp.confirmed_at,
        )
        .join(Organiser, Organiser.id == OrganiserSession.organiser_id)
        .outerjoin(Totp, Totp.organiser_id == Organiser.id)
        .where(OrganiserSession.token_hash == sealing.token_hash(token))
        .where(Organiser.is_active, OrganiserSession.is_half.is_(False))
    ).one_or_none()
    if row is None or not is_session_alive(
        created_at=row.created_at, ended_at=row.ended_at, now=at
    ):
        return None
    return OrganiserCard(
        id=row.id,
        name=row.name,
        grants=_get_grants(row.id),
        has_second_step=row.confirmed_at is not None,
    )


def get_active_organiser(actor: str) -> OrganiserCard:
    """Return who an actor of the log ("organiser:12") is, with what they may now. Raises NotFound.

    For work done later than it was asked for.
    """
    organiser_id = actor.partition(":")[2]
    mine = (Organiser.id == int(organiser_id), Organiser.is_active)
    row = db.session.execute(select(Organiser.id, Organiser.name).where(*mine)).one_or_none()
    if row is None:
        raise NotFound
    return OrganiserCard(id=row.id, name=row.name, grants=_get_grants(row.id))


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


def end_all_sessions(
    organiser_id: int, *, at: datetime, actor: str | None = None, reason: str | None = None
) -> None:
    """End every session of the organiser, on all devices; by themselves unless `actor` is told."""
    theirs = OrganiserSession.organiser_id == organiser_id
    living = OrganiserSession.ended_at.is_(None)
    db.session.execute(update(OrganiserSession).where(theirs, living).values(ended_at=at))
    target = f"organiser:{organiser_id}"
    by = actor or target
    audit.record("organiser.sessions_ended", actor=by, object=target, reason=reason, at=at)


def end_other_session(organiser_id: int, ref: str, *, at: datetime) -> None:
    """End the organiser's session that `ref` names. Raises NotFound when there is none."""
    living = select(OrganiserSession.token_hash).where(
        OrganiserSession.organiser_id == organiser_id, OrganiserSession.ended_at.is_(None)
    )
    found = [key for key in db.session.scalars(living) if _ref(key) == ref]
    if not found:
        raise NotFound
    mine = OrganiserSession.token_hash.in_(found)
    db.session.execute(update(OrganiserSession).where(mine).values(ended_at=at))
    actor = f"organiser:{organiser_id}"
    audit.record("organiser.session_ended", actor=actor, object=actor, at=at)


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
            OrganiserSession.is_half.is_(False),
            OrganiserSession.created_at > at - SESSION_LASTS,
        )
        .order_by(OrganiserSession.created_at.desc(), OrganiserSession.token_hash)
    )
    mine = sealing.token_hash(token)
    return [
        SessionCard(
            ref=_ref(key),
            created_at=made,
            last_seen_at=seen,
            user_agent=agent,
            is_this=key == mine,
        )
        for made, seen, agent, key in rows
    ]


def _insert(organiser_id: int, *, user_agent: str, is_half: bool, at: datetime) -> str:
    token = sealing.new_token()
    db.session.execute(
        insert(OrganiserSession).values(
            token_hash=sealing.token_hash(token),
            organiser_id=organiser_id,
            created_at=at,
            last_seen_at=at,
            user_agent=short_user_agent(user_agent),
            is_half=is_half,
        )
    )
    return token


def _get_half(half: str, *, at: datetime) -> int:
    found = (
        select(OrganiserSession.organiser_id)
        .join(Organiser, Organiser.id == OrganiserSession.organiser_id)
        .where(OrganiserSession.token_hash == sealing.token_hash(half), Organiser.is_active)
        .where(OrganiserSession.is_half, OrganiserSession.ended_at.is_(None))
        .where(OrganiserSession.created_at > at - HALF_LASTS)
    )
    organiser_id: int | None = db.session.scalar(found)
    if organiser_id is None:
        raise HalfSpent
    return organiser_id


def _ref(token_hash: bytes) -> str:
    return token_hash[:8].hex()


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
