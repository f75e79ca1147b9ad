"""Organisers: who they are, what they were granted, and their one-time links."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db, upsert
from quizapp.people.errors import BadEntry, LinkSpent, NoSuchOrganiser
from quizapp.people.models import Grant, LinkPurpose, OneTimeLink, Organiser
from quizapp.people.roles import Role
from quizapp.people.rules.entry import check_name
from quizapp.people.rules.organisers import (
    RESET_LASTS,
    SETUP_LASTS,
    check_password,
    is_link_usable,
)
from quizapp.people.service import sealing
from quizapp.people.service.passwords import hash_password
from quizapp.people.service.phones import check_phone, read_phone
from quizapp.people.service.sessions import end_all_sessions, start_session
from quizapp.vietnamese import one_line

LASTS: dict[LinkPurpose, timedelta] = {
    LinkPurpose.SETUP: SETUP_LASTS,
    LinkPurpose.RESET: RESET_LASTS,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOrganiser:
    """Whom to add, and the role in the subtree of a unit."""

    phone: str
    name: str
    unit_id: int
    role: Role


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkCard:
    """A new one-time link: `token` is shown once and stored nowhere."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AddedOrganiser:
    """`link` is None when the organiser has a password already."""

    organiser_id: int
    link: LinkCard | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPassword:
    """A password that passed the rules, hashed, and the link it was given with."""

    link_token: str
    password_hash: str


def add_organiser(new: NewOrganiser, *, actor: str, at: datetime) -> AddedOrganiser:
    """Add an organiser, or only the grant when the phone is known; its name then stays.

    Gives a new set-up link, which ends older ones, until a password is set. Raises BadEntry.
    """
    phone = read_phone(new.phone)
    problems = [*check_phone(new.phone), *check_name(new.name)]
    if phone is None or problems:
        raise BadEntry(problems)
    known = _find_by_phone(phone)
    organiser_id = known[0] if known else _insert(phone, new.name, actor=actor, at=at)
    _add_grant(organiser_id, new, actor=actor, at=at)
    if known and known[1]:
        return AddedOrganiser(organiser_id=organiser_id, link=None)
    link = _make_link(organiser_id, LinkPurpose.SETUP, actor=actor, at=at)
    return AddedOrganiser(organiser_id=organiser_id, link=link)


def make_reset_link(phone: str, *, actor: str, at: datetime) -> LinkCard:
    """Return a link to choose a password anew, which ends older ones. Raises NoSuchOrganiser."""
    number = read_phone(phone)
    known = _find_by_phone(number) if number else None
    if known is None:
        raise NoSuchOrganiser
    return _make_link(known[0], LinkPurpose.RESET, actor=actor, at=at)


def has_organiser() -> bool:
    """Return whether anybody can sign in: an active organiser who has set a password."""
    ready = select(Organiser.id).where(Organiser.password_hash.is_not(None), Organiser.is_active)
    return db.session.scalar(ready.limit(1)) is not None


def get_link_owner(token: str, *, at: datetime) -> str:
    """Return the name of the organiser a usable link belongs to. Raises LinkSpent."""
    return _get_link_owner(token, at=at).name


def prepare_password(token: str, password: str, *, at: datetime) -> NewPassword:
    """Check a new password and hash it, before the write transaction that will store it.

    Raises LinkSpent, BadEntry with the problems of the field "password", Busy.
    """
    owner = _get_link_owner(token, at=at)
    phone = sealing.open_sealed_phone(
        owner.phone_sealed, public_id=owner.public_id, key_id=owner.key_id
    )
    db.session.rollback()  # the reading ends here: nothing stays open while the hash is computed
    problems = check_password(password, phone=phone)
    if problems:
        raise BadEntry(problems)
    return NewPassword(link_token=token, password_hash=hash_password(password))


def set_password(new: NewPassword, *, user_agent: str, at: datetime) -> str:
    """Use the link up, store the password, end all sessions; return the token of a new one.

    Raises LinkSpent, also for the later of two that use the same link at once.
    """
    use_up = (
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == sealing.token_hash(new.link_token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > at,
        )
        .values(used_at=at)
        .returning(OneTimeLink.organiser_id)
    )
    organiser_id = db.session.scalar(use_up)
    if organiser_id is None:
        raise LinkSpent
    chosen = update(Organiser).where(Organiser.id == organiser_id)
    db.session.execute(chosen.values(password_hash=new.password_hash))
    actor = f"organiser:{organiser_id}"
    audit.record("organiser.password_set", actor=actor, object=actor, at=at)
    end_all_sessions(organiser_id, at=at)
    return start_session(organiser_id, user_agent=user_agent, at=at)


def _find_by_phone(phone: str) -> tuple[int, bool] | None:
    """Return the organiser's id and whether a password is set."""
    has_password = Organiser.password_hash.is_not(None)
    of_phone = Organiser.phone_hash == sealing.phone_hash(phone)
    row = db.session.execute(select(Organiser.id, has_password).where(of_phone)).one_or_none()
    return (row[0], row[1]) if row else None


def _get_link_owner(token: str, *, at: datetime) -> Organiser:
    of_token = OneTimeLink.token_hash == sealing.token_hash(token)
    row = db.session.execute(
        select(OneTimeLink.expires_at, OneTimeLink.used_at, Organiser)
        .join(Organiser, Organiser.id == OneTimeLink.organiser_id)
        .where(of_token, Organiser.is_active)
    ).one_or_none()
    if row is None or not is_link_usable(expires_at=row[0], used_at=row[1], now=at):
        raise LinkSpent
    return row[2]


def _insert(phone: str, name: str, *, actor: str, at: datetime) -> int:
    public_id = sealing.new_public_id()
    new = insert(Organiser).values(
        public_id=public_id,
        name=one_line(name),
        phone_hash=sealing.phone_hash(phone),
        phone_sealed=sealing.seal_phone(phone, public_id=public_id),
        key_id=sealing.current_key_id(),
        is_active=True,
        created_at=at,
    )
    organiser_id = db.session.execute(new.returning(Organiser.id)).scalar_one()
    audit.record("organiser.added", actor=actor, object=f"organiser:{organiser_id}", at=at)
    return organiser_id


def _add_grant(organiser_id: int, new: NewOrganiser, *, actor: str, at: datetime) -> None:
    grant = {"organiser_id": organiser_id, "unit_id": new.unit_id, "role": new.role.value}
    added = upsert(Grant).values(grant | {"granted_at": at}).on_conflict_do_nothing()
    if db.session.scalar(added.returning(Grant.organiser_id)) is not None:
        target = f"organiser:{organiser_id}"
        audit.record("organiser.granted", actor=actor, object=target, after=grant, at=at)


def _make_link(organiser_id: int, purpose: LinkPurpose, *, actor: str, at: datetime) -> LinkCard:
    unused = OneTimeLink.used_at.is_(None)
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.organiser_id == organiser_id, unused))
    link = LinkCard(token=sealing.new_token(), expires_at=at + LASTS[purpose])
    db.session.execute(
        insert(OneTimeLink).values(
            token_hash=sealing.token_hash(link.token),
            organiser_id=organiser_id,
            purpose=purpose,
            created_at=at,
            expires_at=link.expires_at,
        )
    )
    target = f"organiser:{organiser_id}"
    audit.record(f"organiser.{purpose}_link_made", actor=actor, object=target, at=at)
    return link
