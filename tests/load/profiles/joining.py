"""The opening: people who have read the news join at a steady rate."""

from sqlalchemy import func, select

from quizapp.db import db
from quizapp.people.models import Person
from quizapp.people.service import sealing
from tests.load.opened import Due
from tests.load.people import joins
from tests.load.profile import Profile

AT_ONCE = 1000


def timeline(load):
    """Return one new person per turn of the rate."""
    rate = load.options.rate
    load.seen["joined"] = []
    people = load.people(rate * load.options.seconds)
    return (
        Due(at=index / rate, script=_joins(load, person)) for index, person in enumerate(people)
    )


def also_lost(load):
    """Count who was let in, and who of them is not in the database."""
    joined, found = load.seen["joined"], 0
    with load.base.app.app_context():
        for start in range(0, len(joined), AT_ONCE):
            hashes = [
                sealing.phone_hash(f"+84{one[1:]}") for one in joined[start : start + AT_ONCE]
            ]
            known = select(func.count(Person.id)).where(Person.phone_hash.in_(hashes))
            found += db.session.scalar(known)
        db.session.rollback()
    return len(joined), len(joined) - found


def _joins(load, person):
    yield from joins(person)
    load.seen["joined"].append(person.phone)


PROFILE = Profile(
    name="joins",
    of="join",
    promise="The opening: new people join at a steady rate, three requests each.",
    timeline=timeline,
    also_lost=also_lost,
    defaults={"rate": 400, "seconds": 60, "people": 1, "clients": 400, "saves": 0}
    | {"questions": 500},
)
