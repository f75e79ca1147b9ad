"""Counts of units as a scope has them: those that move with results, or those of a freeze."""

from sqlalchemy import ColumnElement

from quizapp.standings.models import FrozenCount, UnitCount
from quizapp.standings.service import FrozenScope, Scope

Counts = type[UnitCount] | type[FrozenCount]


def counts_of(scope: Scope) -> Counts:
    """Return the table in which a scope's units are counted."""
    return FrozenCount if isinstance(scope, FrozenScope) else UnitCount


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
