"""PostgreSQL writes a generation with final ranks in one statement and hands its order back.

Keys are put together, compared and ranked where the rows are. Nobody waits for it: the rows of the
new generation are nobody else's.
"""

import hashlib
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
    type_coerce,
)

from quizapp.contests.rules.keys import KEYS
from quizapp.db import db
from quizapp.results.service.ordering import ERROR, KEPT, MANUAL, Order, Ranked, with_late
from quizapp.standings.models import Standing
from quizapp.standings.rules import Cut
from quizapp.standings.service import Scope

# Compiling the statement takes longer than it saves: 1 s of 4 with 36,800 people.
SETTINGS = ("statement_timeout = 0", "jit = off", "work_mem = '64MB'")
# A line of the digest for each person: see OrderDigest.
LINES = """
COPY (
    SELECT concat_ws(' ', rank, person_id, attempt_id, points_milli, duration_ms) FROM standing
    WHERE contest_id = %s AND round_number = %s AND generation = %s
    ORDER BY rank, person_id
) TO STDOUT
"""


def write_at_once(order: Order, target: Scope) -> Ranked:
    """Write the source's standings under the target, with final keys and ranks.

    In the caller's transaction, which may take longer than a request's.
    """
    for setting in SETTINGS:
        db.session.execute(text(f"SET LOCAL {setting}"))
    db.session.execute(_written(order, target))
    return _read_back(target)


def _written(order: Order, target: Scope) -> Any:
    # Kept apart, or PostgreSQL looks each error up twice: for the key and for the column.
    rows = with_late(order).cte("late").prefix_with("MATERIALIZED", dialect="postgresql")
    key = _final_key(rows.c, Cut.of(order.ranking)).label("final_key")
    keyed = select(*rows.c, key).subquery()
    kept = [name for name in KEPT if name != "rank_key"]
    chosen = select(
        *(literal(getattr(target, name), BigInteger) for name in Scope.__slots__),
        *(keyed.c[name] for name in kept),
        keyed.c.final_key,
        keyed.c.late_error,
        func.rank().over(order_by=keyed.c.final_key),
        _rank_in_division(keyed.c) if order.has_divisions else null(),
    )
    final = ["rank_key", "error", "rank", "division_rank"]
    return insert(Standing).from_select([*Scope.__slots__, *kept, *final], chosen)


def _rank_in_division(row: Any) -> ColumnElement[Any]:
    place = func.rank().over(partition_by=row.division, order_by=row.final_key)
    return case((row.division.is_not(None), place))


def _final_key(row: Any, cut: Cut) -> ColumnElement[bytes]:
    """Return the provisional key with what only the close knows in its places."""
    late = {ERROR: row.late_error, MANUAL: row.late_place}
    key: ColumnElement[Any] = literal(b"", LargeBinary)
    start = 0
    for at, name in cut.places:
        key = key.op("||")(func.substr(row.rank_key, start + 1, at - start))
        key = key.op("||")(_bytes_of(late[name], name))
        start = at
    return type_coerce(key.op("||")(func.substr(row.rank_key, start + 1)), LargeBinary)


def _bytes_of(value: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Return a number as the bytes of its key; one that does not fit stands before the missing."""
    form = KEYS[name]
    number = func.coalesce(func.least(value, form.missing - 1), form.missing)
    return func.substr(func.int8send(cast(number, BigInteger)), 9 - form.width)


def _read_back(target: Scope) -> Ranked:
    people, digest = 0, hashlib.sha256()
    driver: Any = db.session.connection().connection.driver_connection
    mine = (target.contest_id, target.round_number, target.generation)
    with driver.cursor() as cursor, cursor.copy(LINES, mine) as lines:
        for block in lines:
            people += bytes(block).count(b"\n")
            digest.update(block)
    return Ranked(people=people, digest=digest.hexdigest())
