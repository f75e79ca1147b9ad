"""How many people stand before a rank key: exact at any moment, without counting everybody.

Tallied people are counted in blocks of neighbouring keys, which the roll-up moves along with what
else it counts. Whoever has a result that it has not seen yet is few: of these, what is tallied is
taken back and what stands now is added, in the same statement.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    case,
    func,
    insert,
    select,
    true,
    tuple_,
    update,
)

from quizapp.contests.models import Round
from quizapp.db import built_once, db, run, run_many, table_of, upsert
from quizapp.standings.models import (
    WHOLE_CONTEST,
    RankCount,
    ResultEvent,
    RollupMark,
    Standing,
    Tally,
)
from quizapp.standings.rules import ALL, Share, rank_changes

MOST = 1000  # people of a block, before it is split
SPLITS = 20  # of one block in a transaction: what a bulk load left is split in several
SPLIT_EVERY = 200  # results
RECOUNTED_AT_ONCE = 20  # blocks in a transaction
MOST_WAITING = 1000  # results not rolled up, of which the difference is looked at
AFTER_ALL = b"\xff" * 64  # longer than any key

Scope = tuple[int, int]  # contest id, round number
Moves = Iterable[tuple[Share | None, Share | None]]
_blocks, _tally, _standing = table_of(RankCount), table_of(Tally), table_of(Standing)
_event, _mark = table_of(ResultEvent), table_of(RollupMark)


@dataclass(frozen=True, kw_only=True, slots=True)
class Among:
    """Of whom a rank is told: a round (0: the whole contest) in its shown generation."""

    contest_id: int
    round_number: int
    generation: int
    division: int = ALL


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """How many people stand before a key, and how many there are."""

    people: int
    of_people: int


def count_before(among: Among, key: bytes) -> Before | None:
    """Return how many stand before a key as it was before the close.

    None when too many results wait for the worker: then everybody has to be counted.
    """
    (row,) = run(
        _count_all() if among.division == ALL else _count_in_division(),
        of_contest_id=among.contest_id,
        of_round_number=among.round_number,
        of_generation=among.generation,
        of_division=among.division,
        key=key,
        # Of the whole contest only the roll-up writes standings: nothing of it ever waits.
        most_waiting=0 if among.round_number == WHOLE_CONTEST else MOST_WAITING + 1,
    )
    if row.waiting > MOST_WAITING:
        return None
    return Before(
        people=row.before + row.moved_before,
        of_people=row.people + row.moved,
    )


def move(by_scope: Mapping[Scope, Moves]) -> None:
    """Write what a change of these shares moves into the blocks. Only under the roll-up's lock."""
    changed = {scope: rank_changes(moves) for scope, moves in by_scope.items()}
    rows = [
        {
            "of_contest_id": contest_id,
            "of_round_number": number,
            "of_division": division,
            "key": key,
            "change": change,
        }
        for (contest_id, number), blocks in sorted(changed.items())
        for (division, key), change in sorted(blocks.items())
    ]
    if not rows:
        return
    begin((*scope, division) for scope, blocks in changed.items() for division, _ in blocks)
    run_many(_move_one(), rows)


def begin(lists: Iterable[tuple[int, int, int]]) -> None:
    """See that each (contest id, round number, division) has its first block."""
    columns = "contest_id", "round_number", "division"
    rows = [
        dict(zip(columns, one, strict=True)) | {"from_key": b"", "people": 0}
        for one in sorted(set(lists))
    ]
    run_many(_begin(), rows)


def split_large(contest_ids: Collection[int]) -> bool:
    """Split the blocks that have grown too large; tell whether any was. Under the same lock."""
    large = _with_ends().where(_blocks.c.people > MOST, _blocks.c.contest_id.in_(contest_ids))
    # (All of them: `any` would leave the others.)
    return True in {_split(block) for block in _found(large)}


def recount(contest_id: int, after: Sequence[Any] | None) -> Sequence[Any] | None:
    """Count some blocks again from the tallies, those after a place; return the last one's place.

    None when there are no more. Under the same lock.
    """
    place = [_blocks.c[name] for name in ("round_number", "division", "from_key")]
    some = _with_ends().where(_blocks.c.contest_id == contest_id)
    if after is not None:
        some = some.where(tuple_(*place) > tuple_(*after))
    found = _found(some.order_by(*place).limit(RECOUNTED_AT_ONCE))
    for block in found:
        people = _number(_range(block, block.from_key, block.until))
        if people != block.people:
            _set(block, people)
    return tuple(found[-1])[1:4] if found else None


def _split(block: Row[*tuple[Any, ...]]) -> bool:
    """Part a block at its middle, and what is left again; tell whether it could be.

    A block of one key stays whole: nobody counts inside of it.
    """
    start, people = block.from_key, block.people
    rows: list[dict[str, Any]] = []
    while people > MOST and len(rows) < SPLITS:
        middle = _middle(block, start)
        if middle is None:
            break
        low = _number(_range(block, start, middle))
        if rows:
            rows[-1]["people"] = low
        else:
            _set(block, low)
        people -= low
        place = {name: getattr(block, name) for name in ("contest_id", "round_number", "division")}
        rows.append(place | {"from_key": middle, "people": people})
        start = middle
    if rows:
        run_many(_add_blocks(), rows)
    return bool(rows)


def _middle(block: Row[*tuple[Any, ...]], start: bytes) -> bytes | None:
    """Return the key half a block further, or the next one where so many share one; None: none."""
    keys: Select[bytes] = select(_tally.c.rank_key).order_by(_tally.c.rank_key).limit(1)
    first = db.session.scalar(keys.where(*_range(block, start, block.until)))
    middle = db.session.scalar(keys.where(*_range(block, start, block.until)).offset(MOST // 2))
    if middle is not None and middle != first:
        return middle
    above = _tally.c.rank_key > (first or start)
    return db.session.scalar(keys.where(*_range(block, start, block.until), above))


def _range(block: Row[*tuple[Any, ...]], start: bytes, end: bytes) -> list[ColumnElement[bool]]:
    """Return the conditions that a tally is counted in this block's list between two keys."""
    own = [] if block.division == ALL else [_tally.c.division == block.division]
    return [
        _tally.c.contest_id == block.contest_id,
        _tally.c.round_number == block.round_number,
        *own,
        _tally.c.rank_key >= start,
        _tally.c.rank_key < end,
    ]


def _number(where: Sequence[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count()).select_from(_tally).where(*where)) or 0


def _set(block: Row[*tuple[Any, ...]], people: int) -> None:
    own = [_blocks.c[name] == getattr(block, name) for name in _blocks.primary_key.columns.keys()]  # noqa: SIM118 - a ColumnCollection is no mapping
    db.session.execute(update(_blocks).where(*own).values(people=people))


def _found(query: Select[Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.connection().execute(query).all()


def _with_ends() -> Select[Any]:
    """Select blocks with the key where each ends."""
    later = _blocks.alias("later")
    until = (
        select(later.c.from_key)
        .where(
            later.c.contest_id == _blocks.c.contest_id,
            later.c.round_number == _blocks.c.round_number,
            later.c.division == _blocks.c.division,
            later.c.from_key > _blocks.c.from_key,
        )
        .order_by(later.c.from_key)
        .limit(1)
        .scalar_subquery()
    )
    return select(_blocks, func.coalesce(until, bindparam(None, AFTER_ALL)).label("until"))


@built_once
def _add_blocks() -> Executable:
    return insert(_blocks)


@built_once
def _begin() -> Executable:
    first: Executable = upsert(RankCount).on_conflict_do_nothing()
    return first


@built_once
def _move_one() -> Executable:
    change = _blocks.c.people + bindparam("change")
    return (
        update(_blocks)
        .where(*_own(_blocks, "division"), _blocks.c.from_key == _block_of_key())
        .values(people=change)
    )


def _own(table: Any, *more: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a row is of the contest and round asked for, and of these."""
    return [
        table.c[name] == bindparam(f"of_{name}") for name in ("contest_id", "round_number", *more)
    ]


def _block_of_key() -> ScalarSelect[bytes]:
    """Select where the block begins in which a key is counted."""
    some = _blocks.alias("some")
    starts = select(some.c.from_key).where(
        *_own(some, "division"), some.c.from_key <= bindparam("key")
    )
    return starts.order_by(some.c.from_key.desc()).limit(1).scalar_subquery()


@built_once
def _count_all() -> Executable:
    return _count()


@built_once
def _count_in_division() -> Executable:
    return _count(
        tallied=[_tally.c.division == bindparam("of_division")],
        standing=[_standing.c.division == bindparam("of_division")],
    )


def _count(
    tallied: Sequence[ColumnElement[bool]] = (), standing: Sequence[ColumnElement[bool]] = ()
) -> Executable:
    """Select what `count_before` reads, all of one moment."""
    start = _block_of_key()
    whole_blocks = select(
        func.coalesce(func.sum(_blocks.c.people), 0).label("people"),
        func.coalesce(func.sum(case((_blocks.c.from_key < start, _blocks.c.people))), 0).label(
            "before"
        ),
    ).where(*_own(_blocks, "division"))
    blocks = whole_blocks.subquery("blocks")
    inside = (
        select(func.count())
        .select_from(_tally)
        .where(
            *_own(_tally),
            *tallied,
            _tally.c.rank_key >= start,
            _tally.c.rank_key < bindparam("key"),
        )
        .scalar_subquery()
    )
    late = _late(tallied, standing).subquery("late")
    return select(
        blocks.c.people,
        (blocks.c.before + inside).label("before"),
        late.c.waiting,
        late.c.moved,
        late.c.moved_before,
    ).select_from(blocks.join(late, true()))


def _late(
    tallied: Sequence[ColumnElement[bool]], standing: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """Select what the results that wait for the roll-up change, and of how many people they are.

    Each person is looked up by the whole primary key: of a join, SQLite would read all standings.
    """
    newest = _newest()
    number = select(func.count()).select_from(newest).scalar_subquery()
    round_id = (
        select(Round.id)
        .where(Round.contest_id == bindparam("of_contest_id"))
        .where(Round.number == bindparam("of_round_number"))
        .scalar_subquery()
    )
    waiting = select(newest.c.person_id).where(newest.c.round_id == round_id).distinct().subquery()
    now = [*_own(_standing, "generation"), _standing.c.person_id == waiting.c.person_id, *standing]
    then = [
        *_own(_tally),
        _tally.c.person_id == waiting.c.person_id,
        *tallied,
        _tally.c.rank_key.is_not(None),
    ]

    def total(table: Any, where: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
        one = select(func.count()).select_from(table).where(*where).correlate(waiting)
        return func.coalesce(func.sum(one.scalar_subquery()), 0)

    late: Any = select(
        number.label("waiting"),
        (total(_standing, now) - total(_tally, then)).label("moved"),
        (
            total(_standing, [*now, _standing.c.rank_key < bindparam("key")])
            - total(_tally, [*then, _tally.c.rank_key < bindparam("key")])
        ).label("moved_before"),
    )
    found: Select[Any] = late.select_from(waiting)
    return found


def _newest() -> Any:
    """Select the results after the roll-up's mark, of whatever round, a bounded number.

    In their order and bounded here, so that PostgreSQL reads an index: it expects a third of all.
    """
    id_, xid = (select(_mark.c[n]).scalar_subquery() for n in ("event_id", "event_xid"))
    newest = select(_event.c.person_id, _event.c.round_id).limit(bindparam("most_waiting"))
    if db.engine.dialect.name == "sqlite":
        return newest.where(_event.c.id > id_).order_by(_event.c.id).cte("newest")
    newer = tuple_(_event.c.xid, _event.c.id) > tuple_(xid, id_)
    return newest.where(newer).order_by(_event.c.xid, _event.c.id).cte("newest")
