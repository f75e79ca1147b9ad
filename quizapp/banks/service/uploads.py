"""Files that organisers bring: kept, looked at as often as they like, published or thrown away."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from quizapp.audit import service as audit
from quizapp.banks.errors import NothingToPublish, NotYourBank, SeesErrors
from quizapp.banks.models import Bank, BankUpload
from quizapp.banks.reading import read_bank
from quizapp.banks.rules import PictureFile, Reading
from quizapp.banks.service.pictures import keep_pictures
from quizapp.banks.service.versions import (
    BankCard,
    PublishedVersion,
    check_bank_code,
    find_twin,
    find_version,
    get_banks,
    lock_bank,
    publish_version,
)
from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.service import WRITES_QUESTIONS as WRITES
from quizapp.people.service import OrganiserCard
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam, one_line

KEPT_EACH = 10  # uploads of one organiser; the oldest one goes
KEPT_FOR = timedelta(days=30)
LONGEST_TITLE, LONGEST_NOTE, LONGEST_NAME = 200, 500, 100  # letters
ID_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUpload:
    """A file for a bank, new or not, of a unit; `content` are its bytes."""

    unit: str
    bank_code: str
    title: str
    file_name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadUpload:
    """A file that was read, and may be kept for a bank of the unit."""

    new: NewUpload
    unit_id: int
    title: str
    pictures: tuple[PictureFile, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadCard:
    """A kept file; `public_id` is hexadecimal."""

    public_id: str
    bank_code: str
    title: str
    file_name: str
    uploaded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LookedAt:
    """What a kept file holds: the number its version would get, or the version it equals."""

    upload: UploadCard
    reading: Reading
    next_number: int
    equals_number: int | None


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


def read_upload(organiser: OrganiserCard, new: NewUpload, *, at: datetime) -> ReadUpload:
    """Return a file that can be kept. Before any transaction: reading a file may take seconds.

    Raises NotFound for a unit that is not theirs, BadBankCode, NotYourBank, CannotRead.
    """
    mine = {unit.code: unit for unit in get_writers_units(organiser, at=at)}
    if new.unit not in mine:
        raise NotFound
    check_bank_code(new.bank_code)
    unit_id = mine[new.unit].id
    owner = db.session.execute(
        select(Bank.owner_unit_id).where(Bank.code == new.bank_code)
    ).one_or_none()
    _check_owner(organiser, new.bank_code, unit_id if owner is None else owner.owner_unit_id)
    known = _title(new.bank_code)
    db.session.rollback()
    reading = read_bank(new.content)
    title = one_line(new.title) or reading.title or known
    return ReadUpload(
        new=new, unit_id=unit_id, title=title[:LONGEST_TITLE], pictures=reading.pictures
    )


def store_upload(organiser: OrganiserCard, read: ReadUpload, *, at: datetime) -> str:
    """Keep a file that was read; return its public id."""
    upload = BankUpload(
        public_id=secrets.token_bytes(ID_BYTES),
        organiser_id=organiser.id,
        unit_id=read.unit_id,
        bank_code=read.new.bank_code,
        title=read.title,
        file_name=one_line(read.new.file_name)[-LONGEST_NAME:],
        content=read.new.content,
        uploaded_at=at,
    )
    db.session.add(upload)
    keep_pictures(read.pictures, at=at)
    db.session.flush()  # the newest counts among those that are kept
    newest = (
        select(BankUpload.id)
        .where(BankUpload.organiser_id == organiser.id)
        .order_by(BankUpload.id.desc())
        .limit(KEPT_EACH)
    )
    kept = db.session.scalars(newest).all()
    mine_only = BankUpload.organiser_id == organiser.id
    db.session.execute(delete(BankUpload).where(mine_only, BankUpload.id.not_in(kept)))
    _note("bank.upload", organiser, upload, at=at)
    return upload.public_id.hex()


def get_uploads(organiser: OrganiserCard) -> Sequence[UploadCard]:
    """Return the organiser's kept files, newest first."""
    rows = db.session.execute(
        select(
            BankUpload.public_id,
            BankUpload.bank_code,
            BankUpload.title,
            BankUpload.file_name,
            BankUpload.uploaded_at,
        )
        .where(BankUpload.organiser_id == organiser.id)
        .order_by(BankUpload.id.desc())
    )
    return [UploadCard(**row._asdict() | {"public_id": row.public_id.hex()}) for row in rows]


def look_at_upload(organiser: OrganiserCard, public_id: str) -> LookedAt:
    """Return what a kept file holds, outside of any transaction. Raises NotFound."""
    upload = _mine(organiser, public_id)
    card, content = _card(upload), upload.content
    db.session.rollback()
    reading = read_bank(content)
    newest = find_version(card.bank_code)
    twin = find_twin(card.bank_code, reading.drafts) if reading.drafts else None
    db.session.rollback()
    return LookedAt(
        upload=card,
        reading=reading,
        next_number=newest.number + 1 if newest else 1,
        equals_number=twin.number if twin else None,
    )


def publish_upload(
    organiser: OrganiserCard, found: LookedAt, *, note: str, skips_errors: bool, at: datetime
) -> PublishedVersion:
    """Publish what a kept file holds, which was looked at before, and forget the file.

    Raises NotFound, NotYourBank, NothingToPublish, and SeesErrors unless errors are left out.
    """
    upload, reading = _mine(organiser, found.upload.public_id, locks=True), found.reading
    if not reading.drafts:
        raise NothingToPublish
    if reading.errors and not skips_errors:
        raise SeesErrors(count=len(reading.errors), accepted=len(reading.drafts))
    bank = lock_bank(upload.bank_code, title=upload.title, at=at, owner_unit_id=upload.unit_id)
    _check_owner(organiser, upload.bank_code, bank.owner_unit_id)
    keep_pictures(reading.pictures, at=at)
    made = publish_version(
        upload.bank_code,
        reading.drafts,
        title=upload.title,
        note=one_line(note)[:LONGEST_NOTE] or None,
        by=f"organiser:{organiser.id}",
        at=at,
    )
    db.session.delete(upload)
    return made


def discard_upload(organiser: OrganiserCard, public_id: str, *, at: datetime) -> None:
    """Throw a kept file away. Raises NotFound."""
    upload = _mine(organiser, public_id, locks=True)
    _note("bank.discard", organiser, upload, at=at)
    db.session.delete(upload)


def forget_old_uploads(*, at: datetime) -> None:
    """Throw files away that nobody has published for long."""
    db.session.execute(delete(BankUpload).where(BankUpload.uploaded_at < at - KEPT_FOR))


def _mine(organiser: OrganiserCard, public_id: str, *, locks: bool = False) -> BankUpload:
    try:
        key = bytes.fromhex(public_id)
    except ValueError as error:
        raise NotFound from error
    own = BankUpload.organiser_id == organiser.id
    query = select(BankUpload).where(BankUpload.public_id == key, own)
    found = db.session.scalars(query.with_for_update() if locks else query)
    upload: BankUpload | None = found.one_or_none()
    if upload is None:
        raise NotFound
    return upload


def _check_owner(organiser: OrganiserCard, code: str, owner_unit_id: int | None) -> None:
    """Raise NotYourBank unless the organiser writes the banks of the unit that owns this one.

    Banks without an owner are written by who may write the whole tree's.
    """
    root = units.find_root()
    line = set(units.get_ancestor_ids(owner_unit_id or (root.id if root else 0)))
    if not any(grant.role in WRITES and grant.unit_id in line for grant in organiser.grants):
        raise NotYourBank(code=code)


def _note(deed: str, organiser: OrganiserCard, upload: BankUpload, *, at: datetime) -> None:
    audit.record(
        deed,
        actor=f"organiser:{organiser.id}",
        object=f"bank_upload:{upload.id}",
        after=hashlib.sha256(upload.content).hexdigest(),
        at=at,
    )


def _title(code: str) -> str:
    known = db.session.scalar(select(Bank.title).where(Bank.code == code))
    return known or code


def _card(upload: BankUpload) -> UploadCard:
    return UploadCard(
        public_id=upload.public_id.hex(),
        bank_code=upload.bank_code,
        title=upload.title,
        file_name=upload.file_name,
        uploaded_at=upload.uploaded_at,
    )
