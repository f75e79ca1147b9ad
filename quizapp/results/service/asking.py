"""Organisers ask for a close on a page; the worker does it, however long it takes.

What was asked is there until it is done: a worker that is killed goes on with it when it is back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, select, update

from quizapp import clock
from quizapp.attempts.service import Why
from quizapp.attempts.service.desk import checked_reason
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db, transaction, upsert
from quizapp.errors import Refusal
from quizapp.people import service as people
from quizapp.people.service import DECIDES, SEES, OrganiserCard
from quizapp.results.errors import AlreadyClosed, IsRehearsal, NotClosed, ServerBusy, TakenOver
from quizapp.results.models import CloseRequest, RoundClose
from quizapp.results.service.closing import check_over, close_round, refresh_round, undo_close
from quizapp.web.formats import moment

AnyRow = Row[*tuple[Any, ...]]
LATER = (ServerBusy, TakenOver)  # nothing is wrong: the worker comes back to it


class CloseState(StrEnum):
    """Where a round stands on its way to final results."""

    OPEN = "open"  # something may still be handed in
    OVER = "over"
    ASKED = "asked"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundToClose:
    """A round with its close: how many were ranked, the truth predicted, the order's digest.

    `refused` says why what was asked last was not done.
    """

    one: RoundCard
    state: CloseState
    refused: str | None
    asked_at: datetime | None
    people: int | None
    truth: int | None
    digest: str | None


def get_rounds_to_close(
    organiser: OrganiserCard, slug: str, *, at: datetime
) -> tuple[ContestCard, Sequence[RoundToClose]]:
    """Return a contest's rounds and where each stands. Raises NotFound, NotYourRole."""
    contest = contests.get_contest(slug)
    people.get_reach(organiser, contest.owner_unit_id, roles=SEES).check(None)
    ids = [one.id for one in contest.rounds]
    asked = {
        row.round_id: row
        for row in db.session.scalars(select(CloseRequest).where(CloseRequest.round_id.in_(ids)))
    }
    done = {
        row.round_id: row
        for row in db.session.scalars(
            select(RoundClose).where(RoundClose.round_id.in_(ids), RoundClose.state == "done")
        )
    }
    return contest, [
        _round_to_close(one, asked.get(one.id), done.get(one.id), at=at) for one in contest.rounds
    ]


def ask_close(
    organiser: OrganiserCard, slug: str, number: int, *, undoes: bool, reason: str, at: datetime
) -> None:
    """Note what the worker is to do; asked again it takes the place of what was asked before.

    Raises NotFound, NotYourRole, BadReason, and what already keeps it from being done: NotOverYet,
    IsPaused, StillRunning, AlreadyClosed, NotClosed or IsRehearsal.
    """
    contest = contests.get_contest(slug)
    one = contests.get_round(contest, number)
    reach = people.get_reach(organiser, contest.owner_unit_id, roles=DECIDES)
    reach.check(None)
    told = checked_reason(reason)
    if contest.is_rehearsal:
        raise IsRehearsal
    if undoes and one.closed_at is None and not _is_asked(one):
        raise NotClosed
    if not undoes and one.closed_at is not None:
        raise AlreadyClosed(done=moment(one.closed_at))
    if not undoes:
        check_over(one, at=at)
    asked = {
        "undoes": undoes,
        "asked_by": reach.actor,
        "asked_at": at,
        "reason": told,
        "refused": None,
    }
    new = upsert(CloseRequest).values(round_id=one.id, **asked)
    db.session.execute(new.on_conflict_do_update(index_elements=["round_id"], set_=asked))
    deed = "round.ask_undo_close" if undoes else "round.ask_close"
    audit.record(deed, actor=reach.actor, object=f"round:{one.id}", reason=told, at=at)


def do_what_was_asked() -> int:
    """Do what organisers asked for, each in its own transactions; return how much was done."""
    waiting = db.session.execute(
        select(
            CloseRequest.round_id,
            CloseRequest.undoes,
            CloseRequest.asked_by,
            CloseRequest.asked_at,
            CloseRequest.reason,
            Contest.slug,
            Round.number,
        )
        .join(Round, Round.id == CloseRequest.round_id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(CloseRequest.refused.is_(None))
        .order_by(CloseRequest.asked_at, CloseRequest.round_id)
    ).all()
    db.session.rollback()
    return sum(map(_do, waiting))


def _do(asked: AnyRow) -> bool:
    """Do one thing; a refusal is kept for who asked, unless it passes by itself."""
    why = Why(actor=asked.asked_by, reason=asked.reason)
    # What is asked anew meanwhile is another thing.
    mine = (CloseRequest.round_id == asked.round_id, CloseRequest.asked_at == asked.asked_at)
    try:
        if asked.undoes:
            with transaction():
                undo_close(asked.slug, asked.number, why, at=clock.now())
            refresh_round(asked.slug, asked.number)
        else:
            close_round(asked.slug, asked.number, why)
    except AlreadyClosed:
        pass  # a worker was killed after the close and before it forgot what was asked
    except LATER:
        db.session.rollback()
        return False
    except Refusal as refusal:
        db.session.rollback()
        with transaction():
            db.session.execute(update(CloseRequest).where(*mine).values(refused=str(refusal)))
        return False
    db.session.rollback()
    with transaction():
        db.session.execute(delete(CloseRequest).where(*mine))
    return True


def _is_asked(one: RoundCard) -> bool:
    asked = select(CloseRequest.round_id).where(CloseRequest.round_id == one.id)
    return db.session.scalar(asked) is not None


def _round_to_close(
    one: RoundCard, asked: CloseRequest | None, done: RoundClose | None, *, at: datetime
) -> RoundToClose:
    is_asked = asked is not None and asked.refused is None
    is_over = at > one.window.closes_at + one.rules.grace and one.paused_at is None
    state = CloseState.OVER if is_over else CloseState.OPEN
    if is_asked:
        state = CloseState.ASKED
    elif one.closed_at is not None:
        state = CloseState.DONE
    return RoundToClose(
        one=one,
        state=state,
        refused=asked.refused if asked else None,
        asked_at=asked.asked_at if asked else None,
        people=done.people if done else None,
        truth=done.truth if done else None,
        digest=done.digest if done else None,
    )
