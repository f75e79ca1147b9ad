"""Whose banks an organiser uses, and whose they write."""

from datetime import datetime

from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.banks.errors import NotYourBank
from quizapp.banks.models import Bank
from quizapp.banks.rules.differences import Difference
from quizapp.banks.service.versions import BankCard, compare_versions, find_title, get_banks
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.service import WRITES_QUESTIONS as WRITES
from quizapp.people.service import OrganiserCard
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam


def get_writers_units(organiser: OrganiserCard, *, at: datetime) -> list[UnitCard]:
    """Return the units whose banks this organiser may write."""
    ids = dict.fromkeys(grant.unit_id for grant in organiser.grants if grant.role in WRITES)
    cards = units.get_cards(list(ids), on=day_in_vietnam(at))
    return [cards[unit_id] for unit_id in ids if unit_id in cards]


def get_banks_of(organiser: OrganiserCard) -> tuple[BankCard, ...]:
    """Return the banks that this organiser may use: nobody's, and those of units in their line.

    A unit uses its own banks, those of units above it and those of units below it.
    """
    own = {grant.unit_id for grant in organiser.grants}
    rows = db.session.execute(select(Bank.code, Bank.owner_unit_id)).all()
    owners = {row.owner_unit_id for row in rows if row.owner_unit_id is not None}
    lines = units.get_lines(own | owners)
    above = {one for unit_id in own for one in lines[unit_id]}
    near = {one for one in owners if one in above or own & set(lines[one])}
    usable = {row.code for row in rows if row.owner_unit_id is None or row.owner_unit_id in near}
    return tuple(card for card in get_banks() if card.code in usable)


def check_owner(organiser: OrganiserCard, code: str, owner_unit_id: int | None) -> None:
    """Raise NotYourBank unless the organiser writes the banks of the unit that owns this one.

    Banks without an owner are written by who may write the whole tree's.
    """
    root = units.find_root()
    line = set(units.get_ancestor_ids(owner_unit_id or (root.id if root else 0)))
    if not any(grant.role in WRITES and grant.unit_id in line for grant in organiser.grants):
        raise NotYourBank(code=code)


def writes_bank(organiser: OrganiserCard, code: str) -> bool:
    """Say whether the organiser writes this bank, which is there."""
    owner = db.session.scalar(select(Bank.owner_unit_id).where(Bank.code == code))
    try:
        check_owner(organiser, code, owner)
    except NotYourBank:
        return False
    return True


def compare_mine(organiser: OrganiserCard, code: str, before: int, after: int) -> Difference:
    """Return what changed between two versions of a bank that the organiser writes.

    Raises NotFound for others, NoSuchVersion.
    """
    if find_title(code) is None or not writes_bank(organiser, code):
        raise NotFound
    return compare_versions(code, before, after)


def note_keys_seen(organiser: OrganiserCard, code: str, numbers: str, *, at: datetime) -> None:
    """Write down that somebody looked at the right options of these versions of a bank."""
    actor = f"organiser:{organiser.id}"
    audit.record("bank.keys_seen", actor=actor, object=f"bank:{code}@{numbers}", at=at)
