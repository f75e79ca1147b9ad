"""What a line begins with: the number of a question, the letter of an option, a heading. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quizapp.banks.rules import LETTERS
from quizapp.banks.rules.documents import Line

GRADE = r"(?:\((?:[^()]{0,20}điểm|NB|TH|VDC?|[0-9.,]+ ?đ)\)\s*)?"
QUESTION = re.compile(
    r"[\s*•]*(?:câu\s+hỏi|câu|bài|question)\s*(?:số\s*)?(?P<number>\d{1,4})(?!\d)\s*"
    rf"{GRADE}(?P<mark>[.:)/\-–—]+|$|(?=[^\W\d_]))\s*",
    re.IGNORECASE,
)
BARE = re.compile(r"\s*(?P<number>\d{1,4})\s*(?P<mark>[.)/:]|[-–](?=\s))(?!\d)\s*")
SIGNS = "*+✓✔☑√"
OPTION = re.compile(
    rf"(?:(?P<sign>[{SIGNS}])\s*)?\(?(?P<letter>[A-Ha-h])"
    r"(?P<mark>\s{0,2}[.)](?=\s)|[.)/:]|\s?[-–](?=\s))(?![A-Za-z]\.[A-Za-z.])\s*"
)
NUMBERED_OPTION = re.compile(
    rf"\s*(?P<sign>[{SIGNS}]?)\s*(?P<letter>[1-8])\s*(?P<mark>[.)/]|[-–](?=\s))(?!\d)\s*"
)
TRUTH = re.compile(
    rf"\s*[{SIGNS}•\-]?\s*(đúng|sai)\s*[.;]?\s*(?:[*✓✔]|\([xđ]\))?\s*", re.IGNORECASE
)
TOPIC = re.compile(
    r"\s*(?:(?:phần|chương|chủ\s+đề|chuyên\s+đề|mục)\s+(?:thứ\s+)?(?:[IVX]+|\d+|[A-HĐ]|nhất|một|hai|ba|bốn|tư|năm)\s*[.:\-–]\s*"
    r"|(?:chủ\s+đề|chuyên\s+đề|lĩnh\s+vực)\s*:\s*|(?:phần|chương)\s+(?:[IVX]+|\d+)\s*$"
    r"|[IVX]+\s*[.\-–/]\s+(?=\S))(?P<name>.*)",
    re.IGNORECASE | re.DOTALL,
)
END = re.compile(r"[\s\-–—_=*.]*(?:hết|the end|end)[\s\-–—_=*.]*", re.IGNORECASE)
AFTER_STEM = re.compile(r"[?:.!…]\s*$")


class Labels(StrEnum):
    """The kinds of labels that options may have."""

    UPPER = "upper"
    LOWER = "lower"
    DIGIT = "digit"
    AUTO = "auto"  # numbered by Word: their order counts, not what it shows
    TRUTH = "truth"  # a line that says "Đúng" or "Sai"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The label of an option within a line: what stands at [start, body) is the label."""

    labels: Labels
    letter: str
    start: int
    body: int
    is_wide: bool = True
    delimiter: str = ""


def question_start(line: Line) -> tuple[int, int] | None:
    """Return the number after "Câu" and where the stem begins, None for another line."""
    match = QUESTION.match(line.text)
    return (int(match["number"]), match.end()) if match else None


def bare_start(line: Line) -> tuple[int, int] | None:
    """Return a number at the beginning of a line, where it may be that of a question."""
    match = BARE.match(line.text)
    if not match or (line.auto and line.level):
        return None
    return int(match["number"]), match.end()


def option_marks(line: Line, start: int = 0) -> list[Mark]:
    """Return the labels of options that stand in a line, from the character `start` on.

    The first stands at the beginning; further ones are candidates: `is_wide` after a tab or more
    than one space.
    """
    if TRUTH.fullmatch(line.text, start):
        return [Mark(labels=Labels.TRUTH, letter="", start=start, body=_truth_body(line, start))]
    if line.auto and start == 0:
        return _auto_marks(line)
    letters = list(_letters(line.text, start))
    if letters and not line.text[start : letters[0].start].strip():
        return letters
    match = NUMBERED_OPTION.match(line.text, start)
    if match:
        letter = LETTERS[int(match["letter"]) - 1]
        return [Mark(labels=Labels.DIGIT, letter=letter, start=start, body=match.end())]
    return []


def marks_within(line: Line, start: int) -> list[Mark]:
    """Return the labels of options after the words of a stem on the same line."""
    found = list(_letters(line.text, start))
    for index, mark in enumerate(found):
        before = line.text[start : mark.start]
        if mark.letter == "A" and before.strip() and (mark.is_wide or AFTER_STEM.search(before)):
            return found[index:]
    return []


def is_shouted(text: str) -> bool:
    """Say whether a short line is written in capitals, as headings are."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 3 and len(text) < 120 and all(char.isupper() for char in letters)


def topic_in(line: Line) -> str | None:
    """Return the heading that a line is, None for another line."""
    match = TOPIC.fullmatch(line.text)
    if match:
        return (match["name"] or "").strip() or line.text.strip()
    if (line.is_heading or is_shouted(line.text)) and line.text.strip():
        return line.text.strip()
    return None


def chosen(marks: Sequence[Mark], *, following: str, several: bool) -> list[Mark]:
    """Return which labels of a line begin options.

    After one space a letter is a label only where it goes on with the one before, the next line
    does not begin with it, and options do stand side by side: "nhóm A hoặc B. Sai" is one option.
    """
    kept = list(marks[:1])
    for mark in marks[1:]:
        if (mark.labels, mark.delimiter) != (kept[0].labels, kept[0].delimiter):
            continue
        if mark.letter in {one.letter for one in kept} or mark.letter == following:
            continue
        goes_on = ord(mark.letter) == ord(kept[-1].letter) + 1
        if mark.is_wide or (goes_on and (several or kept[0].letter == "A")):
            kept.append(mark)
    return kept


def _letters(text: str, start: int) -> Iterator[Mark]:
    for match in OPTION.finditer(text, start):
        at = match.start()
        before = text[start:at]
        if before and not before[-1].isspace():
            continue
        yield Mark(
            labels=Labels.UPPER if match["letter"].isupper() else Labels.LOWER,
            letter=match["letter"].upper(),
            start=at,
            body=match.end(),
            is_wide=not before.strip() or "\t" in before[-3:] or before.endswith("  "),
            delimiter=match["mark"].strip(),
        )


def _auto_marks(line: Line) -> list[Mark]:
    """Word's bullet before a typed letter is no label; any other number of Word is one."""
    typed = list(_letters(line.text, line.auto))
    if typed and typed[0].start == line.auto:
        return typed
    return [Mark(labels=Labels.AUTO, letter="", start=0, body=line.auto)]


def _truth_body(line: Line, start: int) -> int:
    match = re.search(r"đúng|sai", line.text[start:], re.IGNORECASE)
    return start + (match.start() if match else 0)
