"""Standings and counts written anew from the attempts, in short transactions.

Killed at any point, what is shown stays whole, and the next run goes on from there. Results go on
arriving: whose came meanwhile is written again before the new generation is shown, and once more
when it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update

from quizapp import clock
from quizapp.attempts import service as attempts
from quizapp.attempts.service import Why
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import ContestCard, RoundCard
from quizapp.db import db, transaction, write_rows
from quizapp.results.errors import CloseRuns, NothingToCancel, PublishedDiffers, TakenOver
from quizapp.results.models import Rebuild, RoundClose
from quizapp.results.service import bulk, shadow
from quizapp.results.service.generations import find_rebuild, in_scope, next_generation
from quizapp.results.service.judging import Judged, rank_round, rank_whole
from quizapp.results.service.mending import differences, mend_ranks
from quizapp.results.service.refreshing import refresh_boards
from quizapp.standings.models import WHOLE_CONTEST, ResultEvent, Standing, Tally
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.rollup import add_to_counts, count_again, lock_mark

PASSES = 5  # over whose results came meanwhile, before they are taken under the lock


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """This run of a rebuild, and how far runs before it came."""

    id: int
    run: int
    state: str
    generation: int
    since: int
    person_id: int


def rebuild_contest(slug: str, why: Why) -> int:
    """Write all standings anew, show them by one row each, count again; return how many people.

    A closed round gets final ranks again. Opens its own transactions. Raises CloseRuns, TakenOver,
    or PublishedDiffers when what was published would change.
    """
    with transaction():
        run = _begin(slug, at=clock.now())
    contest = contests.get_contest(slug)
    db.session.rollback()
    if run.state == "writing":
        _write(contest, run)
        _write_late(contest, run)
        judged = _rank_closed(contest, run)
        with transaction():
            _show(contest, run, judged)
        run = replace(run, person_id=0)
    contest = contests.get_contest(slug)
    db.session.rollback()
    with transaction():
        _record_late(contest, run)
    people = _count(contest, run)
    with transaction():
        _end(contest, run, "done", why)
    scopes = list(scopes_of(contest).values())
    db.session.rollback()
    for scope in scopes:
        refresh_boards(scope, at=clock.now())
    return people


def cancel_rebuild(slug: str, why: Why) -> None:
    """Give up a rebuild that nothing shows yet. Opens its own transactions.

    Raises NothingToCancel.
    """
    with transaction():
        contest = contests.get_contest(slug)
        live = find_rebuild(contest.id)
        if live is None or live.state != "writing":
            raise NothingToCancel
        run = _taken_over(live)
        _end(contest, run, "cancelled", why)
    for number in scopes_of(contest):
        for generation in (run.generation, run.generation + 1):
            mine = Scope(contest_id=contest.id, round_number=number, generation=generation)
            bulk.delete_in_batches(Standing, *in_scope(mine))


def _begin(slug: str, *, at: datetime) -> _Run:
    contest = contests.get_contest(slug)
    db.session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())
    closing = RoundClose.round_id.in_([one.id for one in contest.rounds])
    if db.session.scalar(select(RoundClose.id).where(closing, RoundClose.state == "running")):
        raise CloseRuns
    live = find_rebuild(contest.id)
    if live is None:
        shown = {number: scope.generation for number, scope in scopes_of(contest).items()}
        free = [next_generation(contest.id, n, shown=shown[n]) for n in shown]
        live = Rebuild(
            contest_id=contest.id,
            state="writing",
            run=0,
            generation=max(free),
            since=_settled(),
            person_id=0,
            begun_at=at,
        )
        db.session.add(live)
        db.session.flush()  # _taken_over needs the id
    return _taken_over(live)


def _taken_over(live: Rebuild) -> _Run:
    """Note that another run goes on with the work; return that run."""
    live.run += 1
    db.session.flush()  # whoever asks next must see it
    return _Run(**{name: getattr(live, name) for name in _Run.__slots__})


def _check(run: _Run) -> None:
    """Keep other runs waiting until the transaction ends. Raises TakenOver."""
    mine = Rebuild.id == run.id, Rebuild.run == run.run, Rebuild.ended_at.is_(None)
    if db.session.scalar(select(Rebuild.id).where(*mine).with_for_update()) is None:
        raise TakenOver


def _set(run: _Run, **values: object) -> None:
    changed = update(Rebuild).where(Rebuild.id == run.id).values(**values)
    db.session.execute(changed.execution_options(synchronize_session=False))


def _write(contest: ContestCard, run: _Run) -> None:
    """Write everybody's standings, in order of ids, from where the run before came to."""
    last = run.person_id
    while persons := shadow.people_after(contest, last):
        rows = shadow.rows_of(contest, persons, run.generation)
        db.session.rollback()
        last = persons[-1]
        with transaction():
            _check(run)
            write_rows(Standing, rows)
            _set(run, person_id=last)
    db.session.rollback()


def _write_late(contest: ContestCard, run: _Run) -> None:
    """Write again whose results came meanwhile, until few are left."""
    at_once = shadow.people_at_once(contest)
    for _ in range(PASSES):
        since = db.session.scalar(select(Rebuild.since).where(Rebuild.id == run.id)) or 0
        now = _settled()
        late = sorted(set(shadow.late_people(contest, since)))
        db.session.rollback()
        for start in range(0, len(late), at_once):
            persons = late[start : start + at_once]
            rows = shadow.rows_of(contest, persons, run.generation)
            db.session.rollback()
            with transaction():
                _check(run)
                shadow.forget(contest, persons, run.generation)
                write_rows(Standing, rows)
        with transaction():
            _check(run)
            _set(run, since=now)
        if len(late) <= at_once:
            return


def _rank_closed(contest: ContestCard, run: _Run) -> Mapping[int, Judged]:
    """Write the final ranks of closed rounds, and of the contest; return them by number."""
    scopes = {
        number: replace(scope, generation=run.generation)
        for number, scope in scopes_of(contest).items()
    }
    judged: dict[int, Judged] = {}
    for one in contest.rounds:
        if one.closed_at is not None:
            judged[one.number] = rank_round(
                contest, one, scopes[one.number], run.generation + 1, check=lambda: _check(run)
            )
            _check_published(one, judged[one.number])
            scopes[one.number] = replace(scopes[one.number], generation=run.generation + 1)
    if len(judged) == len(contest.rounds) and contest.ranks_whole:
        judged[WHOLE_CONTEST] = rank_whole(
            contest, scopes, run.generation + 1, check=lambda: _check(run)
        )
    return judged


def _check_published(one: RoundCard, judged: Judged) -> None:
    mine = RoundClose.round_id == one.id, RoundClose.state == "done"
    published = select(RoundClose.digest).where(*mine, RoundClose.published_at.is_not(None))
    digest = db.session.scalar(published)
    db.session.rollback()
    if digest is not None and digest != judged[1].digest:
        raise PublishedDiffers(number=one.number)


def _show(contest: ContestCard, run: _Run, judged: Mapping[int, Judged]) -> None:
    """Show the new generation of each round and of the contest."""
    lock_mark()
    _check(run)
    for one in contest.rounds:
        generation = run.generation + (one.number in judged)
        db.session.execute(update(Round).where(Round.id == one.id).values(generation=generation))
        if one.number in judged:
            _renew_close(one, run, *judged[one.number])
    whole = run.generation + (WHOLE_CONTEST in judged)
    db.session.execute(update(Contest).where(Contest.id == contest.id).values(generation=whole))
    if WHOLE_CONTEST in judged:
        truth, ranked = judged[WHOLE_CONTEST]
        closes = RoundClose.round_id.in_([one.id for one in contest.rounds])
        last = closes, RoundClose.state == "done", RoundClose.whole_generation.is_not(None)
        db.session.execute(
            update(RoundClose)
            .where(*last)
            .values(
                whole_generation=whole,
                whole_before=run.generation,
                whole_truth=truth,
                whole_digest=ranked.digest,
            )
        )
    _set(run, state="shown", person_id=0)


def _renew_close(one: RoundCard, run: _Run, truth: int | None, ranked: Any) -> None:
    done = update(RoundClose).where(RoundClose.round_id == one.id, RoundClose.state == "done")
    db.session.execute(
        done.values(
            generation=run.generation + 1,
            before=run.generation,
            truth=truth,
            people=ranked.people,
            digest=ranked.digest,
        )
    )


def _record_late(contest: ContestCard, run: _Run) -> None:
    """Record again, in what is shown now, the results that were not seen before it was.

    Nobody else writes results for the time of the work, which depends on what is new.
    """
    lock_mark()
    _check(run)
    if bulk.is_postgresql():
        # A submit under way holds its row by SELECT … FOR UPDATE: only this mode waits for it.
        db.session.execute(text("LOCK TABLE attempt IN EXCLUSIVE MODE"))
    since = db.session.scalar(select(Rebuild.since).where(Rebuild.id == run.id)) or 0
    late = set(shadow.late_people(contest, since))
    for one in contest.rounds:
        if late and one.closed_at is None:
            attempts.record_again(one_round=one.id, person_ids=late)
    count_again(contest.id, late)


def _count(contest: ContestCard, run: _Run) -> int:
    """Bring tallies in line with the standings, then counts of units; return how many people."""
    last = run.person_id
    while persons := _counted_after(contest, last):
        last = persons[-1]
        with transaction():
            lock_mark()
            _check(run)
            count_again(contest.id, persons)
            _set(run, person_id=last)
    for batch in bulk.batches(differences(contest.id)):
        with transaction():
            _check(run)
            add_to_counts(batch)
    mend_ranks(contest, lambda: _check(run))
    whole = in_scope(scopes_of(contest)[WHOLE_CONTEST])
    total = db.session.scalar(select(func.count()).select_from(Standing).where(*whole)) or 0
    db.session.rollback()
    return total


def _counted_after(contest: ContestCard, person_id: int) -> Sequence[int]:
    """Return the next people who have a standing or a tally."""
    at_once = max(1, shadow.people_at_once(contest) // 2)
    tallied = Tally.contest_id == contest.id, Tally.person_id > person_id
    standing = (*in_scope(scopes_of(contest)[WHOLE_CONTEST]), Standing.person_id > person_id)
    found: set[int] = set()
    for column, mine in ((Tally.person_id, tallied), (Standing.person_id, standing)):
        found |= set(
            db.session.scalars(
                select(column).where(*mine).distinct().order_by(column).limit(at_once)
            )
        )
    db.session.rollback()
    return sorted(found)[:at_once]


def _end(contest: ContestCard, run: _Run, state: str, why: Why) -> None:
    at = clock.now()
    _check(run)
    _set(run, state=state, ended_at=at)
    audit.record(
        f"standings.rebuild_{state}",
        actor=why.actor,
        object=f"contest:{contest.id}",
        reason=why.reason,
        at=at,
    )


def _settled() -> int:
    """Return where results begin that a read of now may not see: an id of a transaction on
    PostgreSQL, of an event on SQLite, whose writers take turns.
    """
    if bulk.is_postgresql():
        query = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(db.session.execute(query).scalar_one())
    return (db.session.scalar(select(func.max(ResultEvent.id))) or 0) + 1
