"""The questions of a paper as HTML: frames that were rendered once, filled with texts of the bank.

A paper shows a hundred texts, each at another place than on the next paper: rendered anew they were
half of what the page cost, and kept as rendered they were 19 MB of each process.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from quizapp.attempts.rules import LETTERS
from quizapp.attempts.service import Line
from quizapp.banks.rules import Shown
from quizapp.web.language import language

PLACE, TEXT = "\0", "\1"  # where the position and the texts go; rendered words have neither
FRAMES_KEPT = 1_000  # a kilobyte each
TEXTS_KEPT = 8_000  # most need no escaping: what is kept of them is the bank's own text


def questions_html(lines: Sequence[Line], *, typed: Mapping[str, str]) -> Markup:
    """Return the questions as HTML; `typed` ("q3" → letters) goes before what is saved."""
    spoken, total = language(), len(lines)
    texts = [
        _question(line, spoken, total, typed.get(f"q{line.position}", line.chosen or ""))
        for line in lines
    ]
    return Markup("\n".join(texts))  # noqa: S704 - frames are our own, texts escaped below


def _question(line: Line, spoken: str, total: int, ticked: str) -> str:
    letters = LETTERS[: len(line.options)]
    # What was typed may be anything, and a frame is kept for what is ticked.
    known = "".join(letter for letter in letters if letter in ticked)
    frame = _frame(spoken, total, line.takes_several, len(line.options), known)
    texts = [_escaped(line.stem), *[_escaped(text) for _, text in line.options]]
    if line.pictures:
        shown = [line.pictures.get(letter, ()) for letter in ("", *letters)]
        texts = [text + _pictures(spoken, own) for text, own in zip(texts, shown, strict=True)]
    parts = [frame[0].replace(PLACE, str(line.position))]
    for text, after in zip(texts, frame[1:], strict=True):
        parts += [text, after.replace(PLACE, str(line.position))]
    return "".join(parts)


@lru_cache(maxsize=FRAMES_KEPT)
def _frame(
    _language: str,
    total: int,
    takes_several: bool,  # noqa: FBT001
    options: int,
    ticked: str,
) -> tuple[str, ...]:
    """Return what stands around the stem and the texts of so many options."""
    macros = _macros("attempts/_question.html")
    head = macros.head(PLACE, total, TEXT, takes_several)
    rows = [
        macros.option(PLACE, letter, TEXT, takes_several, letter in ticked)
        for letter in LETTERS[:options]
    ]
    return tuple("".join([head, *rows, macros.end()]).split(TEXT))


@lru_cache(maxsize=TEXTS_KEPT)
def _escaped(text: str) -> str:
    safe = str(escape(text))
    return text if safe == text else safe


@lru_cache(maxsize=TEXTS_KEPT)
def _pictures(_language: str, pictures: tuple[Shown, ...]) -> str:
    return str(_macros("pictures.html").pictures_of(pictures))


def _macros(template: str) -> Any:
    return current_app.jinja_env.get_template(template).module
