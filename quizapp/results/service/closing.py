"""The close of a round: from provisional ranks to final ones, in short transactions.

Killed at any point, it leaves what is shown as it was; run again, it begins the writing anew and
finishes. From its first step to its end (or until it is given up) no result of the round changes.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from quizapp import clock
from quizapp.attempts.models import Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.attempts.service import Why
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db, transaction
from quizapp.results.errors import (
    AlreadyClosed,
    AlreadyPublished,
    IsPaused,
    IsRehearsal,
    NotClosed,
    NotOverYet,
    StillRunning,
    TakenOver,
)
from quizapp.results.models import RoundClose
from quizapp.results.service import announcing
from quizapp.results.service.generations import check_no_rebuild, next_generation
from quizapp.results.service.judging import rank_round, rank_whole
from quizapp.results.service.ordering import Ranked
from quizapp.results.service.refreshing import refresh_boards
from quizapp.results.service.settling import settle
from quizapp.standings.models import WHOLE_CONTEST
from quizapp.standings.service.boards import scopes_of
from quizapp.web.formats import moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """A close that is done: how many people were ranked, the truth of the prediction (None when
    nothing was predicted), and the digest of the order.
    """

    people: int
    truth: int | None
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """This run of a close, and where it writes."""

    id: int
    run: int
    round_id: int
    generation: int
    whole_generation: int | None


def close_round(slug: str, number: int, why: Why) -> Closed:
    """Rank the people of a round for good and show that; the last round closes the contest too.

    Opens its own transactions. Raises NotOverYet, IsPaused, StillRunning, AlreadyClosed,
    RebuildRuns, IsRehearsal, ServerBusy (run again) or TakenOver.
    """
    try:
        with transaction():
            run = _begin(slug, number, why, at=clock.now())
    except AlreadyClosed:
        refresh_round(slug, number)  # a run may have been killed between the flip and the boards
        raise
    settle(run.round_id)
    contest = contests.get_contest(slug)
    one = contests.get_round(contest, number)
    scopes = scopes_of(contest)
    truth, ranked = rank_round(
        contest, one, scopes[number], run.generation, check=lambda: _check(run)
    )
    scopes[number] = replace(scopes[number], generation=run.generation)
    whole = None
    if run.whole_generation is not None:
        whole = rank_whole(contest, scopes, run.whole_generation, check=lambda: _check(run))
    with transaction():
        _finish(run, (truth, ranked), whole or (None, None), why)
        now = contests.get_contest(slug)
        announcing.tell_close(now, run.round_id, reason=why.reason, at=clock.now())
    refresh_round(slug, number)
    return Closed(people=ranked.people, truth=truth, digest=ranked.digest)


def undo_close(slug: str, number: int, why: Why, *, at: datetime) -> None:
    """Show again what was shown before a close, or give up one that is under way.

    One transaction of the caller's. Raises NotClosed, RebuildRuns or AlreadyPublished.
    """
    contest = contests.get_contest(slug)
    one = contests.get_round(contest, number)
    close = _live(one.id)
    if close is None:
        raise NotClosed
    check_no_rebuild(contest.id)
    if close.published_at is not None:
        raise AlreadyPublished(published=moment(close.published_at))
    own: dict[str, Any] = {"closing_at": None, "closed_at": None}
    if close.state == "done":
        own["generation"] = close.before
        _undo_whole(contest)
    db.session.execute(update(Round).where(Round.id == one.id).values(**own))
    announcing.tell_undone(contest, close, reason=why.reason, at=at)
    _set(close.id, state="undone", reason=why.reason)
    audit.record(
        "round.undo_close",
        actor=why.actor,
        object=f"round:{one.id}",
        before=close.digest,
        reason=why.reason,
        at=at,
    )


def _begin(slug: str, number: int, why: Why, *, at: datetime) -> _Run:
    """Note that the close is under way, so that no result of the round changes any more."""
    contest = contests.get_contest(slug)
    one = contests.get_round(contest, number)
    _lock(contest, one)
    if contest.is_rehearsal:
        raise IsRehearsal
    close = _live(one.id)
    if one.closed_at is not None:
        raise AlreadyClosed(done=moment(one.closed_at))
    check_no_rebuild(contest.id)
    check_over(one, at=at)
    if close is not None:
        _set(close.id, run=close.run + 1)
    else:
        close = _new_close(contest, one, at=at)
    db.session.execute(update(Round).where(Round.id == one.id).values(closing_at=at))
    audit.record(
        "round.begin_close", actor=why.actor, object=f"round:{one.id}", reason=why.reason, at=at
    )
    current = _live(one.id)
    if current is None:
        raise TakenOver
    return _Run(
        id=current.id,
        run=current.run,
        round_id=one.id,
        generation=current.generation,
        whole_generation=current.whole_generation,
    )


def _lock(contest: ContestCard, one: RoundCard) -> None:
    """Let closes of this contest's rounds come one after the other."""
    db.session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    db.session.execute(select(Round.id).where(Round.id == one.id).with_for_update())


def check_over(one: RoundCard, *, at: datetime) -> None:
    """Raise unless nobody can hand in anything any more."""
    if one.paused_at is not None:
        raise IsPaused
    until = one.window.closes_at + one.rules.grace
    if at <= until:
        raise NotOverYet(until=moment(until))
    columns = func.count(), func.max(Attempt.deadline_at)
    running = (Attempt.round_id == one.id, Attempt.state == AttemptState.RUNNING)
    still = Attempt.deadline_at >= at - one.rules.grace
    count, last = db.session.execute(select(*columns).where(*running, still)).one()
    if count:
        raise StillRunning(count=count, until=moment(last))


def _new_close(contest: ContestCard, one: RoundCard, *, at: datetime) -> RoundClose:
    is_last = all(other.closed_at is not None for other in contest.rounds if other.id != one.id)
    close = RoundClose(
        round_id=one.id,
        state="running",
        run=1,
        generation=next_generation(contest.id, one.number, shown=one.generation),
        before=one.generation,
        begun_at=at,
    )
    if is_last and contest.ranks_whole:
        close.whole_before = contest.generation
        shown = contest.generation
        close.whole_generation = next_generation(contest.id, WHOLE_CONTEST, shown=shown)
    db.session.add(close)
    db.session.flush()  # the caller reads it back
    return close


def _check(run: _Run) -> None:
    """Keep others from taking the close over until the transaction ends. Raises TakenOver."""
    close = db.session.scalar(
        select(RoundClose)
        .where(RoundClose.id == run.id, RoundClose.run == run.run, RoundClose.state == "running")
        .with_for_update()
    )
    if close is None:
        raise TakenOver


def _finish(
    run: _Run,
    of_round: tuple[int | None, Ranked],
    of_contest: tuple[int | None, Ranked | None],
    why: Why,
) -> None:
    """Show the new generation, by one row of the round and one of the contest."""
    _check(run)
    (truth, ranked), (whole_truth, whole) = of_round, of_contest
    at = clock.now()
    _set(
        run.id,
        state="done",
        truth=truth,
        people=ranked.people,
        digest=ranked.digest,
        whole_truth=whole_truth,
        whole_digest=whole.digest if whole else None,
        done_at=at,
    )
    final = {"generation": run.generation, "closed_at": at}
    db.session.execute(update(Round).where(Round.id == run.round_id).values(**final))
    if whole is not None:
        mine = select(Round.contest_id).where(Round.id == run.round_id).scalar_subquery()
        shown = update(Contest).where(Contest.id == mine)
        db.session.execute(shown.values(generation=run.whole_generation))
    audit.record(
        "round.close",
        actor=why.actor,
        object=f"round:{run.round_id}",
        after=ranked.digest,
        reason=why.reason,
        at=at,
    )


def _undo_whole(contest: ContestCard) -> None:
    """Show the provisional standings of the whole contest again, if they were final."""
    rounds = [one.id for one in contest.rounds]
    close = db.session.scalar(
        select(RoundClose).where(
            RoundClose.round_id.in_(rounds),
            RoundClose.state == "done",
            RoundClose.whole_generation == contest.generation,
        )
    )
    if close is None:
        return
    shown = update(Contest).where(Contest.id == contest.id)
    db.session.execute(shown.values(generation=close.whole_before))
    _set(close.id, whole_generation=None, whole_before=None, whole_digest=None, whole_truth=None)


def _live(round_id: int) -> RoundClose | None:
    """Return the round's close that is under way or done, as it is stored now."""
    return db.session.scalar(
        select(RoundClose)
        .where(RoundClose.round_id == round_id, RoundClose.state != "undone")
        .execution_options(populate_existing=True)
    )


def _set(close_id: int, **values: object) -> None:
    changed = update(RoundClose).where(RoundClose.id == close_id).values(**values)
    db.session.execute(changed.execution_options(synchronize_session=False))


def refresh_round(slug: str, number: int) -> None:
    """Make the boards of a round and of the whole contest anew, as they are shown now."""
    scopes = scopes_of(contests.get_contest(slug))
    db.session.rollback()
    for scope in (scopes[number], scopes[WHOLE_CONTEST]):
        refresh_boards(scope, at=clock.now())
