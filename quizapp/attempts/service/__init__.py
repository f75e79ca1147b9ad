"""What is done with attempts. One name for each use case."""

from quizapp.attempts.service import naming as _naming  # noqa: F401 - registers names for the log
from quizapp.attempts.service.corrections import (
    correct_attempt_unit,
    correct_person_unit,
    restore_attempt,
    restore_person,
    void_attempt,
    void_person,
)
from quizapp.attempts.service.finish import record_again
from quizapp.attempts.service.merging import Merged, merge_people
from quizapp.attempts.service.paper import Line, Paper, get_paper
from quizapp.attempts.service.rows import Phone, decode_id, encode_id, get_attempt_row
from quizapp.attempts.service.saving import count_due, expire_due, save_answers, submit_attempt
from quizapp.attempts.service.saving_at_once import save_at_once
from quizapp.attempts.service.sheets import Saved, SaveOutcome, Sheet
from quizapp.attempts.service.starting import end_if_begun, start_attempt
from quizapp.attempts.service.time import (
    For,
    Why,
    compensate_outage,
    grant_time,
    pause_round,
    resume_round,
    withdraw_time,
)

__all__ = [
    "For",
    "Line",
    "Merged",
    "Paper",
    "Phone",
    "SaveOutcome",
    "Saved",
    "Sheet",
    "Why",
    "compensate_outage",
    "correct_attempt_unit",
    "correct_person_unit",
    "count_due",
    "decode_id",
    "encode_id",
    "end_if_begun",
    "expire_due",
    "get_attempt_row",
    "get_paper",
    "grant_time",
    "merge_people",
    "pause_round",
    "record_again",
    "restore_attempt",
    "restore_person",
    "resume_round",
    "save_answers",
    "save_at_once",
    "start_attempt",
    "submit_attempt",
    "void_attempt",
    "void_person",
    "withdraw_time",
]
