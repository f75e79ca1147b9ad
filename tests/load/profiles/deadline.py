"""The last minute of a round: everybody who still has a paper hands it in."""

from datetime import timedelta

from sqlalchemy import update

from quizapp import clock
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.contests import service as contests
from quizapp.db import db, transaction
from tests.load.opened import Due
from tests.load.papers import running_papers
from tests.load.people import QUESTIONS, SLUG, expected
from tests.load.profile import Profile

PREPARING = timedelta(hours=1)


def submits(load, paper):
    """Hand in a whole sheet; what is answered after the end counts as neither taken nor lost."""
    chance = paper.person.chance()
    chosen = {position: chance.choice("ABC") for position in range(1, QUESTIONS + 1)}
    paper.entry.hands_in(chosen)
    answers = {str(position): letter for position, letter in chosen.items()}
    body = {"answers": answers, "prediction": chance.randrange(100, 100_000)}
    expected((yield paper.person.json("submit", "POST", f"{paper.path}/submit", body)), 200)
    if clock.now() <= load.seen["counts_until"]:
        paper.entry.submitted()
    else:
        load.seen["late"] += 1


def handed_in(load, papers, *, until, seconds):
    """Let papers that run until `until` end `seconds` from now; return a submit for each."""
    due = clock.now() + timedelta(seconds=seconds)
    load.seen |= {"counts_until": due + _set_due(load.base, due, instead_of=until), "late": 0}
    pace = seconds / len(papers)
    for index, paper in enumerate(papers):
        yield Due(at=index * pace, script=submits(load, paper))


def timeline(load):
    """Return the submits of all papers, evenly over the time that is left."""
    options, due = load.options, clock.now() + PREPARING
    callers = load.people(options.people)
    papers = running_papers(load.base, load.ledger, callers, due=due, half=True)
    return handed_in(load, papers, until=due, seconds=options.seconds)


def _set_due(base, due, *, instead_of):
    """Let the papers that would end at `instead_of` end at `due`; return the grace that follows."""
    with base.app.app_context():
        (one,) = contests.get_contest(SLUG).rounds
        db.session.rollback()
        with transaction():
            mine = update(Attempt).where(Attempt.id > base.attempts)
            mine = mine.where(Attempt.state == AttemptState.RUNNING)
            mine = mine.where(Attempt.deadline_at == instead_of)
            times = {"started_at": due - one.rules.time_limit, "deadline_at": due}
            db.session.execute(mine.values(times))
        db.session.remove()
        db.engine.dispose()
        return one.rules.grace


PROFILE = Profile(
    name="deadline",
    of="submit",
    promise="The last minute: papers that run are handed in, evenly until their end.",
    timeline=timeline,
    defaults={"seconds": 60, "people": 20_000, "clients": 400, "saves": 0, "questions": 500},
    more=lambda load: {"late": load.seen["late"]},
)
