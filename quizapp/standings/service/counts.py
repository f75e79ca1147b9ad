"""Counts of units as a scope has them: those that move with results, or those of a freeze."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, bindparam

from quizapp.standings.models import FrozenCount, UnitCount
from quizapp.standings.service import FrozenScope, Scope

Counts = type[UnitCount] | type[FrozenCount]


def counts_of(scope: Scope) -> Counts:
    """Return the table in which a scope's units are counted."""
    return counts_of_kind(is_frozen=isinstance(scope, FrozenScope))


def counts_of_kind(*, is_frozen: bool) -> Counts:
    """Return the table of counts that move, or that of freezes."""
    return FrozenCount if is_frozen else UnitCount


def counted_in(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a row of that table is of this scope."""
    if isinstance(scope, FrozenScope):
        return (
            FrozenCount.freeze_id == scope.freeze_id,
            FrozenCount.round_number == scope.round_number,
        )
    return (
        UnitCount.contest_id == scope.contest_id,
        UnitCount.round_number == scope.round_number,
    )


def counted_as_bound(*, is_frozen: bool) -> tuple[ColumnElement[bool], ...]:
    """Return these conditions for a statement that is built once, with `bound_scope` to fill in."""
    table = counts_of_kind(is_frozen=is_frozen)
    owner = FrozenCount.freeze_id if is_frozen else UnitCount.contest_id
    return (owner == bindparam("owner_id"), table.round_number == bindparam("round_number"))


def bound_scope(scope: Scope) -> Mapping[str, int]:
    """Return the values of a scope for `counted_as_bound`."""
    owner = scope.freeze_id if isinstance(scope, FrozenScope) else scope.contest_id
    return {"owner_id": owner, "round_number": scope.round_number}
