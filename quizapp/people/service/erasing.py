"""What people may do with what is kept about them: take consent back, correct, have it erased.

An erased entry stays as a row without a person, so that what counts it stays true.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from quizapp.db import db, upsert
from quizapp.people.models import (
    Consent,
    ErasedNumber,
    Person,
    PersonState,
    PinReset,
    Purpose,
    RefusalMet,
    Throttle,
    TypedUnit,
)
from quizapp.people.rules.entry import ERASED_NAME, ERASED_TEXT
from quizapp.people.service import sealing
from quizapp.people.service.typed_units import note_typed_unit

AnyRow = Row[*tuple[Any, ...]]
NO_NUMBER = ""  # what stands sealed where there is no number
MARKS_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFacts:
    """What is kept of somebody beside the card: for themselves only. `phone` is E.164 or ""."""

    phone: str
    birth_year: int | None
    joined_at: datetime


def get_own_facts(person_id: int) -> OwnFacts:
    """Return what only the person may see."""
    row = db.session.get_one(Person, person_id)
    return OwnFacts(
        phone=sealing.open_sealed_phone(
            row.phone_sealed, public_id=row.public_id, key_id=row.key_id
        ),
        birth_year=row.birth_year,
        joined_at=row.joined_at,
    )


def give_consent(person_id: int, purpose: Purpose, *, version: str, at: datetime) -> bool:
    """Keep that somebody agrees; say whether that is new."""
    if _in_force(person_id, purpose) is not None:
        return False
    row = {"person_id": person_id, "purpose": purpose, "text_version": version, "given_at": at}
    db.session.execute(insert(Consent).values(**row))
    return True


def agrees(person_id: int, purpose: Purpose) -> bool:
    """Tell whether somebody agrees to this, and has not taken it back."""
    return _in_force(person_id, purpose) is not None


def withdraw_consent(person_id: int, purpose: Purpose, *, at: datetime) -> bool:
    """Keep that somebody takes an agreement back; say whether there was one."""
    consent_id = _in_force(person_id, purpose)
    if consent_id is not None:
        _withdraw(Consent.id == consent_id, at=at)
    return consent_id is not None


def set_birth_year(person_id: int, year: int) -> None:
    _set(person_id, birth_year=year)


def declare_unit(person_id: int, contest_id: int, text: str) -> None:
    """Let an entry without any attempt declare another unit, in words as at joining."""
    assigned = note_typed_unit(contest_id, text)
    _set(person_id, unit_id=None, unit_text=text, unit_assigned_id=assigned)


def get_merged_ids(person_id: int) -> Sequence[int]:
    """Return all entries of one person: the one that stayed, then those that went into it.

    `person_id` may be any of them. Merges are followed in any number of steps.
    """
    kept_id = person_id
    while (into := _merged_into(kept_id)) is not None:
        kept_id = into
    found, newest = [kept_id], [kept_id]
    while newest:
        merged = select(Person.id).where(Person.merged_into_id.in_(newest)).order_by(Person.id)
        newest = list(db.session.scalars(merged))
        found += newest
    return found


def get_people_to_erase(contest_id: int, *, limit: int) -> list[int]:
    """Return the ids of the first people of a contest that are not erased, in order of ids."""
    own = (Person.contest_id == contest_id, Person.state != PersonState.ERASED)
    return list(db.session.scalars(select(Person.id).where(*own).order_by(Person.id).limit(limit)))


def erase_people(person_ids: Collection[int], *, keeps_marks: bool = False, at: datetime) -> int:
    """Leave of these entries a row without a person; return how many there were.

    The unit they count for stays. `keeps_marks`: a mark of the number stays as long as the contest
    runs, so that nobody takes part twice by it. All of one contest.
    """
    people = db.session.execute(
        select(
            Person.id,
            Person.contest_id,
            Person.phone_hash,
            Person.unit_id,
            Person.unit_text,
            Person.unit_assigned_id,
        )
        .where(Person.id.in_(person_ids), Person.state != PersonState.ERASED)
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if not people:
        return 0
    ids = [row.id for row in people]
    if keeps_marks:
        _keep_marks(people)
    _forget_around(people)
    _withdraw(Consent.person_id.in_(ids), at=at)
    db.session.connection().execute(
        update(Person).where(Person.id == bindparam("this")).values(**_VALUES),
        [_tombstone(row) for row in people],
    )
    db.session.expire_all()  # `get_own_facts` of the same session must not show what is gone
    _forget_texts(people)
    return len(people)


def is_number_erased(contest_id: int, phone_hash: bytes) -> bool:
    """Say whether the number's data were erased in this contest while it ran: one look-up."""
    own = (ErasedNumber.contest_id == contest_id, ErasedNumber.mark == _mark(phone_hash))
    return db.session.scalar(select(ErasedNumber.contest_id).where(*own)) is not None


def forget_marks(contest_id: int) -> int:
    """Forget marks of a contest that is over, a few at a time; return how many."""
    some = select(ErasedNumber.mark).where(ErasedNumber.contest_id == contest_id)
    own = (ErasedNumber.contest_id == contest_id, ErasedNumber.mark.in_(some.limit(MARKS_AT_ONCE)))
    gone = db.session.scalars(delete(ErasedNumber).where(*own).returning(ErasedNumber.mark))
    return len(gone.all())


_VALUES: dict[str, Any] = {
    "public_id": bindparam("new_id"),
    "name": ERASED_NAME,
    "name_sort_key": b"",
    "search_key": None,
    "phone_hash": bindparam("nobodys"),
    "phone_sealed": bindparam("sealed"),
    "pin_hash": bindparam("pin"),
    "key_id": bindparam("key"),
    "is_phone_verified": False,
    "unit_id": bindparam("unit"),
    "unit_text": bindparam("typed"),
    "birth_year": None,
    "state": PersonState.ERASED,
}


def _tombstone(row: AnyRow) -> dict[str, Any]:
    """Return what stands in place of a person: chance, and the unit that boards count."""
    public_id = sealing.new_public_id()
    unit_id = row.unit_id if row.unit_text is None else row.unit_assigned_id
    return {
        "this": row.id,
        "new_id": public_id,
        "nobodys": sealing.new_public_id() + sealing.new_public_id(),
        "sealed": sealing.seal_phone(NO_NUMBER, public_id=public_id),
        "pin": sealing.new_public_id() + sealing.new_public_id(),
        "key": sealing.current_key_id(),
        "unit": unit_id,
        "typed": ERASED_TEXT if unit_id is None else None,
    }


def _keep_marks(people: Sequence[AnyRow]) -> None:
    rows = [{"contest_id": one.contest_id, "mark": _mark(one.phone_hash)} for one in people]
    db.session.execute(upsert(ErasedNumber).values(rows).on_conflict_do_nothing())


def _mark(phone_hash: bytes) -> bytes:
    return sealing.keyed_hash("erased number", phone_hash.hex())


def _forget_around(people: Sequence[AnyRow]) -> None:
    ids = [row.id for row in people]
    db.session.execute(delete(PinReset).where(PinReset.person_id.in_(ids)))
    db.session.execute(delete(RefusalMet).where(RefusalMet.person_id.in_(ids)))
    subjects = [
        sealing.subject(kind, row.contest_id, row.phone_hash.hex())
        for row in people
        for kind in ("phone", "reset code")
    ]
    db.session.execute(delete(Throttle).where(Throttle.subject.in_(subjects)))


def _forget_texts(people: Sequence[AnyRow]) -> None:
    """Forget units in words that nobody who is left has typed."""
    texts = {row.unit_text for row in people if row.unit_text is not None}
    if not texts:
        return
    contest_id = people[0].contest_id
    typed = select(Person.id).where(
        Person.contest_id == TypedUnit.contest_id,
        Person.unit_text == TypedUnit.text,
        Person.unit_text.is_not(None),
    )
    own = (TypedUnit.contest_id == contest_id, TypedUnit.text.in_(texts), ~typed.exists())
    db.session.execute(delete(TypedUnit).where(*own).execution_options(synchronize_session=False))


def _merged_into(person_id: int) -> int | None:
    return db.session.scalar(select(Person.merged_into_id).where(Person.id == person_id))


def _in_force(person_id: int, purpose: Purpose) -> int | None:
    own = (
        Consent.person_id == person_id,
        Consent.purpose == purpose,
        Consent.withdrawn_at.is_(None),
    )
    return db.session.scalar(select(Consent.id).where(*own))


def _withdraw(which: Any, *, at: datetime) -> None:
    gone = update(Consent).where(which, Consent.withdrawn_at.is_(None)).values(withdrawn_at=at)
    db.session.execute(gone.execution_options(synchronize_session=False))


def _set(person_id: int, **values: object) -> None:
    db.session.execute(update(Person).where(Person.id == person_id).values(**values))
