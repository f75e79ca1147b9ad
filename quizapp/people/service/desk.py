"""What organisers change about an entry: its unit, whether it takes part, whose it is.

Nothing here touches attempts: the use cases above do, in the same transaction.
"""

from sqlalchemy import select, update

from quizapp.db import db
from quizapp.errors import NotFound
from quizapp.people.models import Person, PersonState
from quizapp.people.service.cards import PersonCard
from quizapp.people.service.contestants import get_person_cards


def get_person_by_public_id(contest_id: int, public_id: str) -> PersonCard:
    """Return the contest's entry with this public id, in hex. Raises NotFound."""
    try:
        raw = bytes.fromhex(public_id)
    except ValueError:
        raise NotFound from None
    own = (Person.contest_id == contest_id, Person.public_id == raw)
    person_id = db.session.scalar(select(Person.id).where(*own))
    if person_id is None:
        raise NotFound
    return get_person_cards([person_id])[person_id]


def lock_person(person_id: int) -> PersonCard:
    """Return the entry as it is now, changed by nobody else until the transaction ends."""
    return lock_people([person_id])[0]


def lock_people(person_ids: list[int]) -> list[PersonCard]:
    """Return these entries in the order given, locked in the order of their ids."""
    mine = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    db.session.execute(mine.with_for_update()).all()
    cards = get_person_cards(person_ids)
    return [cards[person_id] for person_id in person_ids]


def assign_unit(person_id: int, unit_id: int | None) -> None:
    """Let the entry count for a unit; None: for the one it declared."""
    _set(person_id, unit_assigned_id=unit_id)


def set_state(person_id: int, state: PersonState) -> None:
    """Take an entry out, or back in."""
    _set(person_id, state=state)


def merge_into(person_id: int, kept_id: int) -> None:
    """Take an entry out for good, as a second one of the same person."""
    _set(person_id, state=PersonState.VOID, merged_into_id=kept_id)


def _set(person_id: int, **values: object) -> None:
    db.session.execute(update(Person).where(Person.id == person_id).values(**values))
