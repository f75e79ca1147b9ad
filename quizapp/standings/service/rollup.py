"""The roll-up: result events behind the watermark become unit counts and contest standings.

What a person adds to a unit is compared with what was tallied before, so the work depends on what
is new, and doing a batch twice changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    delete,
    literal_column,
    or_,
    select,
    tuple_,
)

from quizapp.contests.models import Contest, Round
from quizapp.contests.rules import ContestRules
from quizapp.contests.service import get_rules
from quizapp.db import db, upsert
from quizapp.standings import rules
from quizapp.standings.models import (
    NO_UNIT,
    WHOLE_CONTEST,
    ResultEvent,
    RollupMark,
    Standing,
    Tally,
    UnitCount,
)
from quizapp.standings.rules import Count, Cut, Share, Total
from quizapp.standings.service import Scope, ranks
from quizapp.units import service as units

Key = tuple[int, int, int]  # contest id, round number, person id
COUNTED = tuple(Count.__slots__)
SHARED = tuple(Share.__slots__)
NEWEST_XID = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
BATCH = 200
IDLE_STAMP = timedelta(seconds=30)
SEEN_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class RolledUp:
    """What one batch did: how many events, and which units' counts changed in which scopes.

    `is_stale` tells that the boards have not been stamped for a while.
    """

    events: int
    touched: Mapping[Scope, frozenset[int]]
    is_stale: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """Which generation each (contest id, round number) shows, and its order; contests' rules."""

    generations: Mapping[tuple[int, int], int]
    cuts: Mapping[tuple[int, int], Cut]
    rules: Mapping[int, ContestRules]


def roll_up(*, at: datetime) -> RolledUp:
    """Count the next batch of result events. One transaction of the caller's: mark and counts."""
    mark = lock_mark()
    events = _next_events(mark)
    seen = mark.event_id
    if events:
        mark.event_id, mark.event_xid = events[-1].id, events[-1].xid or 0
    if events or mark.seen_at is None or at - mark.seen_at > SEEN_EVERY:
        mark.seen_at = at
    persons = {(event.contest_id, event.person_id) for event in events}
    touched = _count_persons(persons) if persons else {}
    if any(event.id // ranks.SPLIT_EVERY != seen // ranks.SPLIT_EVERY for event in events):
        ranks.split_large({contest_id for contest_id, _ in persons})
    return RolledUp(
        events=len(events),
        touched=touched,
        is_stale=mark.as_of is None or at - mark.as_of > IDLE_STAMP,
    )


def lock_mark() -> RollupMark:
    """Return the mark, so that nobody else counts until the transaction ends.

    A mark from before a restore into another PostgreSQL cluster, whose transaction ids begin again,
    is set back: what was counted is then looked at again, which changes nothing.
    """
    mark = db.session.execute(select(RollupMark).with_for_update()).scalar_one()
    if db.engine.dialect.name == "postgresql":
        newest: Select[int] = select(literal_column(NEWEST_XID))
        if mark.event_xid >= (db.session.scalar(newest) or 0):
            mark.event_id = mark.event_xid = 0
    return mark


def count_again(contest_id: int, person_ids: Iterable[int]) -> None:
    """Bring contest standings, tallies and counts of these people in line with their standings."""
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), BATCH):
        _count_persons({(contest_id, person_id) for person_id in ids[start : start + BATCH]})


def _next_events(mark: RollupMark) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the next events whose place in the order of commits is settled.

    On PostgreSQL ids commit out of order; only transactions older than every running one are read.
    """
    event = (ResultEvent.id, ResultEvent.xid, Round.contest_id, ResultEvent.person_id)
    query = select(*event).join(Round, Round.id == ResultEvent.round_id).limit(BATCH)
    if db.engine.dialect.name == "sqlite":
        query = query.where(ResultEvent.id > mark.event_id).order_by(ResultEvent.id)
    else:
        settled: ColumnElement[int] = literal_column(
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        query = (
            query.where(ResultEvent.xid < settled)
            .where(tuple_(ResultEvent.xid, ResultEvent.id) > (mark.event_xid, mark.event_id))
            .order_by(ResultEvent.xid, ResultEvent.id)
        )
    return db.session.execute(query).all()


def _count_persons(persons: set[tuple[int, int]]) -> dict[Scope, frozenset[int]]:
    """Count what changed for these (contest id, person id) pairs; return scope → touched units."""
    shown = _shown({contest_id for contest_id, _ in persons})
    standings = _shown_standings(persons, shown)
    _drop_sums(persons - {(contest_id, person_id) for contest_id, _, person_id in standings}, shown)
    standings |= _sum_contests(standings, shown)
    old = _tallies(persons, shown)
    new = {key: _share_of(row, shown.cuts[key[:2]]) for key, row in standings.items()}
    moved = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    by_scope: dict[tuple[int, int], list[tuple[Share | None, Share | None]]] = {}
    for key in moved:
        by_scope.setdefault(key[:2], []).append((old.get(key), new.get(key)))
    changed = _move_counts(by_scope)
    ranks.move(by_scope)
    _write_tallies({key: new[key] for key in moved if key in new})
    _drop_tallies(moved - new.keys())
    return {
        Scope(
            contest_id=scope[0], round_number=scope[1], generation=shown.generations[scope]
        ): changed.get(scope, frozenset())
        for scope in {key[:2] for key in moved | new.keys()}
    }


def _shown(contest_ids: set[int]) -> _Shown:
    rounds = db.session.execute(
        select(Round.contest_id, Round.number, Round.generation, Round.rule_set_id)
        .where(Round.contest_id.in_(contest_ids))
        .order_by(Round.contest_id, Round.number)
    ).all()
    contests = db.session.execute(
        select(Contest.id, Contest.generation).where(Contest.id.in_(contest_ids))
    ).all()
    generations = {(row.contest_id, row.number): row.generation for row in rounds}
    own = {row.contest_id: get_rules(row.rule_set_id) for row in rounds}
    cuts = {(row.contest_id, row.number): get_rules(row.rule_set_id).ranking for row in rounds}
    cuts |= {(row.id, WHOLE_CONTEST): own[row.id].whole_ranking for row in contests}
    return _Shown(
        generations=generations | {(row.id, WHOLE_CONTEST): row.generation for row in contests},
        cuts={scope: Cut.of(ranking) for scope, ranking in cuts.items()},
        rules=own,
    )


def _shown_standings(persons: set[tuple[int, int]], shown: _Shown) -> dict[Key, Standing]:
    """Return these people's round standings of the shown generations."""
    scopes = [scope for scope in shown.generations if scope[1] != WHOLE_CONTEST]
    rows = db.session.scalars(select(Standing).where(_shown_to(persons, scopes, shown)))
    return {(row.contest_id, row.round_number, row.person_id): row for row in rows}


def _shown_to(
    persons: Iterable[tuple[int, int]], scopes: Iterable[tuple[int, int]], shown: _Shown
) -> ColumnElement[bool]:
    """Return the condition that a standing of these scopes is one of theirs and is shown.

    Spelled out by the primary key: by person alone, every standing would be looked at.
    """
    theirs = _by_contest(persons)
    return or_(
        *(
            and_(
                Standing.contest_id == contest_id,
                Standing.round_number == number,
                Standing.generation == shown.generations[contest_id, number],
                Standing.person_id.in_(theirs[contest_id]),
            )
            for contest_id, number in scopes
            if contest_id in theirs
        )
    )


def _tallied(persons: Iterable[tuple[int, int]], shown: _Shown) -> ColumnElement[bool]:
    """Return the condition that a tally is one of theirs, by the primary key as well."""
    theirs = _by_contest(persons)
    return or_(
        *(
            and_(
                Tally.contest_id == contest_id,
                Tally.round_number == number,
                Tally.person_id.in_(theirs[contest_id]),
            )
            for contest_id, number in shown.generations
            if contest_id in theirs
        )
    )


def _by_contest(persons: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for contest_id, person_id in sorted(persons):
        found.setdefault(contest_id, []).append(person_id)
    return found


def _sum_contests(standings: Mapping[Key, Standing], shown: _Shown) -> dict[Key, Standing]:
    """Write each person's standing of the whole contest, the sum over rounds, and return them."""
    by_person: dict[tuple[int, int], list[Standing]] = {}
    for (contest_id, _, person_id), row in standings.items():
        by_person.setdefault((contest_id, person_id), []).append(row)
    sums = {
        (contest_id, WHOLE_CONTEST, person_id): sum_row(
            rows,
            generation=shown.generations[contest_id, WHOLE_CONTEST],
            contest_rules=shown.rules[contest_id],
        )
        for (contest_id, person_id), rows in by_person.items()
    }
    if sums:
        statement = upsert(Standing)
        changed = {
            name: statement.excluded[name]
            for name in next(iter(sums.values()))
            if name not in {"contest_id", "round_number", "generation", "person_id"}
        }
        keys = ["contest_id", "round_number", "generation", "person_id"]
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=keys,
                set_=changed,
                where=Standing.rank.is_(None),  # what is final stays
            ),
            list(sums.values()),
        )
    return {key: Standing(**row) for key, row in sums.items()}


def _drop_sums(persons: set[tuple[int, int]], shown: _Shown) -> None:
    """Forget the whole-contest standings of people of whom no round counts any more."""
    if persons:
        wholes = [scope for scope in shown.generations if scope[1] == WHOLE_CONTEST]
        db.session.execute(
            delete(Standing)
            .where(_shown_to(persons, wholes, shown))
            .execution_options(synchronize_session=False)
        )


def sum_row(
    rows: Sequence[Standing], *, generation: int, contest_rules: ContestRules
) -> dict[str, Any]:
    """Return the columns of a person's standing over the whole contest, from those of rounds."""
    resolution = contest_rules.resolution_ms
    rounds = (
        Total(
            attempt_id=row.attempt_id,
            attempts=row.attempts,
            perfect=row.perfect,
            points_milli=row.points_milli,
            all_right=row.all_right,
            passed=row.passed,
            duration_ms=row.duration_ms,
            started_at=row.started_at or row.submitted_at,
            submitted_at=row.submitted_at,
        )
        for row in rows
    )
    total = rules.total_of(rounds, best_of=contest_rules.whole_rounds, resolution_ms=resolution)
    latest = next(row for row in rows if row.attempt_id == total.attempt_id)
    key = rules.rank_key(contest_rules.whole_ranking, total, resolution_ms=resolution)
    return {
        "contest_id": latest.contest_id,
        "round_number": WHOLE_CONTEST,
        "generation": generation,
        "person_id": latest.person_id,
        "unit_id": latest.unit_id,
        "division": latest.division,
        "attempt_id": total.attempt_id,
        "attempts": total.attempts,
        "count_key": key,
        "rank_key": key,
        "points_milli": total.points_milli,
        "all_right": total.all_right,
        "passed": total.passed,
        "duration_ms": total.duration_ms,
        "submitted_at": total.submitted_at,
        "started_at": total.started_at,
        "perfect": total.perfect,
    }


def _share(row: Standing | Tally) -> Share:
    return Share(**{name: getattr(row, name) for name in SHARED})


def _share_of(row: Standing, cut: Cut) -> Share:
    """Return what a standing brings; of a final one with its key as it was before the close.

    So a close, or a recount after it, moves no rank: undoing it shows what was counted.
    """
    share = _share(row)
    return share if row.rank is None else replace(share, rank_key=cut.emptied(row.rank_key))


def _tallies(persons: set[tuple[int, int]], shown: _Shown) -> dict[Key, Share]:
    rows = db.session.scalars(select(Tally).where(_tallied(persons, shown)))
    return {(row.contest_id, row.round_number, row.person_id): _share(row) for row in rows}


def _write_tallies(shares: Mapping[Key, Share]) -> None:
    if not shares:
        return
    statement = upsert(Tally)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["contest_id", "round_number", "person_id"],
            set_={name: statement.excluded[name] for name in SHARED},
        ),
        [
            {"contest_id": contest, "round_number": number, "person_id": person}
            | {name: getattr(share, name) for name in SHARED}
            for (contest, number, person), share in shares.items()
        ],
    )


def _drop_tallies(keys: set[Key]) -> None:
    """Forget people of whom nothing counts any more."""
    if keys:
        own = tuple_(Tally.contest_id, Tally.round_number, Tally.person_id)
        db.session.execute(delete(Tally).where(own.in_(sorted(keys))))


def _move_counts(
    by_scope: Mapping[tuple[int, int], Sequence[tuple[Share | None, Share | None]]],
) -> dict[tuple[int, int], frozenset[int]]:
    """Write the differences into the units' counts; return which units changed, by scope."""
    moved = [share for moves in by_scope.values() for move in moves for share in move if share]
    units.get_lines({share.unit_id for share in moved} - {NO_UNIT})  # all in one statement
    changed = {scope: rules.changes(moves, ancestors_of) for scope, moves in by_scope.items()}
    rows = [
        {"contest_id": contest_id, "round_number": number, "unit_id": unit_id}
        | {name: getattr(count, name) for name in COUNTED}
        for (contest_id, number), counts in sorted(changed.items())
        for unit_id, count in sorted(counts.items())
    ]
    add_to_counts(rows)
    return {scope: frozenset(counts) for scope, counts in changed.items()}


def add_to_counts(rows: Sequence[Mapping[str, int]]) -> None:
    """Add what each row says to the counts of its unit."""
    if not rows:
        return
    statement = upsert(UnitCount)
    added = {name: getattr(UnitCount, name) + statement.excluded[name] for name in COUNTED}
    columns = ["contest_id", "round_number", "unit_id"]
    db.session.execute(statement.on_conflict_do_update(index_elements=columns, set_=added), rows)


def ancestors_of(unit_id: int) -> Sequence[int]:
    """Return the units that count a person of this unit: its line up to the root, itself last."""
    return (NO_UNIT,) if unit_id == NO_UNIT else units.get_ancestor_ids(unit_id)
