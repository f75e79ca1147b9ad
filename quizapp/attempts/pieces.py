"""The questions of a paper as HTML, put together from pieces that were rendered once.

A paper shows a hundred texts of its bank, each at another place than on the next paper: rendered
anew they were half of what the page cost.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from quizapp.attempts.service import Line
from quizapp.banks.rules import Shown
from quizapp.web.language import language

PLACE = "\0"  # where the position goes; no text of a bank has it
TEXTS_KEPT = 20_000  # options of some banks, at every letter


def question_pieces(lines: Sequence[Line], *, typed: Mapping[str, str]) -> list[Markup]:
    """Return the HTML of each question; `typed` ("q3" → letters) goes before what is saved."""
    total = len(lines)
    return [_question(line, total, typed.get(f"q{line.position}", line.chosen)) for line in lines]


def _question(line: Line, total: int, chosen: str | None) -> Markup:
    spoken, several, ticked = language(), line.takes_several, chosen or ""
    shown = line.pictures.get
    pieces = [_head(spoken, total, line.stem, several, shown("", ()))]
    pieces += [
        _option(spoken, letter, text, several, letter in ticked, shown(letter, ()))
        for letter, text in line.options
    ]
    pieces.append(_end(spoken))
    # Pieces are escaped where they are rendered.
    return Markup("".join(pieces).replace(PLACE, str(line.position)))  # noqa: S704


@lru_cache(maxsize=TEXTS_KEPT)
def _head(
    _language: str,
    total: int,
    stem: str,
    takes_several: bool,  # noqa: FBT001
    pictures: tuple[Shown, ...],
) -> str:
    return str(_macros().head(PLACE, total, stem, takes_several, pictures))


@lru_cache(maxsize=TEXTS_KEPT)
def _option(
    _language: str,
    letter: str,
    text: str,
    takes_several: bool,  # noqa: FBT001
    is_chosen: bool,  # noqa: FBT001
    pictures: tuple[Shown, ...],
) -> str:
    return str(_macros().option(PLACE, letter, text, takes_several, is_chosen, pictures))


@lru_cache
def _end(_language: str) -> str:
    return str(_macros().end())


def _macros() -> Any:
    return current_app.jinja_env.get_template("attempts/_question.html").module
