"""Boards made again at once, without waiting for the worker's next pass."""

from datetime import datetime

from quizapp.db import db, transaction
from quizapp.standings.service import Scope
from quizapp.standings.service.snapshots import keep_boards, make_boards


def refresh_boards(scope: Scope, *, at: datetime) -> int:
    """Make the scope's boards without holding anybody up, write what changed; return how many."""
    boards = make_boards(scope, at=at)
    db.session.rollback()
    if boards:
        with transaction():
            keep_boards(scope, boards, at=at)
    return len(boards)
