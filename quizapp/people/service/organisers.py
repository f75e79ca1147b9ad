"""Organisers: who they are, what they were granted, and their one-time links."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from quizapp.audit import service as audit
from quizapp.db import db, upsert
from quizapp.people.errors import BadEntry, LinkSpent, NoSuchOrganiser
from quizapp.people.models import Grant, LinkPurpose, OneTimeLink, Organiser
from quizapp.people.roles import Role
from quizapp.people.rules.entry import Problems, check_name
from quizapp.people.rules.organisers import (
    RESET_LASTS,
    SETUP_LASTS,
    check_password,
    is_link_usable,
)
from quizapp.people.service import sealing
from quizapp.people.service.passwords import hash_password
from quizapp.people.service.phones import check_phone, read_phone
from quizapp.people.service.sessions import Opened, end_all_sessions, open_session
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


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownOrganiser:
    """An account, new or not; the name is the one it has."""

    id: int
    public_id: bytes
    name: str
    has_password: bool
    is_new: bool


def add_organiser(new: NewOrganiser, *, actor: str, at: datetime) -> AddedOrganiser:
    """Add an organiser, or only the grant when the phone is known; its name then stays.

    Gives a new set-up link, which ends older ones, until a password is set. Raises BadEntry.
    """
    person = ensure_organiser(new, actor=actor, at=at)
    add_grant(person.id, new, actor=actor, reason=None, at=at)
    if person.has_password:
        return AddedOrganiser(organiser_id=person.id, link=None)
    link = make_link(person.id, LinkPurpose.SETUP, actor=actor, at=at)
    return AddedOrganiser(organiser_id=person.id, link=link)


def check_organiser(*, phone: str, name: str) -> Problems:
    """Return what is wrong with the phone and the name of somebody who is to be added."""
    return [*check_phone(phone), *check_name(name)]


def ensure_organiser(new: NewOrganiser, *, actor: str, at: datetime) -> KnownOrganiser:
    """Return the account of a phone, made if there is none. Raises BadEntry."""
    phone = read_phone(new.phone)
    problems = check_organiser(phone=new.phone, name=new.name)
    if phone is None or problems:
        raise BadEntry(problems)
    known = _find_by_phone(phone)
    organiser_id = known[0] if known else _insert(phone, new.name, actor=actor, at=at)
    of_id = select(Organiser.public_id, Organiser.name, Organiser.password_hash)
    row = db.session.execute(of_id.where(Organiser.id == organiser_id)).one()
    return KnownOrganiser(
        id=organiser_id,
        public_id=row.public_id,
        name=row.name,
        has_password=row.password_hash is not None,
        is_new=known is None,
    )


def make_reset_link(phone: str, *, actor: str, at: datetime) -> LinkCard:
    """Return a link to choose a password anew, which ends older ones. Raises NoSuchOrganiser."""
    return make_link(get_organiser_id(phone), LinkPurpose.RESET, actor=actor, at=at)


def get_organiser_id(phone: str) -> int:
    """Return the id of the organiser with this number. Raises NoSuchOrganiser."""
    number = read_phone(phone)
    known = _find_by_phone(number) if number else None
    if known is None:
        raise NoSuchOrganiser
    return known[0]


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


def set_password(new: NewPassword, *, user_agent: str, at: datetime) -> Opened:
    """Use the link up, store the password, end all sessions; open a new one, or half of one.

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
    return open_session(organiser_id, user_agent=user_agent, at=at)


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


def add_grant(
    organiser_id: int, new: NewOrganiser, *, actor: str, reason: str | None, at: datetime
) -> None:
    """Give the role of `new` to an account; once is enough."""
    grant = {"organiser_id": organiser_id, "unit_id": new.unit_id, "role": new.role.value}
    added = upsert(Grant).values(grant | {"granted_at": at}).on_conflict_do_nothing()
    if db.session.scalar(added.returning(Grant.organiser_id)) is not None:
        audit.record(
            "organiser.granted",
            actor=actor,
            object=f"organiser:{organiser_id}",
            after=grant,
            reason=reason,
            at=at,
        )


def make_link(
    organiser_id: int,
    purpose: LinkPurpose,
    *,
    actor: str,
    at: datetime,
    reason: str | None = None,
) -> LinkCard:
    """Return a new one-time link, which ends those of the account that were not used."""
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
    target, deed = f"organiser:{organiser_id}", f"organiser.{purpose}_link_made"
    audit.record(deed, actor=actor, object=target, reason=reason, at=at)
    return link
