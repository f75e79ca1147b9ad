"""Joining a contest and coming back to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, insert, select

from quizapp.db import FEW, among_few, db, few, read, run, upsert
from quizapp.errors import NotFound, Refusal
from quizapp.people.errors import BadEntry, PhoneTaken, WrongOwnPin, WrongPin
from quizapp.people.models import Consent, Person, PersonState, Purpose
from quizapp.people.rules.entry import (
    PIN,
    Problems,
    check_birth_year,
    check_name,
    check_pin,
    check_unit,
    mask_name,
)
from quizapp.people.service import sealing
from quizapp.people.service.cards import PersonCard
from quizapp.people.service.erasing import is_number_erased
from quizapp.people.service.phones import check_phone, read_phone
from quizapp.people.service.tries import count_failure, forget_failures, hold_try
from quizapp.people.service.typed_units import note_typed_unit
from quizapp.vietnamese import name_search_key, name_sort_key, one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What somebody typed to join, as typed. Sending it says that they agree to take part.

    Exactly one of `unit_id` (of the catalogue) and `unit_text` (own words) is needed.
    `consent_version` names the text they agreed to; `show_name` is a consent of its own.
    """

    name: str
    phone: str
    unit_id: int | None
    unit_text: str | None
    pin: str
    birth_year: int | None
    show_name: bool
    consent_version: str


def check_entry(entry: Entry, *, at: datetime) -> Problems:
    """Return every problem as (field, words), in the order of the form; none when it can be taken.

    Fields: name, phone, unit, birth_year, pin.
    """
    return [
        *check_name(entry.name),
        *check_phone(entry.phone),
        *check_unit(entry.unit_id, entry.unit_text),
        *check_birth_year(entry.birth_year, at=at),
        *check_pin(entry.pin, phone=read_phone(entry.phone)),
    ]


def enter_contest(contest_id: int, entry: Entry, *, source: str, at: datetime) -> PersonCard:
    """Return the contest's one entry of this phone: a new one, or the one its PIN opens.

    Nothing is overwritten on a return. `source` is the internet address that asks.
    Raises BadEntry; for a phone that has an entry also PhoneTaken (counted) and TooManyTries.
    """
    problems = check_entry(entry, at=at)
    if problems:
        raise BadEntry(problems)
    phone = _phone(entry.phone)
    person_id = None
    if not is_number_erased(contest_id, sealing.phone_hash(phone)):
        person_id = _add_person(contest_id, entry, phone=phone, at=at)
    if person_id is None:
        known = _Return(contest_id=contest_id, phone=phone, pin=entry.pin, refusal=PhoneTaken)
        return _come_back(known, source=source, at=at)
    _add_consents(person_id, entry, at=at)
    return get_person_cards([person_id])[person_id]


def return_by_pin(
    contest_id: int, *, phone: str, pin: str, source: str, at: datetime
) -> PersonCard:
    """Return the entry that this phone and PIN open.

    Raises BadEntry when either cannot be read, TooManyTries, and WrongPin (counted) for an
    unknown phone and a wrong PIN alike, after the same statements and the same work.
    """
    problems = check_phone(phone)
    problems += [] if PIN.fullmatch(pin) else check_pin(pin, phone=None)
    if problems:
        raise BadEntry(problems)
    asked = _Return(contest_id=contest_id, phone=_phone(phone), pin=pin, refusal=WrongPin)
    return _come_back(asked, source=source, at=at)


def check_own_pin(person: PersonCard, pin: str, *, source: str, at: datetime) -> None:
    """Let who is known by a cookie prove it with the PIN, under the same count as a return.

    Raises WrongOwnPin (counted) and TooManyTries.
    """
    columns = select(Person.pin_hash, Person.public_id, Person.phone_hash)
    row = db.session.execute(columns.where(Person.id == person.id)).one()
    subject = sealing.subject("phone", person.contest_id, row.phone_hash.hex())
    held = hold_try(subject, source=source, at=at)
    if not sealing.is_pin(pin, stored=row.pin_hash, public_id=row.public_id):
        count_failure(held, at=at)
        raise WrongOwnPin
    forget_failures(held, at=at)


def find_person(person_id: int) -> PersonCard | None:
    """Return the entry, or None when there is none of this id, or no more."""
    rows = read(_one_card(), person_id=person_id)
    return _card(rows[0]) if rows else None


def hold_person(person_id: int) -> PersonCard | None:
    """Return the entry as `find_person` does; nobody takes it out before the transaction ends."""
    rows = run(_held_card(), person_id=person_id)
    return _card(rows[0]) if rows else None


def has_people(contest_id: int) -> bool:
    """Say whether anybody has entered the contest."""
    mine = select(Person.id).where(Person.contest_id == contest_id).limit(1)
    return db.session.scalar(mine) is not None


def find_person_by_phone(contest_id: int, phone: str) -> PersonCard | None:
    """Return the contest's entry of this number as people write it, or None.

    Whoever looks somebody up for an organiser records that in the audit log.
    """
    number = read_phone(phone)
    if number is None:
        return None
    own = (Person.contest_id == contest_id, Person.phone_hash == sealing.phone_hash(number))
    row = db.session.execute(_cards().where(*own)).one_or_none()
    return None if row is None else _card(row)


def get_person_cards(person_ids: Iterable[int]) -> Mapping[int, PersonCard]:
    """Return id → card in one statement; unknown ids are left out."""
    ids = list(person_ids)
    if 0 < len(ids) <= FEW:
        rows: Iterable[Row[Any]] = run(_few_cards(), **few(ids))
    else:
        rows = db.session.execute(_cards().where(Person.id.in_(ids)))
    return {row.id: _card(row) for row in rows}


def open_phone(person_id: int) -> str:
    """Return the person's number as E.164, "" where the entry has none any more.

    Raises NotFound, SealBroken, KeysDoNotFit.

    Whoever shows it to somebody records that in the audit log.
    """
    columns = select(Person.phone_sealed, Person.public_id, Person.key_id)
    row = db.session.execute(columns.where(Person.id == person_id)).one_or_none()
    if row is None:
        raise NotFound
    sealed, public_id, key_id = row
    return sealing.open_sealed_phone(sealed, public_id=public_id, key_id=key_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Return:
    contest_id: int
    phone: str
    pin: str
    refusal: type[Refusal]


def _come_back(asked: _Return, *, source: str, at: datetime) -> PersonCard:
    phone_hash = sealing.phone_hash(asked.phone)
    subject = sealing.subject("phone", asked.contest_id, phone_hash.hex())
    held = hold_try(subject, source=source, at=at)
    row = db.session.execute(
        _cards(Person.pin_hash).where(
            Person.contest_id == asked.contest_id,
            Person.phone_hash == phone_hash,
            Person.state == PersonState.ACTIVE,
        )
    ).one_or_none()
    stored, public_id = (row.pin_hash, row.public_id) if row else (None, None)
    if not sealing.is_pin(asked.pin, stored=stored, public_id=public_id) or row is None:
        count_failure(held, at=at)
        raise asked.refusal
    forget_failures(held, at=at)
    return _card(row)


def _add_person(contest_id: int, entry: Entry, *, phone: str, at: datetime) -> int | None:
    """Insert the entry; None when the phone has one, also when it was made this very moment."""
    public_id = sealing.new_public_id()
    name = one_line(entry.name)
    typed = one_line(entry.unit_text or "") or None
    new = upsert(Person).values(
        public_id=public_id,
        contest_id=contest_id,
        name=name,
        name_sort_key=name_sort_key(name),
        search_key=name_search_key(name),
        phone_hash=sealing.phone_hash(phone),
        phone_sealed=sealing.seal_phone(phone, public_id=public_id),
        pin_hash=sealing.pin_hash(entry.pin, public_id=public_id),
        key_id=sealing.current_key_id(),
        is_phone_verified=False,
        unit_id=entry.unit_id,
        unit_text=typed,
        unit_assigned_id=note_typed_unit(contest_id, typed) if typed else None,
        birth_year=entry.birth_year,
        state=PersonState.ACTIVE,
        joined_at=at,
    )
    unless_known = new.on_conflict_do_nothing(index_elements=["contest_id", "phone_hash"])
    person_id: int | None = db.session.scalar(unless_known.returning(Person.id))
    return person_id


def _add_consents(person_id: int, entry: Entry, *, at: datetime) -> None:
    purposes = [Purpose.TAKE_PART] + [Purpose.SHOW_NAME] * entry.show_name
    facts = {"person_id": person_id, "text_version": entry.consent_version, "given_at": at}
    db.session.execute(insert(Consent), [facts | {"purpose": purpose} for purpose in purposes])


def _cards(*more: Any) -> Select[Any]:
    """Select what a card shows: the person, and whether the name may be shown."""
    show_name = and_(
        Consent.person_id == Person.id,
        Consent.purpose == Purpose.SHOW_NAME,
        Consent.withdrawn_at.is_(None),
    )
    columns: tuple[Any, ...] = (
        Person.id,
        Person.public_id,
        Person.contest_id,
        Person.name,
        Person.unit_id,
        Person.unit_text,
        Person.unit_assigned_id,
        Person.merged_into_id,
        Person.state,
        Consent.id.is_not(None).label("is_name_shown"),
        *more,
    )
    return select(*columns).outerjoin(Consent, show_name)


@cache
def _held_card() -> Select[Any]:
    return _one_card().with_for_update(read=True, key_share=True, of=Person)


@cache
def _few_cards() -> Select[Any]:
    return _cards().where(among_few(Person.id))


@cache
def _one_card() -> Select[Any]:
    is_there = Person.state != PersonState.ERASED.value
    return _cards().where(Person.id == bindparam("person_id"), is_there)


def _card(row: Row[Any]) -> PersonCard:
    shows_all = row.is_name_shown or row.state == PersonState.ERASED
    return PersonCard(
        id=row.id,
        public_id=row.public_id,
        contest_id=row.contest_id,
        name=row.name,
        shown_name=row.name if shows_all else mask_name(row.name),
        unit_id=row.unit_id,
        unit_text=row.unit_text,
        unit_assigned_id=row.unit_assigned_id,
        merged_into_id=row.merged_into_id,
        state=PersonState(row.state),
    )


def _phone(text: str) -> str:
    """Return the number of a text that was checked before."""
    phone = read_phone(text)
    if phone is None:
        raise BadEntry(check_phone(text))
    return phone
