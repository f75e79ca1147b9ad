"""What the cells of an Excel workbook look like, and which rows are hidden.

The reader of values knows nothing of fonts and fills, and a key may be a red cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse, parse

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.sheet_pictures import Laid, pictures_of
from quizapp.banks.reading.sheet_size import BROKEN_BOOK, MOST_COLUMNS
from quizapp.banks.reading.word_styles import is_black
from quizapp.banks.rules.documents import PLAIN, Style

T = TypeVar("T")
Pieces = tuple[tuple[str, Style], ...]
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
WORKBOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
OFF = {"0", "false", "none"}
NO_VALUE = "#VALUE!"
# Themes count black and white first; 64 and 65 are the colours of the system.
PLAIN_COLOURS = {"theme 0", "theme 1", "indexed 8", "indexed 64", "indexed 65", "indexed 9"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """The looks of a sheet: cells by row and column from 1, what is hidden, pictures over cells.

    `pieces` are the texts of cells in several looks; `broken` what formulas without a value show.
    """

    cells: Mapping[tuple[int, int], Style] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    pictures: tuple[Laid, ...] = ()
    pieces: Mapping[tuple[int, int], Pieces] = field(default_factory=dict)
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def style(self, row: int, column: int) -> Style:
        """Return what the text of a cell looks like; PLAIN where nothing is told."""
        return self.cells.get((row, column), PLAIN)


def looks_of(parts: Mapping[str, bytes]) -> dict[str, Looks]:
    """Return the looks of each sheet by its name. Raises CannotRead."""
    try:
        styles = _styles(_root(parts, "xl/styles.xml"))
        texts = _texts(_root(parts, "xl/sharedStrings.xml"))
        return {
            name: replace(
                _sheet(parts[part], styles, texts), pictures=tuple(pictures_of(parts, part))
            )
            for name, part in _sheets(parts)
            if part in parts
        }
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotRead(reason=BROKEN_BOOK) from error


def _root(parts: Mapping[str, bytes], name: str) -> Element | None:
    by_name = {one.lower(): body for one, body in parts.items()}
    body = by_name.get(name.lower())
    return None if body is None else parse(BytesIO(body)).getroot()


def _sheets(parts: Mapping[str, bytes]) -> list[tuple[str, str]]:
    book, links = _root(parts, WORKBOOK), _root(parts, LINKS)
    if book is None or links is None:
        return []
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    named = []
    for sheet in book.iter(f"{S}sheet"):
        target = targets.get(sheet.get(R, ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        named.append((sheet.get("name", ""), part))
    return named


def _styles(root: Element | None) -> list[Style]:
    """Return the look of each cell format, in the order in which cells name them."""
    if root is None:
        return []
    fonts = [_font(font) for font in root.iterfind(f"{S}fonts/{S}font")]
    fills = [_fill(fill) for fill in root.iterfind(f"{S}fills/{S}fill")]
    return [
        _at(fonts, form.get("fontId"), PLAIN)._replace(highlight=_at(fills, form.get("fillId"), ""))
        for form in root.iterfind(f"{S}cellXfs/{S}xf")
    ]


def _at(values: Sequence[T], index: str | None, missing: T) -> T:
    at = int(index) if index and index.isdecimal() else len(values)
    return values[at] if at < len(values) else missing


def _font(font: Element) -> Style:
    return Style(
        bold=_is_on(font.find(f"{S}b")),
        italic=_is_on(font.find(f"{S}i")),
        underline=_is_on(font.find(f"{S}u")),
        colour=_colour(font.find(f"{S}color")),
        struck=_is_on(font.find(f"{S}strike")),
    )


def _fill(fill: Element) -> str:
    pattern = fill.find(f"{S}patternFill")
    if pattern is None or pattern.get("patternType", "none") == "none":
        return ""
    told = _colour(pattern.find(f"{S}fgColor"))
    return "" if told == "FFFFFF" else told


def _colour(color: Element | None) -> str:
    if color is None or color.get("auto"):
        return ""
    told = color.get("rgb", "")[-6:].upper()
    if told:
        return "" if is_black(told) else told
    named = next(
        (f"{kind} {color.get(kind)}" for kind in ("theme", "indexed") if color.get(kind)), ""
    )
    return "" if named in PLAIN_COLOURS and not color.get("tint") else named


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get("val", "1") not in OFF


def _texts(root: Element | None) -> list[Pieces]:
    """Return the pieces of each shared text; none where its cells tell its look."""
    if root is None:
        return []
    return [tuple(map(_run, text.iterfind(f"{S}r"))) for text in root.iterfind(f"{S}si")]


def _run(run: Element) -> tuple[str, Style]:
    properties = run.find(f"{S}rPr")
    words = "".join(part.text or "" for part in run.iterfind(f"{S}t"))
    return words, PLAIN if properties is None else _font(properties)


def _sheet(body: bytes, styles: Sequence[Style], texts: Sequence[Pieces]) -> Looks:
    page = _Page(styles=styles, texts=texts)
    for event, element in iterparse(BytesIO(body), events=("start", "end")):
        tag = element.tag.removeprefix(S)
        if event == "start":
            page.start(tag, element)
        elif tag == "c":
            page.end_cell(element)
            element.clear()
        elif tag == "row":
            element.clear()
    return Looks(
        cells=page.cells,
        hidden_rows=frozenset(page.hidden),
        hidden_columns=frozenset(page.hidden_columns),
        pieces=page.pieces,
        broken=page.broken,
    )


@dataclass(slots=True)
class _Page:
    """Follows the rows and cells of a sheet; places may be told or follow the one before."""

    styles: Sequence[Style]
    texts: Sequence[Pieces]
    pieces: dict[tuple[int, int], Pieces] = field(default_factory=dict)
    cells: dict[tuple[int, int], Style] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    row: int = 0
    column: int = 0

    def start(self, tag: str, element: Element) -> None:
        if tag == "row":
            self.row, self.column = _whole(element.get("r"), self.row + 1), 0
            if element.get("hidden", "0") not in OFF:
                self.hidden.add(self.row)
        elif tag == "c":
            self.column = _column(element.get("r", ""), self.column + 1)
        elif tag == "col" and element.get("hidden", "0") not in OFF:
            first = _whole(element.get("min"), 1)
            last = min(_whole(element.get("max"), first), MOST_COLUMNS)
            self.hidden_columns.update(range(first, last + 1))

    def end_cell(self, element: Element) -> None:
        shown = element.find(f"{S}v")
        if element.get("t") == "e":
            self.broken[self.row, self.column] = (shown is not None and shown.text) or NO_VALUE
        elif shown is None and element.find(f"{S}f") is not None:
            # A program that computes nothing wrote it: Excel would show a value here.
            self.broken[self.row, self.column] = NO_VALUE
        style = _at(self.styles, element.get("s", "0"), PLAIN)
        if element.get("t") == "s":
            style = self._inner(_at(self.texts, element.findtext(f"{S}v"), ()), style)
        if style != PLAIN:
            self.cells[self.row, self.column] = style

    def _inner(self, pieces: Pieces, style: Style) -> Style:
        """Return the look of a text in one look; of several each piece has its own."""
        styles = {own for words, own in pieces if words.strip()}
        if len(styles) > 1:
            self.pieces[self.row, self.column] = tuple(
                (words, own._replace(highlight=style.highlight)) for words, own in pieces
            )
        inner = styles.pop() if len(styles) == 1 else PLAIN
        return inner._replace(highlight=style.highlight) if pieces else style


def _whole(text: str | None, missing: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else missing


def _column(reference: str, missing: int) -> int:
    number = 0
    for letter in reference.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number or missing
