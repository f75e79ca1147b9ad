"""What is done with results. One name for each use case."""

from quizapp.results.service.asking import (
    CloseState,
    RoundToClose,
    ask_close,
    do_what_was_asked,
    get_rounds_to_close,
)
from quizapp.results.service.closing import Closed, close_round, refresh_round, undo_close
from quizapp.results.service.deciding import Decision, place_by_hand
from quizapp.results.service.generations import delete_old_generations
from quizapp.results.service.rebuilding import cancel_rebuild, rebuild_contest
from quizapp.results.service.refreshing import refresh_boards
from quizapp.results.service.ties import Ties, get_ties, numbers_of
from quizapp.results.service.verifying import Verified, verify_contest

__all__ = [
    "CloseState",
    "Closed",
    "Decision",
    "RoundToClose",
    "Ties",
    "Verified",
    "ask_close",
    "cancel_rebuild",
    "close_round",
    "delete_old_generations",
    "do_what_was_asked",
    "get_rounds_to_close",
    "get_ties",
    "numbers_of",
    "place_by_hand",
    "rebuild_contest",
    "refresh_boards",
    "refresh_round",
    "undo_close",
    "verify_contest",
]
