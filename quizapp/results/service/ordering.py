"""What final ranks follow from, as SQL: whose standings, which keys, what the close knows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from quizapp.attempts.models import Attempt
from quizapp.results.models import PlaceByHand
from quizapp.results.service.generations import in_scope
from quizapp.standings.models import Standing
from quizapp.standings.service import Scope

LATE = {"error", "rank", "division_rank"}
KEPT = [
    column.name
    for column in Standing.__table__.columns
    if column.name not in {"contest_id", "round_number", "generation", *LATE}
]
ERROR, MANUAL = "prediction_error asc", "manual"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What final ranks follow from: whose standings, by which keys, and how far each one's
    prediction was from the truth (an SQL number, NULL where there is none). With divisions people
    are ranked among those of their own, too.
    """

    source: Scope
    ranking: tuple[str, ...]
    error: ColumnElement[Any]
    has_divisions: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """How many people were ranked, and the digest of their order."""

    people: int
    digest: str


def from_prediction(truth: int | None) -> ColumnElement[Any]:
    """Return how far the prediction of the counted attempt is from the truth, as SQL."""
    if truth is None:
        return null()
    return (
        select(func.abs(Attempt.prediction - truth))
        .where(Attempt.id == Standing.attempt_id)
        .scalar_subquery()
    )


def from_rounds(
    scopes: list[Scope], *, best_of: int | None, resolution_ms: int
) -> ColumnElement[Any]:
    """Return the sum of the errors of a person's rounds that count, NULL when one has none.

    As SQL. Which rounds count: see standings.rules.total_of.
    """
    other = Standing.__table__.alias("of_round")
    mine = or_(
        *(
            and_(
                other.c.contest_id == scope.contest_id,
                other.c.round_number == scope.round_number,
                other.c.generation == scope.generation,
            )
            for scope in scopes
        )
    )
    counted = select(other.c.error).where(mine, other.c.person_id == Standing.person_id)
    if best_of is not None:
        counted = counted.order_by(
            other.c.points_milli.desc(),
            other.c.duration_ms // resolution_ms,
            other.c.submitted_at,
            other.c.attempt_id,
        ).limit(best_of)
    errors = counted.correlate(Standing).subquery()
    is_whole = func.count() == func.count(errors.c.error)
    total = select(case((is_whole, cast(func.sum(errors.c.error), BigInteger))))
    return total.scalar_subquery()


def with_late(order: Order) -> Select[Any]:
    """Select the standings of the source with `late_error` and `late_place`."""
    by_hand = (
        PlaceByHand.contest_id == Standing.contest_id,
        PlaceByHand.round_number == Standing.round_number,
        PlaceByHand.person_id == Standing.person_id,
    )
    is_by_hand = MANUAL in order.ranking
    place = PlaceByHand.place if is_by_hand else cast(literal(None), BigInteger)
    error = cast(order.error, BigInteger).label("late_error")
    query = select(*(getattr(Standing, name) for name in KEPT), error, place.label("late_place"))
    if is_by_hand:
        query = query.outerjoin(PlaceByHand, and_(*by_hand))
    return query.where(*in_scope(order.source))
