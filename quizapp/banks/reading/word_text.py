"""Goes through a Word document once, in order, and gives its paragraphs and tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.word_numbers import Numbers
from quizapp.banks.reading.word_pictures import Pictures
from quizapp.banks.reading.word_styles import Looks, W, fill, value
from quizapp.banks.rules.documents import PICTURE, PLAIN, Line, Style
from quizapp.banks.rules.documents.legacy import Piece, Script
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
# Word itself nests a dozen; each level here is a call of ours.
DEEPEST = 60
MOST_PARAGRAPHS = 200_000
DRAWING, FORMULA = said(N_("hình")), said(N_("công thức"))
PICTURES = {
    f"{W}drawing": DRAWING,
    f"{W}pict": DRAWING,
    f"{W}object": said(N_("đối tượng nhúng")),
    CHOICES: DRAWING,
    f"{MATH}oMath": FORMULA,
    f"{MATH}oMathPara": FORMULA,
}
TOO_LONG = said(N_("tệp Word có hơn {most} đoạn; hãy chia tệp."), most=MOST_PARAGRAPHS)
TOO_DEEP = said(N_("tệp Word lồng nhau quá sâu."))
MATHS = {f"{MATH}oMath", f"{MATH}oMathPara"}
REMOVED = {f"{W}del", f"{W}moveFrom"}
INSERTED = {f"{W}ins", f"{W}moveTo"}
CHARACTERS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    # Old fonts hold "ư" where Unicode has the soft hyphen.
    f"{W}softHyphen": "\xad",
}
# The ticks and boxes of Wingdings and Wingdings 2, told at F0xx.
SYMBOLS = {"FC": "✓", "FE": "☑", "50": "✓", "52": "☑"}
NO_PROPERTIES = Element(f"{W}pPr")


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A paragraph in pieces, before old encodings become Unicode; `number` counts from 1."""

    number: int
    label: tuple[Piece, ...]
    level: int
    pieces: tuple[tuple[Piece, ...], ...]
    about: Mapping[str, object]

    def lines(self, script: Script, where: Said) -> Iterator[Line]:
        """Yield the lines of the paragraph: one, and one more for each break in it."""
        label, level = self.label, self.level
        for pieces in self.pieces:
            auto = sum(len(piece.text) for piece in label)
            yield script.line(
                (*label, *pieces), where=where, auto=auto, level=level, **dict(self.about)
            )
            label, level = (), 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table: rows of cells of paragraphs; `number` counts from 1."""

    number: int
    rows: tuple[tuple[tuple[Paragraph, ...], ...], ...]


@dataclass(slots=True)
class Walk:
    """One pass through a document: its lists count as it goes."""

    pictures: Pictures
    looks: Looks
    numbers: Numbers
    pieces: list[Piece] = field(default_factory=list)
    is_tracked: bool = False
    paragraphs: int = 0
    tables: int = 0

    def items(self, parent: Element, depth: int = 0) -> Iterator[Paragraph | Table]:
        """Yield what stands in `parent`, also inside content controls. Raises CannotRead."""
        if depth > DEEPEST:
            raise CannotRead(reason=TOO_DEEP)
        for element in parent:
            if element.tag == f"{W}p":
                yield self._paragraph(element)
            elif element.tag == f"{W}tbl":
                yield self._table(element, depth)
            elif element.tag in REMOVED:
                self.is_tracked = True
            elif element.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", *INSERTED}:
                yield from self.items(element, depth + 1)

    def _table(self, element: Element, depth: int) -> Table:
        self.tables += 1
        number = self.tables
        rows = tuple(
            tuple(cell for one in _within(row, "tc") for cell in self._cells(one, depth))
            for row in _within(element, "tr")
        )
        return Table(number=number, rows=rows)

    def _cells(self, cell: Element, depth: int) -> Iterator[tuple[Paragraph, ...]]:
        """Yield the paragraphs of a cell, and nothing for each further column it reaches over."""
        yield tuple(self._in_cell(cell, depth))
        span = value(cell.find(f"{W}tcPr/{W}gridSpan"))
        for _ in range(1, int(span) if span.isdecimal() and len(span) < 3 else 1):
            yield ()

    def _in_cell(self, cell: Element, depth: int) -> Iterator[Paragraph]:
        """Yield the paragraphs of a cell, also those of tables within it."""
        for item in self.items(cell, depth + 1):
            if isinstance(item, Paragraph):
                yield item
            else:
                yield from (one for row in item.rows for inner in row for one in inner)

    def _paragraph(self, element: Element) -> Paragraph:
        self.paragraphs += 1
        if self.paragraphs > MOST_PARAGRAPHS:
            raise CannotRead(reason=TOO_LONG)
        properties = element.find(f"{W}pPr")
        properties = NO_PROPERTIES if properties is None else properties
        code = value(properties.find(f"{W}pStyle"))
        label, level = self._label(properties, code)
        shade = fill(properties.find(f"{W}shd"))
        text = _Text(walk=self, style=code, shade=shade)
        text.add(element, 0)
        self.pieces += [
            piece for line in text.lines for piece in line if not PICTURE.match(piece.text)
        ]
        return Paragraph(
            number=self.paragraphs,
            label=label,
            level=level,
            pieces=tuple(tuple(line) for line in text.lines),
            about=self._about(properties, code) | {"picture": text.picture},
        )

    def _about(self, properties: Element, code: str) -> dict[str, object]:
        outline = properties.find(f"{W}outlineLvl")
        if outline is None:
            outline = self.looks.paragraph_property(code, f"{W}outlineLvl")
        names = self.looks.names(code)
        is_heading = value(outline, "9") < "9" or any(one.startswith("heading") for one in names)
        return {"is_heading": is_heading, "is_title": "title" in names}

    def _label(self, properties: Element, code: str) -> tuple[tuple[Piece, ...], int]:
        list_code = self._list_property(properties, code, "numId")
        if list_code in {"", "0"}:
            return (), 0
        told = self._list_property(properties, code, "ilvl")
        by_style = self.numbers.level_of_style(list_code, code)
        level = int(told) if told.isdecimal() and len(told) == 1 else by_style
        label, runs = self.numbers.next_label(list_code, level)
        if not label:
            return (), 0
        look = self.looks.run(code, properties.find(f"{W}rPr"), runs)
        return (Piece(f"{label} ", look.style(), ""),), level

    def _list_property(self, properties: Element, code: str, name: str) -> str:
        path = f"{W}numPr/{W}{name}"
        direct = properties.find(path)
        if direct is None:
            direct = self.looks.paragraph_property(code, path)
        return value(direct)


@dataclass(slots=True)
class _Text:
    """The text of a paragraph while its runs are gone through."""

    walk: Walk
    style: str
    shade: str
    lines: list[list[Piece]] = field(default_factory=lambda: [[]])
    picture: Said = NOTHING_SAID

    def add(self, parent: Element, depth: int) -> None:
        """Add the runs in `parent`, also those in links, fields and insertions."""
        if depth > DEEPEST:
            raise CannotRead(reason=TOO_DEEP)
        for element in parent:
            if element.tag == f"{W}r":
                self._add_run(element)
            elif element.tag in REMOVED:
                self.walk.is_tracked = True
            elif element.tag in PICTURES:
                self._add_picture(element)
            elif element.tag not in {f"{W}pPr", f"{W}sdtPr"}:
                self.walk.is_tracked |= element.tag in INSERTED
                self.add(element, depth + 1)

    def _add_run(self, run: Element) -> None:
        look = self.walk.looks.run(self.style, run.find(f"{W}rPr"))
        if look.is_hidden:
            return
        style, font = look.style(shade=self.shade), look.font
        for element in run:
            if element.tag in PICTURES:
                self._add_picture(element)
            else:
                self._add_text(_characters(element), style, font)

    def _add_picture(self, element: Element) -> None:
        """Add a character for each picture; a drawing that is none is named."""
        shown = self.walk.pictures.characters(element)
        if shown and element.tag not in MATHS:
            self.lines[-1].append(Piece(shown, PLAIN, ""))
        else:
            self.picture = PICTURES[element.tag]

    def _add_text(self, text: str, style: Style, font: str) -> None:
        first, *others = text.split("\n")
        if first:
            self.lines[-1].append(Piece(first, style, font))
        for other in others:
            self.lines.append([Piece(other, style, font)] if other else [])


def _characters(element: Element) -> str:
    if element.tag == f"{W}t":
        text = (element.text or "").replace("\n", " ").replace("\r", " ")
        return PICTURE.sub("", text)
    if element.tag == f"{W}sym":
        return SYMBOLS.get(element.get(f"{W}char", "").upper()[-2:], "•")
    return CHARACTERS.get(element.tag, "")


def _within(parent: Element, name: str) -> Iterable[Element]:
    """Yield rows of a table or cells of a row, without rows deleted under Track Changes."""
    for element in parent:
        if element.tag == f"{W}{name}":
            if element.find(f"{W}trPr/{W}del") is None:
                yield element
        elif element.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}customXml"}:
            yield from _within(element, name)
