from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    bindparam,
    case,
    delete,
    func,
    select,
    tuple_,
)

from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.hiding import Hidden, Span, exact_in_division, exactly, rank_span
from quizapp.contests.service import ContestCard, RoundCard, find_division
from quizapp.db import built_once, db, run, run_many, table_of, upsert
from quizapp.standings import rules
from quizapp.standings.models import NO_UNIT, RollupMark, Standing
from quizapp.standings.rules import Result
from quizapp.standings.service import ranks
from quizapp.standings.service.ranks import Before

FINAL = {"rank", "error", "division_rank"}  # what only the close knows
OF_SCOPE = ("contest_id", "round_number", "generation")
PRIMARY_KEY = [*OF_SCOPE, "person_id"]
OF_RESULT = ("points_milli", "duration_ms", "attempts")
TOLD = ("person_id", "rank_key", "rank", "division", "division_rank", *OF_RESULT)
_standing = table_of(Standing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose standings: a round of a contest (0: the whole contest) in its shown generation."""

    contest_id: int
    round_number: int
    generation: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenScope(Scope):
    """A scope as it was at a freeze; `as_of` is None when nothing had been counted yet."""

    freeze_id: int
    at: datetime
    as_of: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceLine:
    """One row of the standings near a person; `span` as of its Place."""

    span: Span
    person_id: int
    points_milli: int
    duration_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a person stands; `lines` best first.

    `span` is the first and last rank it may be, equal where it is told exactly; ranks count from 1
    and equal results share one. `of_people` is None while nobody may know how many there are.
    `in_division` is (its place in the rules, rank in it), None without one or where the rank is not
    told.
    """

    span: Span
    in_division: tuple[int, int] | None
    of_people: int | None
    points_milli: int
    duration_ms: int
    attempts: int
    lines: Sequence[PlaceLine]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A final attempt as the standings take it."""

    scope: Scope
    rules: ContestRules
    result: Result
    person_id: int
    unit_id: int | None
    attempt_id: int
    number: int


def record_results(recorded: Sequence[Recorded]) -> None:
    """Put final attempts into their people's standings, where they are the ones that count.

    One statement. Safe to repeat and in any order: which attempt counts is decided by its key, in
    the database, so that no two writers can disagree.
    """
    if not recorded:
        return
    run_many(_keep_if_better(), [standing_row(one) for one in recorded])


@built_once
def _keep_if_better() -> Executable:
    statement = upsert(Standing)
    new, own = statement.excluded, table_of(Standing).c
    is_better = new.count_key < own.count_key
    kept = {
        name: case((is_better, new[name]), else_=own[name])
        for name in own.keys()  # noqa: SIM118 - a ColumnCollection is no mapping
        if name not in {*PRIMARY_KEY, "attempts", *FINAL}
    }
    more = case((new.attempts > own.attempts, new.attempts), else_=own.attempts)
    changed = kept | {"attempts": more}
    keep: Executable = statement.on_conflict_do_update(index_elements=PRIMARY_KEY, set_=changed)
    return keep


def replace_results(recorded: Sequence[Recorded]) -> None:
    """Put people's standings in place of what they were. One statement, a person in it once."""
    if not recorded:
        return
    statement = upsert(Standing)
    rows = [standing_row(one) for one in recorded]
    new = {name: statement.excluded[name] for name in rows[0] if name not in PRIMARY_KEY}
    db.session.connection().execute(
        statement.on_conflict_do_update(index_elements=PRIMARY_KEY, set_=new), rows
    )


def standing_of(attempts: Sequence[Recorded]) -> Recorded:
    """Return what one person's final attempts of a round, in order of number, bring together."""
    own = attempts[-1].rules
    index, result = rules.weighed(
        own.counts, [one.result for one in attempts], resolution_ms=own.resolution_ms
    )
    if not own.weighs_all_attempts:
        result = attempts[index].result
    return replace(attempts[index], result=result, number=attempts[-1].number)


def lock_results(scope: Scope, person_ids: Collection[int]) -> None:
    """Make others wait who would write these people's standings, until the transaction ends."""
    mine = select(Standing.person_id).where(*_in(scope), Standing.person_id.in_(person_ids))
    db.session.execute(mine.order_by(Standing.person_id).with_for_update()).all()


def forget_results(scope: Scope, person_ids: Collection[int]) -> None:
    """Drop these people's standings of a scope; what still counts is recorded again after."""
    db.session.execute(
        delete(Standing).where(*_in(scope), Standing.person_id.in_(sorted(person_ids)))
    )


def standing_row(one: Recorded) -> dict[str, Any]:
    """Return the columns of a standing in which this attempt counts."""
    resolution = one.rules.resolution_ms
    return {
        "contest_id": one.scope.contest_id,
        "round_number": one.scope.round_number,
        "generation": one.scope.generation,
        "person_id": one.person_id,
        "unit_id": one.unit_id or NO_UNIT,
        "division": find_division(one.rules, one.unit_id or None),
        "attempt_id": one.attempt_id,
        "attempts": one.number,
        "count_key": rules.count_key(one.rules.counts, one.result, resolution_ms=resolution),
        "rank_key": rules.rank_key(one.rules.ranking, one.result, resolution_ms=resolution),
        "points_milli": one.result.points_milli,
        "all_right": int(one.result.all_right),
        "passed": int(one.rules.passes(one.result.points_milli)),
        "duration_ms": one.result.duration_ms,
        "submitted_at": one.result.submitted_at,
        "started_at": one.result.started_at,
        "perfect": one.result.perfect,
    }


def scope_of_round(one: RoundCard) -> Scope:
    """Return the scope of a round's standings."""
    return Scope(contest_id=one.contest_id, round_number=one.number, generation=one.generation)


def find_place(
    scope: Scope,
    person_id: int,
    *,
    hides: frozenset[Hidden] = frozenset(),
    divisions: int = 0,
    around: int = 2,
) -> Place | None:
    """Return the person's own place and up to `around` neighbours on each side, or None.

    `hides` is what an open prediction keeps back; `divisions` is how many the rules have.
    """
    found = run(_own(), person_id=person_id, **_bound(scope))
    if not found:
        return None
    mine = found[0]
    rows, is_top = _neighbours(scope, mine, around=around)
    before = _before(scope, mine.rank_key)
    ranked = _ranks(scope, mine, rows, is_top=is_top, own=mine.rank or 1 + before.people)
    told = rank_span if Hidden.RANKS in hides else exactly
    return Place(
        span=told(ranked[mine.rank_key]),
        in_division=_in_division(
            scope, mine, exact_in_division(divisions) if hides and divisions else None
        ),
        of_people=None if Hidden.COUNTS in hides else before.of_people,
        points_milli=mine.points_milli,
        duration_ms=mine.duration_ms,
        attempts=mine.attempts,
        lines=[
            PlaceLine(
                span=told(ranked[row.rank_key]),
                person_id=row.person_id,
                points_milli=row.points_milli,
                duration_ms=row.duration_ms,
            )
            for row in rows[0 if is_top else 1 :]
        ],
    )


def find_better(scope: Scope, key: bytes) -> int | None:
    """Return how many people stand before a key, or the beginning of one, as before the close.

    None while too many results wait for the worker: a public page never counts everybody.
    """
    found = ranks.count_before(_among(scope), key)
    return None if found is None else found.people


@dataclass(frozen=True, kw_only=True, slots=True)
class FinalRank:
    """A rank that a close has written, among all and in the person's division."""

    rank: int
    division_rank: int | None


def get_final_ranks(
    contest: ContestCard, person_id: int, numbers: Collection[int]
) -> Mapping[int, FinalRank]:
    """Return the person's final ranks in these rounds (0: the whole contest), by round."""
    generations = {one.number: one.generation for one in contest.rounds} | {0: contest.generation}
    shown = [(number, generations[number]) for number in numbers]
    rows = db.session.execute(
        select(Standing.round_number, Standing.rank, Standing.division_rank).where(
            Standing.contest_id == contest.id,
            tuple_(Standing.round_number, Standing.generation).in_(shown),
            Standing.person_id == person_id,
            Standing.rank.is_not(None),
        )
    )
    return {
        row.round_number: FinalRank(rank=row.rank, division_rank=row.division_rank) for row in rows
    }


def has_standing(contest: ContestCard, person_id: int) -> bool:
    """Tell whether the person has a result that counts in the contest."""
    found = select(Standing.person_id).where(
        Standing.contest_id == contest.id, Standing.person_id == person_id
    )
    return db.session.scalar(found.limit(1)) is not None


def _neighbours(scope: Scope, mine: Any, *, around: int) -> tuple[list[Any], bool]:
    """Return (the rows around `mine`, best first, `mine` among them; whether all begins there).

    There is one more before, to see whether its neighbour is the first of equals.
    """
    own = _bound(scope) | {"rank_key": mine.rank_key, "person_id": mine.person_id}
    before = run(_better(), most=around + 1, **own)
    after = run(_worse(), most=around, **own)
    return [*reversed(before), mine, *after], len(before) <= around


@built_once
def _own() -> Executable:
    return _shown().where(_standing.c.person_id == bindparam("person_id"))


@built_once
def _better() -> Executable:
    own, bound = _position()
    order = (_standing.c.rank_key.desc(), _standing.c.person_id.desc())
    return _shown().where(own < bound).order_by(*order).limit(bindparam("most"))


@built_once
def _worse() -> Executable:
    own, bound = _position()
    order = (_standing.c.rank_key, _standing.c.person_id)
    return _shown().where(own > bound).order_by(*order).limit(bindparam("most"))


def _shown() -> Select[*tuple[Any, ...]]:
    """Select what is told of standings, in the scope that `_bound` fills in."""
    columns = (_standing.c[name] for name in TOLD)
    return select(*columns).where(*(_standing.c[name] == bindparam(name) for name in OF_SCOPE))


def _bound(scope: Scope) -> dict[str, Any]:
    return {name: getattr(scope, name) for name in OF_SCOPE}


def _position() -> tuple[Any, Any]:
    """Return where a standing stands among all, and such a place to be filled in."""
    own = [_standing.c[name] for name in ("rank_key", "person_id")]
    return tuple_(*own), tuple_(*(bindparam(one.name, type_=one.type) for one in own))


def _ranks(
    scope: Scope, mine: Any, rows: Sequence[Any], *, is_top: bool, own: int
) -> dict[bytes, int]:
    """Return the rank of each key of these rows, `own` of that of `mine`.

    The first of equals stands at a rank that the distance to another first tells. What cannot be
    told so, since it has equals beyond these rows, is looked up.
    """
    if mine.rank is not None:
        return {row.rank_key: row.rank for row in rows if row.rank is not None}
    firsts = {
        b.rank_key: i for i, (a, b) in enumerate(pairwise(rows), 1) if a.rank_key < b.rank_key
    }
    if is_top:
        firsts[rows[0].rank_key] = 0
    found = {mine.rank_key: own}
    for key in {row.rank_key for row in rows[0 if is_top else 1 :]} - {mine.rank_key}:
        if key in firsts and mine.rank_key in firsts:
            found[key] = own + firsts[key] - firsts[mine.rank_key]
        else:
            found[key] = 1 + _before(scope, key).people
    return found


def _before(scope: Scope, key: bytes, *, division: int = rules.ALL) -> Before:
    """Return how many stand before a key that is not final, of all or of one division.

    Everybody is counted where more results wait for the worker than can be told apart.
    """
    own = () if division == rules.ALL else (Standing.division == division,)
    return ranks.count_before(_among(scope, division=division), key) or Before(
        people=_number(scope, *own, Standing.rank_key < key), of_people=_number(scope, *own)
    )


def _among(scope: Scope, *, division: int = rules.ALL) -> ranks.Among:
    return ranks.Among(
        contest_id=scope.contest_id,
        round_number=scope.round_number,
        generation=scope.generation,
        division=division,
    )


def _number(scope: Scope, *where: ColumnElement[bool]) -> int:
    return db.session.scalar(_count(scope).where(*where)) or 0


def _in_division(scope: Scope, mine: Any, exact: int | None) -> tuple[int, int] | None:
    """Return (division, rank in it), None beyond what may be told exactly (None: all may)."""
    if mine.division is None:
        return None
    rank = mine.division_rank or (1 + _before(scope, mine.rank_key, division=mine.division).people)
    return (mine.division, rank) if exact is None or rank <= exact else None


def _count(scope: Scope) -> Select[int]:
    return select(func.count()).select_from(Standing).where(*_in(scope))


def _in(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        Standing.contest_id == scope.contest_id,
        Standing.round_number == scope.round_number,
        Standing.generation == scope.generation,
    )


def worker_age_s(now: datetime) -> float | None:
    """Return the seconds since the worker's last pass, None before its first."""
    seen_at = db.session.scalar(select(RollupMark.seen_at))
    return None if seen_at is None else (now - seen_at).total_seconds()


def boards_age_s(now: datetime) -> float | None:
    """Return the seconds since the moment that the boards show, None before the first."""
    as_of = db.session.scalar(select(RollupMark.as_of))
    return None if as_of is None else (now - as_of).total_seconds()
