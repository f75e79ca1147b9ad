"""How often somebody may ask the organisers, and what a question may be. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from quizapp.errors import N_
from quizapp.vietnamese import one_line

SHORTEST, LONGEST = 5, 600
OPEN_AT_MOST = 3
A_DAY = timedelta(days=1)
DAILY_AT_MOST = 6
STRANGERS_AT_MOST = 200  # open questions of a contest from phones on which nobody had joined


def tidy(words: str) -> str:
    """Return a question or an answer with its lines kept and all else in order."""
    lines = (one_line(line) for line in words.splitlines())
    return "\n".join(line for line in lines if line)


def question_problem(words: str) -> str | None:
    """Return what is wrong with the tidy words of a question, None when they can be taken."""
    if len(words) < SHORTEST:
        return N_("Hãy ghi vài chữ về việc bạn cần giúp.")
    return _length_problem(words)


def answer_problem(words: str) -> str | None:
    """Return what is wrong with the tidy words of an answer, None when they can be taken."""
    if len(words) < SHORTEST:
        return N_("Hãy ghi câu trả lời, hoặc chọn một câu soạn sẵn.")
    return _length_problem(words)


def _length_problem(words: str) -> str | None:
    if len(words) > LONGEST:
        return N_("Hãy ghi ngắn hơn, nhiều nhất 600 ký tự.")
    return None


def asks_too_often(asked: Sequence[tuple[datetime, bool]], *, now: datetime) -> bool:
    """Tell whether a person or a phone has to wait before the next question.

    `asked` has, for each of theirs, when it was asked and whether it waits for an answer still.
    """
    waiting = sum(is_open for _, is_open in asked)
    today = sum(now - at < A_DAY for at, _ in asked)
    return waiting >= OPEN_AT_MOST or today >= DAILY_AT_MOST
