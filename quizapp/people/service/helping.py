"""What the help desk finds and mends of an entry: its name, its number, its PIN.

Nothing here asks who may: the use cases above do, and write the audit log.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, union_all, update

from quizapp.db import db, upsert
from quizapp.people.errors import BadEntry, PhoneInUse, WrongResetCode
from quizapp.people.models import Consent, Organiser, Person, PersonState, PinReset, Purpose
from quizapp.people.rules.entry import check_name, check_pin, mask_phone
from quizapp.people.service import sealing
from quizapp.people.service.cards import PersonCard
from quizapp.people.service.contestants import get_person_cards
from quizapp.people.service.erasing import NO_NUMBER
from quizapp.people.service.phones import check_phone, read_phone
from quizapp.people.service.tries import count_failure, forget_failures, hold_try
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.vietnamese import fold, name_search_key, name_sort_key, one_line, words_of
from quizapp.web.codes import after, new_one_time_code, read_one_time_code

RESET_CODE_LASTS = timedelta(minutes=10)
FOUND_AT_MOST = 20
ORGANISER = "organiser:"
LEAST_WORDS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentCard:
    """What a person agreed to, when, as which text said it, and until when."""

    purpose: Purpose
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResetCode:
    """A code to be told once on the telephone; it is stored nowhere."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPin:
    """What somebody typed who has a code from the help desk."""

    phone: str
    code: str
    pin: str


def find_people_by_name(
    contest_id: int, name: str, unit_ids: Sequence[int] | None
) -> Sequence[PersonCard]:
    """Return entries whose name ends in these words, marks or none, in order of that name.

    At most FOUND_AT_MOST and one; none for a single word. `unit_ids`: only of those who count for
    one of these units or below (None: everybody). A range of an index, whatever the contest's size.
    """
    if len(words_of(fold(name))) < LEAST_WORDS:
        return []
    key = name_search_key(name)
    wanted = select(Person.id).where(
        Person.contest_id == contest_id,
        # One range: `an van` and `an van nguyen` are in it, `an vang` stands behind its end, which
        # is the sign after a space. As an OR, PostgreSQL went through everybody by order.
        Person.search_key >= key,
        Person.search_key < key + b"!",
    )
    if unit_ids is not None:
        inside = select(Unit.id).where(or_(*(units.inside(unit_id) for unit_id in unit_ids)))
        wanted = wanted.where(func.coalesce(Person.unit_assigned_id, Person.unit_id).in_(inside))
    wanted = wanted.order_by(Person.search_key, Person.id).limit(FOUND_AT_MOST + 1)
    found = list(db.session.scalars(wanted))
    cards = get_person_cards(found)
    return [cards[person_id] for person_id in found]


def find_people_by_id_prefix(contest_id: int, start: bytes) -> Sequence[PersonCard]:
    """Return the contest's entries whose public id begins so: one, unless chance played a trick."""
    own = (
        Person.contest_id == contest_id,
        Person.public_id >= start,
        Person.public_id < after(start),
    )
    found = list(db.session.scalars(select(Person.id).where(*own).order_by(Person.id)))
    return list(get_person_cards(found).values())


def get_masked_phones(person_ids: Iterable[int]) -> Mapping[int, str | None]:
    """Return id → the number with its middle left out; None where the entry has none any more."""
    columns = select(Person.id, Person.phone_sealed, Person.public_id, Person.key_id)
    rows = db.session.execute(columns.where(Person.id.in_(list(person_ids))))
    opened = {
        row.id: sealing.open_sealed_phone(
            row.phone_sealed, public_id=row.public_id, key_id=row.key_id
        )
        for row in rows
    }
    return {one: mask_phone(phone) if phone else None for one, phone in opened.items()}


def get_consents(person_id: int) -> Sequence[ConsentCard]:
    """Return what a person agreed to, oldest first."""
    own = select(Consent.id).where(Consent.person_id == person_id)
    # Each half has an index of its own; asked for together they have none.
    either = union_all(
        own.where(Consent.withdrawn_at.is_(None)), own.where(Consent.withdrawn_at.is_not(None))
    )
    rows = db.session.scalars(
        select(Consent).where(Consent.id.in_(either)).order_by(Consent.given_at, Consent.id)
    )
    return [
        ConsentCard(
            purpose=Purpose(row.purpose),
            text_version=row.text_version,
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


def get_joined_at(person_id: int) -> datetime:
    return db.session.execute(select(Person.joined_at).where(Person.id == person_id)).scalar_one()


def get_actor_names(actors: Iterable[str]) -> Mapping[str, str]:
    """Return actor, as the log writes it → name, of those that are organisers."""
    ids = [int(one.removeprefix(ORGANISER)) for one in actors if one.startswith(ORGANISER)]
    wanted = select(Organiser.id, Organiser.name).where(Organiser.id.in_(ids))
    return {f"{ORGANISER}{row.id}": row.name for row in db.session.execute(wanted)}


def set_name(person_id: int, name: str) -> None:
    """Let the entry bear another name. Raises BadEntry."""
    problems = check_name(name)
    if problems:
        raise BadEntry(problems)
    tidy = one_line(name)
    _set(
        person_id,
        name=tidy,
        name_sort_key=name_sort_key(tidy),
        search_key=name_search_key(tidy),
    )


def free_phone(person: PersonCard) -> None:
    """Take the number off the entry, so that whoever owns it may join or be given it."""
    nobodys = sealing.new_public_id() + sealing.new_public_id()
    sealed = sealing.seal_phone(NO_NUMBER, public_id=person.public_id)
    _set(person.id, phone_hash=nobodys, phone_sealed=sealed, is_phone_verified=False)
    _forget_codes(person.id)


def give_phone(person: PersonCard, phone: str) -> None:
    """Let the entry have another number. Raises BadEntry, PhoneInUse."""
    problems = check_phone(phone)
    number = read_phone(phone)
    if problems or number is None:
        raise BadEntry(problems)
    hashed = sealing.phone_hash(number)
    taken = select(Person.id).where(
        Person.contest_id == person.contest_id, Person.phone_hash == hashed
    )
    if db.session.scalar(taken) is not None:
        raise PhoneInUse
    sealed = sealing.seal_phone(number, public_id=person.public_id)
    _set(person.id, phone_hash=hashed, phone_sealed=sealed, is_phone_verified=False)
    _forget_codes(person.id)


def make_reset_code(person: PersonCard, *, at: datetime) -> ResetCode:
    """Return a code with which the person chooses a new PIN; one made before is worth nothing."""
    code = new_one_time_code(sealing.new_public_id())
    row = {
        "code_hash": sealing.reset_code_hash(code, public_id=person.public_id),
        "made_at": at,
        "expires_at": at + RESET_CODE_LASTS,
    }
    new = upsert(PinReset).values(person_id=person.id, **row)
    db.session.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=row))
    return ResetCode(code=code, expires_at=at + RESET_CODE_LASTS)


def set_pin_by_code(contest_id: int, new: NewPin, *, source: str, at: datetime) -> PersonCard:
    """Let the person choose a new PIN, once; return the entry that it opens.

    Raises BadEntry, TooManyTries, and WrongResetCode (counted) for an unknown number, a wrong code
    and one that is too old alike, after the same statements and the same work.
    """
    phone, code = read_phone(new.phone), read_one_time_code(new.code)
    problems = check_phone(new.phone) + check_pin(new.pin, phone=phone)
    if problems or phone is None:
        raise BadEntry(problems)
    phone_hash = sealing.phone_hash(phone)
    subject = sealing.subject("reset code", contest_id, phone_hash.hex())
    held = hold_try(subject, source=source, at=at)
    row = db.session.execute(
        select(Person.id, Person.public_id, PinReset.code_hash, PinReset.expires_at)
        .outerjoin(PinReset, PinReset.person_id == Person.id)
        .where(
            Person.contest_id == contest_id,
            Person.phone_hash == phone_hash,
            Person.state == PersonState.ACTIVE,
        )
    ).one_or_none()
    public_id = row.public_id if row else None
    stored = row.code_hash if row and row.expires_at and at < row.expires_at else None
    is_right = sealing.is_reset_code(code or "", stored=stored, public_id=public_id)
    if row is None or not is_right:
        count_failure(held, at=at)
        raise WrongResetCode
    forget_failures(held, at=at)
    _set(row.id, pin_hash=sealing.pin_hash(new.pin, public_id=row.public_id))
    _forget_codes(row.id)
    return get_person_cards([row.id])[row.id]


def _forget_codes(person_id: int) -> None:
    db.session.execute(delete(PinReset).where(PinReset.person_id == person_id))


def _set(person_id: int, **values: object) -> None:
    db.session.execute(update(Person).where(Person.id == person_id).values(**values))
