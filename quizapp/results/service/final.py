"""Writing a generation of standings with final ranks."""

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import ColumnElement, Select, func, text

from quizapp.db import db, transaction, write_rows
from quizapp.results.models import PlaceByHand
from quizapp.results.service import bulk
from quizapp.results.service.at_once import write_at_once
from quizapp.results.service.generations import in_scope
from quizapp.results.service.ordering import ERROR, KEPT, MANUAL, Order, Ranked, with_late
from quizapp.standings.models import Standing
from quizapp.standings.rules import Cut, Divisions, OrderDigest
from quizapp.standings.service import Scope

FARTHEST = 1 << 62
ROWS_READ = 5000


def write_final(order: Order, generation: int, *, check: Callable[[], None]) -> Ranked:
    """Write the standings of the source anew under `generation`, with final keys and ranks.

    What an earlier run left there goes first. `check` is called in each transaction and raises
    when another run has taken over.
    """
    target = Scope(
        contest_id=order.source.contest_id,
        round_number=order.source.round_number,
        generation=generation,
    )
    bulk.delete_in_batches(Standing, *in_scope(target))
    if not bulk.is_postgresql():
        return _write_walking(order, target, check)
    with transaction():
        check()
        ranked = write_at_once(order, target)
    _tell_planner()
    return ranked


def _write_walking(order: Order, target: Scope, check: Callable[[], None]) -> Ranked:
    """Write batch by batch, in one walk through the order of people: SQLite has one writer."""
    digest, people = OrderDigest(), 0
    with closing(_ranked(order, target, digest)) as rows:
        for batch in bulk.batches(rows):
            with transaction():
                check()
                write_rows(Standing, batch)
            people += len(batch)
    return Ranked(people=people, digest=digest.hex())


def _tell_planner() -> None:
    """Let PostgreSQL know how many rows the new generation has: it would guess one.

    The walk over the whole contest looks each person up in it; with that guess, by a scan.
    """
    with transaction():
        db.session.execute(text("ANALYZE standing"))


def _ranked(order: Order, target: Scope, digest: OrderDigest) -> Generator[Mapping[str, Any]]:
    """Yield the rows to write, best first; a walk over a connection that writes nothing."""
    cut = Cut.of(order.ranking)
    rank, before = 0, None
    among_own = Divisions()
    with (
        db.engine.connect() as reading,
        reading.execute(_in_order(order, cut), execution_options={"yield_per": ROWS_READ}) as rows,
    ):
        for position, row in enumerate(rows, start=1):
            late = {ERROR: row.late_error, MANUAL: row.late_place}
            key = cut.filled(row.rank_key, [late[name] for _, name in cut.places])
            rank = rank if key == before else position
            before = key
            division_rank = among_own.rank(row.division, key)
            digest.add(rank, row.person_id, row.attempt_id, (row.points_milli, row.duration_ms))
            yield {
                "contest_id": target.contest_id,
                "round_number": target.round_number,
                "generation": target.generation,
                **{name: getattr(row, name) for name in KEPT},
                "rank_key": key,
                "error": row.late_error,
                "rank": rank,
                "division_rank": division_rank,
            }


def _in_order(order: Order, cut: Cut) -> Select[Any]:
    """Select the standings of the source, best first, equals in order of their people's ids."""
    late = {ERROR: order.error, MANUAL: PlaceByHand.place}
    parts: list[ColumnElement[Any]] = []
    start = 0
    for at, name in cut.places:
        parts.append(func.substr(Standing.rank_key, start + 1, at - start))
        parts.append(func.coalesce(late[name], FARTHEST))
        start = at
    rest = func.substr(Standing.rank_key, start + 1) if parts else Standing.rank_key
    return with_late(order).order_by(*parts, rest, Standing.person_id)
