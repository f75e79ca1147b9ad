"""Whole attempts that begin at a steady rate, whatever the server does."""

from tests.load.opened import Due
from tests.load.people import attempts, joins
from tests.load.profile import Profile


def timeline(load):
    """Return a whole attempt per turn of the rate; everybody has joined before."""
    options = load.options
    people = load.people(options.rate * options.seconds)
    warm = load.people(options.people)
    load.place.prepare(map(joins, [*warm, *people]))
    load.place.prepare(attempts(person, load.ledger) for person in warm)
    return (
        Due(at=index / options.rate, script=attempts(person, load.ledger))
        for index, person in enumerate(people)
    )


PROFILE = Profile(
    name="journey",
    of="attempt",
    promise="People who joined take whole attempts, each beginning at its own moment.",
    timeline=timeline,
    defaults={"rate": 20, "seconds": 30, "people": 16, "clients": 400, "saves": 4}
    | {"questions": 500},
)
