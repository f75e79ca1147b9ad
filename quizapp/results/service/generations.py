"""Generations of standings: which numbers are free, and which rows nobody will show again."""

from sqlalchemy import ColumnElement, func, select

from quizapp.contests.models import Contest, Round
from quizapp.db import db
from quizapp.results.errors import RebuildRuns
from quizapp.results.models import Rebuild, RoundClose
from quizapp.results.service import bulk
from quizapp.standings.models import WHOLE_CONTEST, Standing
from quizapp.standings.service import Scope


def next_generation(contest_id: int, number: int, *, shown: int) -> int:
    """Return a number under which no standing of the round (0: of the contest) ever stood."""
    stored = select(func.max(Standing.generation)).where(
        Standing.contest_id == contest_id, Standing.round_number == number
    )
    column = RoundClose.whole_generation if number == WHOLE_CONTEST else RoundClose.generation
    rounds = select(Round.id).where(Round.contest_id == contest_id)
    if number != WHOLE_CONTEST:
        rounds = rounds.where(Round.number == number)
    closed = select(func.max(column)).where(RoundClose.round_id.in_(rounds))
    rebuilt = select(func.max(Rebuild.generation + 1)).where(Rebuild.contest_id == contest_id)
    used = (db.session.scalar(query) or 0 for query in (stored, closed, rebuilt))
    return max(shown, *used) + 1


def find_rebuild(contest_id: int) -> Rebuild | None:
    """Return the rebuild of a contest that is not over, as it is stored now."""
    return db.session.scalar(
        select(Rebuild)
        .where(Rebuild.contest_id == contest_id, Rebuild.state.in_(("writing", "shown")))
        .execution_options(populate_existing=True)
    )


def check_no_rebuild(contest_id: int) -> None:
    """Raise RebuildRuns while what is shown may be replaced."""
    if find_rebuild(contest_id) is not None:
        raise RebuildRuns


def in_scope(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a standing is of this scope and generation."""
    return (
        Standing.contest_id == scope.contest_id,
        Standing.round_number == scope.round_number,
        Standing.generation == scope.generation,
    )


def delete_old_generations() -> int:
    """Delete standings that nothing shows or would show again; return how many.

    Generations older than the shown one go, except the one that an undone close would show. Opens
    its own transactions.
    """
    shown = {(row.contest_id, row.number): row.generation for row in db.session.execute(ROUNDS)}
    contests = db.session.execute(select(Contest.id, Contest.generation))
    shown |= {(row.id, WHOLE_CONTEST): row.generation for row in contests}
    kept = _kept_for_undoing()
    stored = select(Standing.contest_id, Standing.round_number, Standing.generation).distinct()
    old = [
        Scope(contest_id=contest_id, round_number=number, generation=generation)
        for contest_id, number, generation in db.session.execute(stored)
        if generation < shown[contest_id, number] and (contest_id, number, generation) not in kept
    ]
    db.session.rollback()
    return sum(bulk.delete_in_batches(Standing, *in_scope(scope)) for scope in old)


ROUNDS = select(Round.contest_id, Round.number, Round.generation)


def _kept_for_undoing() -> set[tuple[int, int, int]]:
    """Return (contest id, round number, generation) of what was shown before each live close."""
    rows = db.session.execute(
        select(Round.contest_id, Round.number, RoundClose.before, RoundClose.whole_before)
        .join(Round, Round.id == RoundClose.round_id)
        .where(RoundClose.state != "undone", RoundClose.published_at.is_(None))
    ).all()
    whole = {(row[0], WHOLE_CONTEST, row.whole_before) for row in rows if row.whole_before}
    return whole | {(row.contest_id, row.number, row.before) for row in rows}
