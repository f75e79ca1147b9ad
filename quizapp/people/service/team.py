"""Who has which role where: looking, granting, revoking, and helping others with their accounts.

An organiser sees grants within the units where they may grant, and nothing above or beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select

from quizapp.audit import service as audit
from quizapp.db import db
from quizapp.errors import N_, NotFound
from quizapp.people.errors import BadEntry, LastOwner, NotYourRole
from quizapp.people.models import Grant, LinkPurpose, Organiser
from quizapp.people.roles import Role
from quizapp.people.rules.entry import mask_phone
from quizapp.people.rules.policy import Permission, grantable_by
from quizapp.people.service import sealing, second_step
from quizapp.people.service.access import get_unit_ids_where, roles_at
from quizapp.people.service.cards import OrganiserCard
from quizapp.people.service.organisers import (
    LinkCard,
    NewOrganiser,
    add_grant,
    ensure_organiser,
    make_link,
)
from quizapp.people.service.sessions import end_all_sessions
from quizapp.said import said
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.units.rules.naming import keys_of
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam, name_sort_key, one_line

LONGEST_REASON = 300
SIMILAR = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantLine:
    """A grant with its unit; `may_revoke`: who asks has at least as much there."""

    unit: UnitCard
    role: Role
    may_revoke: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberCard:
    """An organiser as those who granted see them; only grants within their reach are listed.

    `may_manage`: who asks has at least as much everywhere as this person has anywhere.
    """

    id: int
    public_id: str
    name: str
    phone: str
    is_ready: bool
    has_second_step: bool
    may_manage: bool
    grants: tuple[GrantLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedGrant:
    """What was typed to give somebody a role; `unit` is a code."""

    phone: str
    name: str
    unit: str
    role: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """`link`: None when they have a password, or when others must hand the link out."""

    public_id: str
    name: str
    link: LinkCard | None
    waits_for_others: bool


def get_grant_units(organiser: OrganiserCard, *, at: datetime) -> Sequence[UnitCard]:
    """Return the units at which the organiser may grant. Raises NotYourRole when there is none."""
    ids = get_unit_ids_where(organiser, Permission.GRANT_ROLES)
    if not ids:
        raise NotYourRole
    cards = units.get_cards(ids, on=day_in_vietnam(at))
    return [cards[unit_id] for unit_id in ids]


def get_team(organiser: OrganiserCard, *, at: datetime) -> Sequence[MemberCard]:
    """Return everybody with a role within reach, in the order of names. Raises NotYourRole."""
    get_grant_units(organiser, at=at)
    rows = _rows_within(organiser)
    members = _members(organiser, {row.id for row in rows}, at=at)
    return sorted(members, key=lambda one: (name_sort_key(one.name), one.id))


def get_member(organiser: OrganiserCard, public_id: str, *, at: datetime) -> MemberCard:
    """Return one of the team. Raises NotFound, NotYourRole."""
    get_grant_units(organiser, at=at)
    try:
        key = bytes.fromhex(public_id)
    except ValueError as error:
        raise NotFound from error
    for row in _rows_within(organiser, Organiser.public_id == key):
        (member,) = _members(organiser, {row.id}, at=at)
        return member
    raise NotFound


def get_roles_to_grant(organiser: OrganiserCard) -> tuple[Role, ...]:
    """Return the roles the organiser may grant somewhere, in order."""
    found = {
        role
        for unit_id in get_unit_ids_where(organiser, Permission.GRANT_ROLES)
        for role in grantable_by(roles_at(organiser, unit_id))
    }
    return tuple(role for role in Role if role in found)


def give_role(organiser: OrganiserCard, typed: TypedGrant, *, at: datetime) -> Granted:
    """Give somebody a role, a new account with a set-up link if the phone is new.

    Raises BadEntry with the problems of its fields, NotYourRole.
    """
    reason = _reason(typed.reason)
    unit, role = _unit_and_role(organiser, typed, at=at)
    actor = f"organiser:{organiser.id}"
    new = NewOrganiser(phone=typed.phone, name=typed.name, unit_id=unit.id, role=role)
    person = ensure_organiser(new, actor=actor, at=at)
    # Whoever holds the set-up link becomes that person, with all they were granted elsewhere.
    is_theirs = person.is_new or may_manage(organiser, person.id)
    add_grant(person.id, new, actor=actor, reason=reason, at=at)
    link = None
    if is_theirs and not person.has_password:
        link = make_link(person.id, LinkPurpose.SETUP, actor=actor, at=at)
    return Granted(
        public_id=person.public_id.hex(),
        name=person.name,
        link=link,
        waits_for_others=not is_theirs and not person.has_password,
    )


def revoke_role(
    organiser: OrganiserCard, public_id: str, *, unit: str, role: str, reason: str, at: datetime
) -> None:
    """Take a role from somebody at once.

    Raises NotFound, NotYourRole, BadEntry without a reason, LastOwner.
    """
    member = get_member(organiser, public_id, at=at)
    found = [one for one in member.grants if (one.unit.code, one.role) == (unit, role)]
    if not found:
        raise NotFound
    told, line = _reason(reason), found[0]
    if not line.may_revoke:
        raise NotYourRole
    if line.role is Role.OWNER:
        _check_other_owner(member.id, line.unit)
    mine = (
        Grant.organiser_id == member.id,
        Grant.unit_id == line.unit.id,
        Grant.role == line.role.value,
    )
    db.session.execute(delete(Grant).where(*mine))
    audit.record(
        "organiser.revoked",
        actor=f"organiser:{organiser.id}",
        object=f"organiser:{member.id}",
        before={"organiser_id": member.id, "unit_id": line.unit.id, "role": line.role.value},
        reason=told,
        at=at,
    )


def give_new_link(
    organiser: OrganiserCard, public_id: str, *, reason: str, at: datetime
) -> Granted:
    """Make a link to choose a password, which ends older ones. Raises as `end_sessions_of`."""
    member = _managed(organiser, public_id, at=at)
    told = _reason(reason)
    purpose = LinkPurpose.RESET if member.is_ready else LinkPurpose.SETUP
    link = make_link(member.id, purpose, actor=f"organiser:{organiser.id}", reason=told, at=at)
    return Granted(public_id=public_id, name=member.name, link=link, waits_for_others=False)


def end_sessions_of(organiser: OrganiserCard, public_id: str, *, reason: str, at: datetime) -> None:
    """Sign somebody out everywhere. Raises NotFound, NotYourRole, BadEntry without a reason."""
    member = _managed(organiser, public_id, at=at)
    end_all_sessions(member.id, actor=f"organiser:{organiser.id}", reason=_reason(reason), at=at)


def take_second_step_off(
    organiser: OrganiserCard, public_id: str, *, reason: str, at: datetime
) -> None:
    """Let somebody who lost their device sign in without. Raises as `end_sessions_of`."""
    member = _managed(organiser, public_id, at=at)
    actor, told = f"organiser:{organiser.id}", _reason(reason)
    second_step.forget_second_step(member.id, actor=actor, reason=told, at=at)
    end_all_sessions(member.id, actor=actor, reason=told, at=at)


def find_grant_unit(organiser: OrganiserCard, code: str) -> UnitCard | None:
    """Return the unit of a code where the organiser may grant, None for any other."""
    unit = units.find_unit(code) if one_line(code) else None
    if unit is None or not grantable_by(roles_at(organiser, unit.id)):
        return None
    return unit


def _grant_unit_typed(organiser: OrganiserCard, typed: str, *, at: datetime) -> UnitCard:
    """Return the one unit where the organiser may grant that a code or words name.

    Of several found the one whose whole name it is. Raises BadEntry.
    """
    by_code = find_grant_unit(organiser, typed)
    if by_code is not None:
        return by_code
    text = one_line(typed)
    found = [
        card
        for card in units.search_units(text, on=day_in_vietnam(at))
        if grantable_by(roles_at(organiser, card.id))
    ]
    key = keys_of(text).search_key
    whole = [card for card in found if keys_of(card.name).search_key == key] or found
    if len(whole) == 1:
        return whole[0]
    if not found:
        words = N_("Không có đơn vị này trong phạm vi bạn được giao quyền.")
        raise BadEntry([("unit", words)])
    similar = "; ".join(f"{card.name} ({card.code})" for card in found[:SIMILAR])
    unclear = N_("Chưa rõ đơn vị “{typed}”. Hãy ghi mã đơn vị. Gần giống: {found}.")
    raise BadEntry([("unit", said(unclear, typed=text, found=similar))])


def _unit_and_role(
    organiser: OrganiserCard, typed: TypedGrant, *, at: datetime
) -> tuple[UnitCard, Role]:
    unit = _grant_unit_typed(organiser, typed.unit, at=at)
    if typed.role not in grantable_by(roles_at(organiser, unit.id)):
        words = N_("Bạn không giao được vai trò này: không ai giao nhiều quyền hơn mình có.")
        raise BadEntry([("role", words)])
    return unit, Role(typed.role)


def _reason(text: str) -> str:
    told = one_line(text)
    if not told or len(told) > LONGEST_REASON:
        raise BadEntry([("reason", N_("Hãy ghi lý do, dài nhất 300 chữ."))])
    return told


def _within(organiser: OrganiserCard) -> ColumnElement[bool]:
    ids = get_unit_ids_where(organiser, Permission.GRANT_ROLES)
    return or_(*(units.inside(unit_id) for unit_id in ids))


def _rows_within(organiser: OrganiserCard, *more: ColumnElement[bool]) -> Sequence[Organiser]:
    """Return the active organisers with a grant within reach, each once."""
    found = (
        select(Organiser.id)
        .join(Grant, Grant.organiser_id == Organiser.id)
        .join(Unit, Unit.id == Grant.unit_id)
        .where(_within(organiser), Organiser.is_active, *more)
    )
    ids = set(db.session.scalars(found))
    return db.session.scalars(select(Organiser).where(Organiser.id.in_(ids))).all()


def _members(organiser: OrganiserCard, ids: Iterable[int], *, at: datetime) -> Sequence[MemberCard]:
    wanted = list(ids)
    people = db.session.scalars(select(Organiser).where(Organiser.id.in_(wanted))).all()
    rows = db.session.execute(
        select(Grant.organiser_id, Grant.unit_id, Grant.role)
        .where(Grant.organiser_id.in_(wanted))
        .order_by(Grant.organiser_id, Grant.unit_id, Grant.role)
    ).all()
    units.get_lines({row.unit_id for row in rows})  # kept: what follows asks unit by unit
    cards = units.get_cards({row.unit_id for row in rows}, on=day_in_vietnam(at))
    devices = second_step.get_ids_with_second_step(wanted)
    grants: dict[int, list[tuple[UnitCard, Role]]] = {}
    for row in rows:
        grants.setdefault(row.organiser_id, []).append((cards[row.unit_id], Role(row.role)))
    return [
        _member(organiser, one, grants.get(one.id, []), has_second_step=one.id in devices)
        for one in people
    ]


def _member(
    organiser: OrganiserCard,
    one: Organiser,
    grants: Sequence[tuple[UnitCard, Role]],
    *,
    has_second_step: bool,
) -> MemberCard:
    phone = sealing.open_sealed_phone(one.phone_sealed, public_id=one.public_id, key_id=one.key_id)
    lines = [(unit, role, grantable_by(roles_at(organiser, unit.id))) for unit, role in grants]
    return MemberCard(
        id=one.id,
        public_id=one.public_id.hex(),
        name=one.name,
        phone=mask_phone(phone),
        is_ready=one.password_hash is not None,
        has_second_step=has_second_step,
        may_manage=all(role in may_give for _, role, may_give in lines),
        grants=tuple(
            GrantLine(unit=unit, role=role, may_revoke=role in may_give)
            for unit, role, may_give in lines
            if may_give
        ),
    )


def _managed(organiser: OrganiserCard, public_id: str, *, at: datetime) -> MemberCard:
    member = get_member(organiser, public_id, at=at)
    if not member.may_manage:
        raise NotYourRole
    return member


def may_manage(organiser: OrganiserCard, other_id: int) -> bool:
    """Tell whether the organiser has at least as much as the other, everywhere the other has."""
    rows = db.session.execute(
        select(Grant.unit_id, Grant.role).where(Grant.organiser_id == other_id)
    )
    return all(Role(role) in grantable_by(roles_at(organiser, unit)) for unit, role in rows)


def _check_other_owner(organiser_id: int, unit: UnitCard) -> None:
    """Raise LastOwner unless somebody else who can sign in owns the unit or one above it.

    The owners' rows are locked first: of two owners who remove each other, the second sees it.
    """
    line = units.get_ancestor_ids(unit.id)
    owners = (
        select(Grant.organiser_id)
        .join(Organiser, Organiser.id == Grant.organiser_id)
        .where(Grant.unit_id.in_(line), Grant.role == Role.OWNER)
        .where(Organiser.is_active, Organiser.password_hash.is_not(None))
        .order_by(Grant.organiser_id, Grant.unit_id)
        .with_for_update(of=Grant)
    )
    if not set(db.session.scalars(owners)) - {organiser_id}:
        raise LastOwner(unit=unit.name)
