"""Questions on their way into a bank: what a file gives, what is accepted, what is wrong. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from quizapp.said import Said

SCHEMA = "quizbank/1"
# A browser checks it too, where "-" in brackets is marked or the whole pattern is thrown away.
BANK_CODE = r"[a-z0-9][a-z0-9_\-]{0,63}"
LETTERS = "ABCDEFGH"
# An answer is kept as one byte, a bit per option.
MAX_OPTIONS = len(LETTERS)
CITATION_FIELDS = ("law", "text", "article", "clause", "point", "amended_by")
# "digest" names the picture, "option" the letter it stands with, empty for the stem; sizes are
# those it is shown in, in pixels.
PICTURE_FIELDS = ("digest", "option", "alt", "width", "height")


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"  # one option is right, one is chosen
    MULTIPLE = "multiple"  # at least two are right and one is wrong; all right ones are chosen


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something a clerk should look at.

    `where` is a place in the file ("dòng 17", "Sheet1, ô G5"); `question` is the question's number
    in the file, None when the whole file is meant.
    """

    severity: Severity
    where: Said
    question: int | None
    message: Said


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What a question says, in its canonical form; None means not told.

    `options` stand in canonical order; `right` has bit 0 for the first of them. `fixed_order` keeps
    that order on every paper. A citation maps some of CITATION_FIELDS to text, a picture all of
    PICTURE_FIELDS.
    """

    code: str
    kind: Kind
    stem: str
    options: tuple[str, ...]
    right: int
    fixed_order: bool
    topic: str | None = None
    difficulty: Difficulty | None = None
    explanation: str | None = None
    citations: tuple[Mapping[str, str], ...] = ()
    pictures: tuple[Mapping[str, str], ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    def pictures_of(self, option: str = "") -> tuple["Shown", ...]:
        """Return the pictures of an option by its letter, of the stem without one."""
        return shown(self.pictures, option)


class Shown(NamedTuple):
    """A picture as a page shows it; its size in pixels."""

    digest: str
    alt: str
    width: int
    height: int


def shown(pictures: Sequence[Mapping[str, str]], option: str) -> tuple[Shown, ...]:
    """Return those of a question's pictures that stand with an option ("": with the stem)."""
    return tuple(
        Shown(one["digest"], one["alt"], int(one["width"]), int(one["height"]))
        for one in pictures
        if one["option"] == option
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFile:
    """The bytes of a picture, checked and written anew; `digest` is their SHA-256 (64 hex)."""

    digest: str
    media_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft(Content):
    """A question without an error; `number` counts the questions of its file from 1."""

    number: int
    where: Said


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """A question as a reader found it, nothing decided; an empty text means not given.

    `options` maps letters to texts; `places` maps names of fields to their own places, where
    those are finer than `where`. `doubts` maps fields to why the reader is not certain of them:
    they keep the question out. `notes` are fields and what a clerk should look at.
    """

    number: int
    where: Said
    code: str = ""
    kind: str = ""
    stem: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    fixed_order: str = ""
    topic: str = ""
    difficulty: str = ""
    explanation: str = ""
    citations: tuple[Mapping[str, str], ...] = ()
    pictures: tuple[Mapping[str, str], ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    places: Mapping[str, Said] = field(default_factory=dict)
    doubts: Mapping[str, Said] = field(default_factory=dict)
    notes: tuple[tuple[str, Said], ...] = ()

    def error(self, name: str, message: Said) -> Problem:
        """Return the problem that keeps this question out, placed at its field `name`."""
        return self._problem(Severity.ERROR, name, message)

    def warning(self, name: str, message: Said) -> Problem:
        """Return a problem that a clerk should look at, placed at the field `name`."""
        return self._problem(Severity.WARNING, name, message)

    def _problem(self, severity: Severity, name: str, message: Said) -> Problem:
        where = self.places.get(name, self.where)
        return Problem(severity=severity, where=where, question=self.number, message=message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a reader made of a file. No draft here has a problem that is an error.

    `raws` are all its questions, also those with an error, as they stood in the file (cleaned).
    """

    format: str
    title: str | None = None
    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    raws: tuple[Raw, ...] = ()
    pictures: tuple[PictureFile, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(found for found in self.problems if found.severity is Severity.ERROR)


def mask_of(positions: Sequence[int]) -> int:
    """Return the bitmask of 0-based option positions."""
    return sum(1 << position for position in set(positions))


def positions_of(mask: int) -> list[int]:
    """Return the 0-based option positions of a bitmask, in order."""
    return [position for position in range(mask.bit_length()) if mask >> position & 1]


def letters_of(mask: int) -> str:
    """Return the letters of a bitmask of options: "B", or "A, C"."""
    return ", ".join(LETTERS[position] for position in positions_of(mask))
