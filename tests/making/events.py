"""Evenings in halls for tests, through the services as the pages use them."""

from quizapp.contests import service as contests
from quizapp.db import db, transaction
from quizapp.events import service
from quizapp.events.models import Event
from quizapp.events.rules import as_json
from quizapp.events.service import standstill
from quizapp.events.service.arranging import Look
from quizapp.people.service import OrganiserCard
from tests.making.contests import NOON

OPERATOR = OrganiserCard(id=1, name="Người điều khiển", grants=())


def event(contest, *, states=None, at=NOON, **look):
    """Make an event of a contest, with these states in place of the usual ones."""
    given = {"title": "Lễ tổng kết", "round_number": 1} | look
    with transaction():
        made = service.create_event(contest, Look(**given), actor="system", at=at)
        if states is not None:
            row = db.session.get(Event, made.id)
            row.items = as_json(states)
        return service.get_event(contest, made.number)


def path_of(contest, made, rest=""):
    """Return the address of a screen of the event, or of what it reads."""
    return f"/screen/{contest.slug}{rest}?k={service.link_of(contest, made)}"


def frozen(contest, *, at=NOON, reason="Giữ bảng để công bố"):
    """Freeze what everybody sees of the contest; return it as it is then."""
    now = again(contest)
    with transaction():
        standstill.freeze(now, actor="system", reason=reason, at=at)
    return again(contest)


def shown(contest, made, position):
    """Let the screens show the state at a position."""
    with transaction():
        return service.go_to(contest, made.number, position)


def begun(contest, made, *, at=NOON):
    """Begin the reveal that is shown."""
    now = again(contest)
    with transaction():
        service.begin_reveal(now, made.number, actor="system", at=at)


def told_next(contest, made, *, shown=None, at=NOON):
    """Tell the place after so many that were told; None: after those that are told by now."""
    now = again(contest)
    if shown is None:
        card = service.get_event(now, made.number)
        shown = service.get_revealing(card, card.shown).shown
        db.session.rollback()
    with transaction():
        service.reveal_next(now, made.number, shown=shown, actor="system", at=at)


def again(contest):
    """Return the contest as it is stored now."""
    found = contests.get_contest(contest.slug)
    db.session.rollback()
    return found
