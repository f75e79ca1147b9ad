"""A question as it was found in a document, before its key is decided. Pure."""

from dataclasses import dataclass, field

from quizapp.banks.rules.cleaning import clean_line
from quizapp.banks.rules.documents import NOTHING, PICTURE, Line, plain_line
from quizapp.banks.rules.documents.marking import Option
from quizapp.banks.rules.documents.told import Told
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said, verbatim

SHOWN = "[hình]"


@dataclass(slots=True)
class Choice:
    """An option: its letter by label or order, its label and the lines of its text.

    `shown` is what its label shows where Word numbers it by itself.
    """

    letter: str
    label: Line
    body: list[Line]
    sign: str = ""
    shown: str = ""
    where: Said = NOTHING_SAID

    @property
    def text(self) -> str:
        return "\n".join(line.text.strip() for line in self.body).strip()

    def as_marked(self) -> Option:
        """Return the option as the rules on marks see it."""
        return Option(label=self.label, body=tuple(self.body), sign=self.sign)


@dataclass(slots=True)
class Found:
    """A question, its parts still as they stood; `doubts` maps fields to what is not certain."""

    where: Said
    told_number: int | None = None
    stem: str = ""
    options: list[Choice] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, Said] = field(default_factory=dict)
    doubts: dict[str, Said] = field(default_factory=dict)
    pictures: list[dict[str, str]] = field(default_factory=list)
    notes: list[tuple[str, Said]] = field(default_factory=list)
    by_number: bool = False  # a key may be the number of an option
    by_words: bool = False  # other keys of its table are the words of options

    def doubt(self, name: str, message: Said) -> None:
        """Keep the question out: the first doubt about a field is told."""
        self.doubts.setdefault(name, message)


def truth_choices(where: Said) -> list[Choice]:
    """Return the options of a statement."""
    return [
        Choice(letter=letter, label=NOTHING, body=[plain_line(text, where)], where=where)
        for letter, text in zip("AB", ("Đúng", "Sai"), strict=True)
    ]


def shortened(text: str, length: int = 40) -> Said:
    """Return the beginning of a text on one line, for a message; pictures are named in it."""
    line = " ".join(PICTURE.sub(f" {SHOWN} ", text).split())
    line = line if len(line) <= length else line[: length - 1].rstrip() + "…"
    if not PICTURE.search(text):
        return verbatim(line)
    first, *others = line.split(SHOWN)
    whole = verbatim(first)
    for other in others:
        whole = said(N_("{before}[hình]{after}"), before=whole, after=other)
    return whole


def key_of(text: str) -> str:
    """Return a text as options are compared: no case, no stop at its end."""
    return clean_line(text).casefold().strip(" .;:")
