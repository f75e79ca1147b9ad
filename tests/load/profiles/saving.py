"""Many papers run, and each is saved again and again at a steady rate."""

from datetime import timedelta

from quizapp import clock
from tests.load.opened import Due
from tests.load.papers import running_papers
from tests.load.people import QUESTIONS, expected
from tests.load.profile import Profile


def saves(paper, step="save"):
    """Save one more answer of a paper that runs; after the last question begin again."""
    entry = paper.entry
    op = max(entry.sheets) + 1
    letter = "ABC"[(op // QUESTIONS) % 3]
    sheet = entry.sheets[op - 1] | {(op - 1) % QUESTIONS + 1: letter}
    entry.sends(op, sheet)
    answers = {str(position): chosen for position, chosen in sheet.items()}
    body = {"answers": answers, "op": op}
    expected((yield paper.person.json(step, "PUT", f"{paper.path}/answers", body)), 200)
    entry.saved(op)


def timeline(load):
    """Return the saves of all papers in turn: the next one of a phone waits for its last.

    Each paper was saved once before: what a process reads at its first request is no steady rate.
    """
    options = load.options
    due = clock.now() + timedelta(minutes=19)
    papers = running_papers(load.base, load.ledger, load.people(options.people), due=due)
    load.place.prepare(map(saves, papers))
    return _in_turn(papers, options)


def _in_turn(papers, options):
    for index in range(options.rate * options.seconds):
        paper = papers[index % len(papers)]
        yield Due(at=index / options.rate, script=saves(paper), owner=paper.path)


PROFILE = Profile(
    name="saves",
    of="save",
    promise="Saves at a steady rate, by default from four server processes.",
    timeline=timeline,
    defaults={"rate": 300, "seconds": 20, "people": 300, "clients": 64, "saves": 0}
    | {"questions": 500, "workers": 4},
)
