"""Boards made again at once, without waiting for the worker's next pass."""

from collections.abc import Collection
from datetime import datetime

from quizapp.db import db, transaction
from quizapp.standings.service import Scope
from quizapp.standings.service.snapshots import keep_boards, make_boards

BOARDS_AT_ONCE = 100


def refresh_boards(
    scope: Scope, *, at: datetime, units_touched: Collection[int] | None = None
) -> int:
    """Make the scope's boards without holding anybody up, write what changed; return how many."""
    boards = make_boards(scope, at=at, units_touched=units_touched)
    db.session.rollback()
    for start in range(0, len(boards), BOARDS_AT_ONCE):
        with transaction():
            keep_boards(scope, boards[start : start + BOARDS_AT_ONCE], at=at)
    return len(boards)
