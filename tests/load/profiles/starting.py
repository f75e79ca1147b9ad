"""Starts of papers: how much of somebody's time went by before the paper was on the phone."""

import re

from sqlalchemy import select

from quizapp import clock
from quizapp.attempts.models import Attempt
from quizapp.contests import service as contests
from quizapp.db import db
from tests.load.figures import quantile
from tests.load.people import QUESTIONS, SLUG, Surprise, expected, expected_path

DEADLINE = re.compile(r'data-deadline="(\d+)"')
PERCEPTIBLE = 1.0  # seconds


def starts(load, person):
    """Start and open the paper; note until when it runs, and when it was there to be read."""
    reply = yield person.form("start", f"/c/{SLUG}/rounds/1/attempts", person.start_form)
    path = expected_path(expected(reply, 303))
    load.ledger.started(path.rpartition("/")[2])
    page = yield person.ask("paper", "GET", path)
    text = expected(page, 200).text
    if text.count("<fieldset") != QUESTIONS:
        raise Surprise("paper: not the page of a paper")
    ends = int(DEADLINE.search(text)[1]) / 1000
    load.seen["starts"].append(ends - clock.now().timestamp())


def figures_of_starts(load):
    """Return how much of the time of each paper was gone when the phone had it.

    `short`: papers whose stored end is not their stored start and the whole time limit.
    """
    with load.base.app.app_context():
        (one,) = contests.get_contest(SLUG).rounds
        limit = one.rules.time_limit
        mine = select(Attempt.started_at, Attempt.deadline_at).where(
            Attempt.id > load.base.attempts, Attempt.holder.not_like("load-%")
        )
        rows = db.session.execute(mine).all()
        db.session.rollback()
    gone = [limit.total_seconds() - left for left in load.seen["starts"]]
    return {
        "started": len(rows),
        "opened": len(gone),
        "short": sum(row.deadline_at - row.started_at != limit for row in rows),
        "gone_before_read_s": {
            name: round(quantile(gone, share), 3) if gone else None
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        },
        f"over_{PERCEPTIBLE:g}_s": sum(seconds > PERCEPTIBLE for seconds in gone),
    }
