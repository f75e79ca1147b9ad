"""Documents as a reader shows them to the rules: lines with the marks a person sees. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import combining, is_normalized, normalize

from quizapp.said import NOTHING_SAID, Said


class Style(NamedTuple):
    """What a character looks like; black text on white has no colour and no highlight."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    colour: str = ""
    highlight: str = ""
    struck: bool = False


PLAIN = Style()
# A picture stands in a text as one character of these, which says which one it is.
FIRST_PICTURE = 0xF0000
MOST_PICTURES = 500
PICTURE = re.compile(f"[{chr(FIRST_PICTURE)}-{chr(0xFFFFD)}]")
LONGEST_GAP = 8
LONG_GAP = re.compile(r"\s{9,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line as it is shown, `styles` has one entry per character of `text`.

    The first `auto` characters are a number or bullet that Word itself puts there, `level` deep in
    its list. `picture` names what a text cannot hold ("hình", "công thức"), empty for none.
    """

    text: str
    styles: tuple[Style, ...] = ()
    where: Said = NOTHING_SAID
    auto: int = 0
    level: int = 0
    is_heading: bool = False
    is_title: bool = False
    picture: Said = NOTHING_SAID

    def cut(self, start: int, end: int | None = None) -> "Line":
        """Return a part of the line, without what Word numbered by itself."""
        end = len(self.text) if end is None else end
        return Line(text=self.text[start:end], styles=self.styles[start:end], where=self.where)


NOTHING = Line(text="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture of a document as far as the rules know it; `problem` says why it is not usable."""

    digest: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    problem: Said = NOTHING_SAID


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell of a table. `doubt` says why its text is not certain, empty where it is.

    `drawn` has a character for each picture that lies over a cell of a spreadsheet.
    """

    lines: tuple[Line, ...] = ()
    where: Said = NOTHING_SAID
    doubt: Said = NOTHING_SAID
    note: Said = NOTHING_SAID
    drawn: str = ""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table, row by row; `where` names it, `places` its rows."""

    rows: tuple[tuple[Cell, ...], ...]
    where: Said
    places: tuple[Said, ...]


Part = Line | Grid


def line_of(pieces: Iterable[tuple[str, Style]], **about: object) -> Line:
    """Return the line of these pieces of text, composed (NFC)."""
    text = ""
    styles: list[Style] = []
    for piece, style in pieces:
        text += piece
        styles += [style] * len(piece)
    if not is_normalized("NFC", text):
        text, styles = _composed(text, styles)
    for gap in reversed(list(LONG_GAP.finditer(text))):
        # Patterns with several gaps take hours over thousands of spaces in a row.
        start, end = gap.start() + LONGEST_GAP, gap.end()
        text, styles = text[:start] + text[end:], styles[:start] + styles[end:]
    return Line(text=text, styles=tuple(styles), **about)  # type: ignore[arg-type] # fields of Line


def plain_line(text: str, where: Said) -> Line:
    """Return a line without any mark."""
    composed = normalize("NFC", text)
    return Line(text=composed, styles=(PLAIN,) * len(composed), where=where)


def _composed(text: str, styles: Sequence[Style]) -> tuple[str, list[Style]]:
    """Compose letters with their marks; the letter's style is that of its base."""
    clusters: list[str] = []
    kept: list[Style] = []
    for char, style in zip(text, styles, strict=True):
        if clusters and combining(char):
            clusters[-1] += char
        else:
            clusters.append(char)
            kept.append(style)
    composed = [normalize("NFC", cluster) for cluster in clusters]
    repeated = [style for one, style in zip(composed, kept, strict=True) for _ in range(len(one))]
    return "".join(composed), repeated
