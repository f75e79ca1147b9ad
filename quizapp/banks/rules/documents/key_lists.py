"""Keys that stand together, after the questions: "1-A 2-B", or a table of such pairs. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quizapp.banks.rules.documents import Grid
from quizapp.said import NOTHING_SAID, Said

HEADING = re.compile(
    r"[\s\-–—*=]*(?:bảng\s+)?(?:đáp\s*án|answer\s+key|answers|key)"
    r"(?:\s+(?:chi\s+tiết|tham\s+khảo|trắc\s+nghiệm|đề\s+thi|các\s+câu(?:\s+hỏi)?|phần\s+\w+))*\s*[:.]?[\s\-–—*=]*",
    re.IGNORECASE,
)
ENTRY = re.compile(
    r"(?:câu\s*)?(?P<number>\d{1,4})\s*(?:[-–.:)/=→]|->)?\s*\(?(?P<letter>[A-H]|[a-h])\)?(?!\w)\s*[.,;|\-–]?\s*",
    re.IGNORECASE,
)
HEADED = re.compile(r"\s*(?:bảng\s+)?đáp\s*án[\w\s]{0,30}:\s*(?=(?:câu\s*)?\d)", re.IGNORECASE)
NUMBER = re.compile(r"(?:câu\s*)?(\d{1,4})\s*[.:)]?", re.IGNORECASE)
LETTER = re.compile(r"\(?([A-Ha-h])\)?[.)]?")
WORDS = re.compile(
    r"(?:câu(?:\s+(?:hỏi|số))?|stt|tt|số|đáp\s*án(?:\s+đúng)?|đ/?a|key|answer)\s*:?", re.IGNORECASE
)
# A line of so few pairs may be anything where no heading says that it is a key.
FEWEST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """The key of one question, told by its number."""

    number: int
    letter: str
    where: Said


def is_heading(text: str) -> bool:
    """Say whether a line is the heading of a key."""
    return bool(HEADING.fullmatch(text))


def entries_in(text: str, where: Said = NOTHING_SAID) -> list[Entry]:
    """Return the keys of a line that holds nothing else; none for another line."""
    entries = []
    at = len(text) - len(text.lstrip())
    while at < len(text):
        match = ENTRY.match(text, at)
        if not match or match.end() == at:
            return []
        letter = match["letter"].upper()
        entries.append(Entry(number=int(match["number"]), letter=letter, where=where))
        at = match.end()
    return entries


def headed_entries_in(text: str, where: Said) -> list[Entry]:
    """Return the keys of a line like "Đáp án: 1-B, 2-C"; none for another line."""
    headed = HEADED.match(text)
    entries = entries_in(text[headed.end() :], where) if headed else []
    return entries if len(entries) > 1 else []


def entries_of(grid: Grid) -> list[Entry] | None:
    """Return the keys of a table that holds nothing else; None for another table.

    Raises ValueError for a table of numbers and letters whose order is not clear.
    """
    rows = [[(cell.text.strip(), cell.where) for cell in row] for row in grid.rows]
    told = [text for row in rows for text, _ in row if text]
    if not told or not all(_is_part(text) for text in told) or not any(map(_has_letter, told)):
        return None
    rows = [[(text, where) for text, where in row if not WORDS.fullmatch(text)] for row in rows]
    rows = [row for row in rows if any(text for text, _ in row)]
    joined = [entries_in(text, where) for row in rows for text, where in row if text]
    if all(joined):
        return [entry for entries in joined for entry in entries]
    if rows and all(map(_is_numbers, rows[::2])) and not any(map(_is_numbers, rows[1::2])):
        return _by_columns(rows)
    return [entry for row in rows for entry in _by_pairs(row)]


Row = Sequence[tuple[str, Said]]


def _is_part(text: str) -> bool:
    return bool(
        WORDS.fullmatch(text)
        or NUMBER.fullmatch(text)
        or LETTER.fullmatch(text)
        or entries_in(text)
    )


def _has_letter(text: str) -> bool:
    return bool(LETTER.fullmatch(text) or entries_in(text))


def _is_numbers(row: Row) -> bool:
    return all(NUMBER.fullmatch(text) for text, _ in row if text)


def _by_columns(rows: Sequence[Row]) -> list[Entry]:
    """Read rows of numbers, each above its row of letters."""
    if len(rows) % 2:
        raise ValueError
    return [
        _entry(number, letter, where)
        for numbers, letters in zip(rows[::2], rows[1::2], strict=True)
        for (number, where), (letter, _) in zip(numbers, letters, strict=True)
        if number or letter
    ]


def _by_pairs(row: Row) -> list[Entry]:
    told = [(text, where) for text, where in row if text]
    if len(told) % 2:
        raise ValueError
    return [
        _entry(number, letter, where)
        for (number, where), (letter, _) in zip(told[::2], told[1::2], strict=True)
    ]


def _entry(number: str, letter: str, where: Said) -> Entry:
    numbered, lettered = NUMBER.fullmatch(number), LETTER.fullmatch(letter)
    if not numbered or not lettered:
        raise ValueError
    return Entry(number=int(numbered[1]), letter=lettered[1].upper(), where=where)
