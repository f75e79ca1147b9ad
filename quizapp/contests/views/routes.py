"""The one blueprint of what contestants and the public see of contests."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint

from quizapp import clock
from quizapp.contests import service
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.contests.words import rehearsing

bp = Blueprint("contests", __name__, template_folder="../templates")
bp.add_app_template_global(rehearsing)


def round_of_interest(contest: ContestCard) -> RoundCard:
    """Return the open round, else the next one, else the last."""
    now = clock.now()
    return contest.round_at(now) or contest.next_round(now) or contest.rounds[-1]


def open_first(now: datetime) -> Sequence[ContestCard]:
    """Return the contests of the list: those that are open, those to come, those that are over.

    Without those put away, and rehearsals: to them leads only the link that was given out.
    """

    def place(one: ContestCard) -> tuple[bool, bool]:
        return one.round_at(now) is None, one.next_round(now) is None

    return sorted((one for one in service.get_contests() if one.is_listed), key=place)
