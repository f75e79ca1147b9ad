"""Answers as a phone sends them, and what becomes of them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quizapp.attempts import rules
from quizapp.attempts.errors import BadAnswers
from quizapp.banks import service as banks
from quizapp.banks.rules import Kind


class Saved(StrEnum):
    DONE = "done"  # on disk, or was already: the same body under the same number
    HELD = "held"  # another phone holds the paper
    STALE = "stale"  # a newer save was taken, or another body under this number
    OVER = "over"  # final, or past the grace


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveOutcome:
    """What became of a save; when it was not taken, what the server has: position → letters."""

    saved: Saved
    op: int
    deadline_at: datetime
    answers: Mapping[int, str]
    prediction: int | None = None
    is_paused: bool = False  # the round's clocks stand still: `deadline_at` moves with the time


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Answers as a phone sent them: position (1-based) → letters shown ("BD"), None to clear."""

    answers: Mapping[int, str | None]
    prediction: int | None = None
    has_prediction: bool = False

    @property
    def digest(self) -> bytes:
        """Return what tells whether two saves under one number are the same."""
        body = repr((sorted(self.answers.items()), self.prediction, self.has_prediction))
        return hashlib.sha256(body.encode()).digest()


def canonical(sheet: Sheet, paper: Sequence[rules.Asked], bank_version_id: int) -> dict[int, int]:
    """Return position → bitmask of canonical options for what is named. Raises BadAnswers."""
    questions = banks.get_questions(bank_version_id)
    several = {one.number for one in paper if questions[one.number - 1].kind is Kind.MULTIPLE}
    try:
        return rules.as_canonical(sheet.answers, paper, several=several)
    except ValueError as error:
        raise BadAnswers(problem=str(error)) from error
