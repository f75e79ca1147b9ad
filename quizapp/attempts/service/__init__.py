"""What is done with attempts. One name for each use case."""

from quizapp.attempts.service.finish import record_again
from quizapp.attempts.service.paper import Line, Paper, get_paper
from quizapp.attempts.service.rows import Phone, decode_id, encode_id, get_attempt_row
from quizapp.attempts.service.saving import (
    Saved,
    SaveOutcome,
    Sheet,
    expire_due,
    save_answers,
    submit_attempt,
)
from quizapp.attempts.service.starting import start_attempt
from quizapp.attempts.service.time import (
    For,
    Why,
    compensate_outage,
    grant_time,
    pause_round,
    resume_round,
)

__all__ = [
    "For",
    "Line",
    "Paper",
    "Phone",
    "SaveOutcome",
    "Saved",
    "Sheet",
    "Why",
    "compensate_outage",
    "decode_id",
    "encode_id",
    "expire_due",
    "get_attempt_row",
    "get_paper",
    "grant_time",
    "pause_round",
    "record_again",
    "resume_round",
    "save_answers",
    "start_attempt",
    "submit_attempt",
]
