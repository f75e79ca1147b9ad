"""When a step may be taken, and what it chooses from: what is there oftener, oftener."""

from tests.machine.model import NOTHING
from tests.machine.stage import QUESTIONS, SECOND

PHONES = (0, 1, 2, 3)
WHO = ("holder", "holder", "holder", "holder", "other", "stranger")
PREDICTIONS = (NOTHING, NOTHING, None, 0, 1250)
OPS = (1, 1, 1, 1, 0, 0, -1, -2, 3)  # counted from the newest that was taken
MOVES = (1, 999, SECOND, 4 * SECOND, 13 * SECOND, 25 * SECOND, -1, -SECOND, -9 * SECOND)
ANY = range(31)  # which of what there is, counted round and round
PAPER = (0, 0, 0, 1, 1, 2, 3, 4)  # the same, of those that run first


def runs(machine):
    return machine.model.running()


def has_papers(machine):
    return machine.model.papers


def worked_before(machine):
    return machine.steps > machine.worked + 2


def answers(chance):
    """Choose up to three answers: also of a position that no paper has, with letters few have."""
    last = chance.choice((*[QUESTIONS] * 9, QUESTIONS + 1))
    positions = chance.sample(range(1, last + 1), chance.randrange(4))
    letters = chance.choice((*["AB"] * 4, "ABCDH"))
    return tuple((n, chance.choice((None, *letters * 2))) for n in positions)
