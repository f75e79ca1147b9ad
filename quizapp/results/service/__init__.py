"""What is done with results. One name for each use case."""

from quizapp.results.service.closing import Closed, close_round, refresh_round, undo_close
from quizapp.results.service.generations import delete_old_generations
from quizapp.results.service.rebuilding import cancel_rebuild, rebuild_contest
from quizapp.results.service.refreshing import refresh_boards
from quizapp.results.service.verifying import Verified, verify_contest

__all__ = [
    "Closed",
    "Verified",
    "cancel_rebuild",
    "close_round",
    "delete_old_generations",
    "rebuild_contest",
    "refresh_boards",
    "refresh_round",
    "undo_close",
    "verify_contest",
]
