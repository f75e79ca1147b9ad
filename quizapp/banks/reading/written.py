"""Reads questions from plain text: Aiken, GIFT, or as they are typed in Word."""

import re
from collections.abc import Callable
from functools import lru_cache

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.texts import decoded
from quizapp.banks.rules import Problem, Reading
from quizapp.banks.rules.checking import assembled
from quizapp.banks.rules.documents import PLAIN, Line, aiken, gift
from quizapp.banks.rules.documents.found import Found
from quizapp.banks.rules.documents.labels import bare_start, option_marks, question_start
from quizapp.banks.rules.documents.legacy import Piece, script_of
from quizapp.banks.rules.documents.questions import raws_of, reading_of
from quizapp.errors import N_
from quizapp.said import said

SCHEMA = re.compile(r"\s*schema\s*:")
FEWEST_OPTIONS = 2
MOST_QUESTIONS = 20_000


def is_gift(content: bytes) -> bool:
    """Say whether these bytes are a text with answers in braces."""
    return _is(content, gift.is_gift)


def is_aiken(content: bytes) -> bool:
    """Say whether these bytes are a text with "ANSWER: B"."""
    return _is(content, aiken.is_aiken)


def is_typed(content: bytes) -> bool:
    """Say whether these bytes are a text with numbered questions and lettered options."""
    return _is(content, _looks_typed)


def read_gift(content: bytes) -> Reading:
    """Return drafts and problems of a GIFT text. Raises CannotRead."""
    return _reading("gift", content, gift.questions_of)


def read_aiken(content: bytes) -> Reading:
    """Return drafts and problems of an Aiken text. Raises CannotRead."""
    return _reading("aiken", content, aiken.questions_of)


def read_typed(content: bytes) -> Reading:
    """Return drafts and problems of a text typed as in Word; it has no marks but signs."""
    lines, problems = _lines(content)
    return reading_of("text", lines, problems)


def _reading(form: str, content: bytes, questions_of: Callable[[str], list[Found]]) -> Reading:
    lines, problems = _lines(content)
    found = questions_of("\n".join(line.text for line in lines))
    if not found or len(found) > MOST_QUESTIONS:
        text = N_("tệp phải có từ 1 tới {most} câu hỏi.")
        raise CannotRead(reason=said(text, most=MOST_QUESTIONS))
    return assembled(Reading(format=form, problems=problems), raws_of(found))


@lru_cache(maxsize=1)  # one format after the other asks for the same text
def _lines(content: bytes) -> tuple[tuple[Line, ...], tuple[Problem, ...]]:
    pieces = [Piece(line, PLAIN, "") for line in decoded(content).split("\n")]
    script = script_of([Piece(f"{piece.text}\n", PLAIN, "") for piece in pieces])
    lines = (
        script.line([piece], where=said(N_("dòng {n}"), n=number))
        for number, piece in enumerate(pieces, start=1)
    )
    return tuple(lines), script.problems


def _is(content: bytes, looks: Callable[[str], bool]) -> bool:
    try:
        text = "\n".join(line.text for line in _lines(content)[0])
    except CannotRead:
        return False
    return not any(map(SCHEMA.match, text.splitlines())) and looks(text)


def _looks_typed(text: str) -> bool:
    lines = [Line(text=line) for line in text.splitlines() if line.strip()]
    has_questions = any(question_start(line) or bare_start(line) for line in lines)
    options = sum(len(option_marks(line)) for line in lines)
    told = sum("đáp án" in line.text.lower() for line in lines)
    return has_questions and (options >= FEWEST_OPTIONS or told > 0)
