"""Data that were kept as long as their contest said: erased a few people at a time, resumed."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select

from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.service import ContestCard
from quizapp.db import db, kept_for_good, transaction, upsert
from quizapp.errors import Refusal
from quizapp.people.models import ErasedNumber, Person, PersonState
from quizapp.people.service import forget_marks
from quizapp.privacy import rules
from quizapp.privacy.models import Retention
from quizapp.privacy.service import erasing
from quizapp.privacy.service.requests import forget_some_left
from quizapp.vietnamese import day_in_vietnam

PEOPLE_AT_ONCE = 20  # with their attempts, consents and questions about 200 rows
log = structlog.get_logger("retention")


def get_kept_until(contest: ContestCard) -> datetime:
    """Return when the contest's personal data are erased."""
    return rules.kept_until(contest.ends_at, contest.retention_months)


def do_retention(*, at: datetime) -> int:
    """Erase some people of one contest whose time is over; return how many.

    One short transaction of the worker's in each of its passes, so that nobody waits for it; how
    far it is stands in the database. Found to have nothing to do, it looks again on another day.
    """
    looked_at, today = kept_for_good("retention looked at"), day_in_vietnam(at)
    if looked_at.get("day") == today:
        return 0
    due = _due(at=at)
    db.session.rollback()
    for contest in due:
        try:
            with transaction():
                return _erase_some(contest, at=at)
        except Refusal as refusal:  # a paper runs: the others' data are not kept for its sake
            log.warning("data kept longer", contest=contest.slug, cause=type(refusal).__name__)
    looked_at["day"] = today
    return 0


def forget_old_marks(*, at: datetime) -> None:
    """Forget the marks of erased numbers in contests that are over, in short transactions."""
    ids = set(db.session.scalars(select(ErasedNumber.contest_id).distinct()))
    over = [one.id for one in contests.get_contests() if one.id in ids and at >= one.ends_at]
    db.session.rollback()
    for contest_id in over:
        while _forget_some(contest_id):
            pass


def forget_left_wishes(*, at: datetime) -> None:
    """Forget what erased people had asked, where it was left, in short transactions."""
    while _forget_left(at=at):
        pass


def _forget_left(*, at: datetime) -> int:
    with transaction():
        return forget_some_left(at=at)


def _forget_some(contest_id: int) -> int:
    with transaction():
        return forget_marks(contest_id)


def _due(*, at: datetime) -> Sequence[ContestCard]:
    """Return contests whose time is over. One that is paused is not: its papers still run."""
    ended = set(
        db.session.scalars(select(Retention.contest_id).where(Retention.ended_at.is_not(None)))
    )
    return [
        one
        for one in contests.get_contests()
        if one.id not in ended
        and at >= get_kept_until(one)
        and all(each.paused_at is None for each in one.rounds)
    ]


def _erase_some(contest: ContestCard, *, at: datetime) -> int:
    begun = upsert(Retention).values(contest_id=contest.id, people=0, person_id=0, begun_at=at)
    db.session.execute(begun.on_conflict_do_nothing())
    mark = db.session.get_one(Retention, contest.id, with_for_update=True)
    left = (Person.contest_id == contest.id, Person.state != PersonState.ERASED)
    some = select(Person.id).where(*left, Person.id > mark.person_id).order_by(Person.id)
    ids = list(db.session.scalars(some.limit(PEOPLE_AT_ONCE)))
    erased = erasing.erase(contest, ids, at=at)
    mark.people += erased
    mark.person_id = max(ids, default=mark.person_id)
    if not ids:
        mark.ended_at = at
        _note_end(contest, mark.people, at=at)
    return erased


def _note_end(contest: ContestCard, people: int, *, at: datetime) -> None:
    """Say in the log that nobody is left: a count, no person."""
    audit.record(
        "privacy.retention_over",
        actor="system",
        object=f"contest:{contest.id}",
        reason=f"{people}",
        at=at,
    )
