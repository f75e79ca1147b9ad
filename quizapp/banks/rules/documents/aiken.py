"""Aiken: a stem, options "A. …" a line each, and "ANSWER: B". Pure."""

import re

from quizapp.banks.rules import LETTERS
from quizapp.banks.rules.documents import plain_line
from quizapp.banks.rules.documents.found import Choice, Found, shortened
from quizapp.banks.rules.documents.statements import apart_in_table
from quizapp.banks.rules.documents.told import PAIRS, Told, told_in
from quizapp.errors import N_
from quizapp.said import Said, said

ANSWER = re.compile(r"\s*ANSWER\s*:\s*(?P<key>.*?)\s*", re.IGNORECASE)
OPTION = re.compile(r"\s*(?P<letter>[A-Za-z])[.)]\s+(?P<text>.*)")
ONE = re.compile(r"[A-Za-z]")


def is_aiken(text: str) -> bool:
    """Say whether a text has a line that ends a question of Aiken."""
    keys = (match["key"] for match in map(ANSWER.fullmatch, text.splitlines()) if match)
    return any(ONE.fullmatch(key) or PAIRS.fullmatch(key) for key in keys)


def questions_of(text: str) -> list[Found]:
    """Return the questions of a text; one that is not closed by its answer is doubted."""
    found: list[Found] = []
    stem: list[str] = []
    current: Found | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = said(N_("dòng {n}"), n=number)
        if current is None:
            current, stem = Found(where=where), []
            found.append(current)
        answer, option = ANSWER.fullmatch(line), OPTION.fullmatch(line)
        if answer:
            _close(current, answer["key"], where)
            current = None
        elif option:
            _add_option(current, option["letter"].upper(), option["text"], where)
        elif current.options:
            text = N_(
                "Không rõ “{line}” ({where}) giữa các phương án. Mỗi phương án phải nằm trên một "
                "dòng, bắt đầu bằng “A.”, “B.”…"
            )
            current.doubt("options", said(text, line=shortened(line), where=where))
        else:
            stem.append(line.strip())
            current.stem = "\n".join(stem)
    if current is not None:
        unclosed = N_("Thiếu dòng “ANSWER: …” sau các phương án. Hãy thêm dòng này.")
        current.doubt("answer", said(unclosed))
    return [part for one in found for part in apart_in_table(one)]


def _add_option(found: Found, letter: str, text: str, where: Said) -> None:
    expected = LETTERS[len(found.options)] if len(found.options) < len(LETTERS) else "?"
    if letter != expected:
        message = N_(
            "Phương án {letter} ({where}) không theo thứ tự A, B, C… tới {last}. "
            "Hãy đánh lại chữ cái."
        )
        found.doubt("options", said(message, letter=letter, where=where, last=LETTERS[-1]))
    label = plain_line(f"{letter}. ", where)
    choice = Choice(letter=letter, label=label, body=[plain_line(text, where)], where=where)
    found.options.append(choice)
    found.places[f"option {letter}"] = where


def _close(found: Found, key: str, where: Said) -> None:
    found.places["answer"] = where
    if ONE.fullmatch(key):
        found.told.append(Told(letter=key.upper(), where=where))
        return
    told = told_in(f"Đáp án: {key}", where)
    if told and told.verdicts:
        found.told.append(told)
    else:
        message = N_("Đáp án “{answer}” phải là đúng một chữ cái. Hãy ghi lại.")
        found.doubt("answer", said(message, answer=key[:40]))
