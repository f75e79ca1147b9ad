"""What the cells of an OpenDocument sheet look like, hidden rows, pictures in cells."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.sheet_looks import Looks
from quizapp.banks.reading.sheet_pictures import LOOSE, NOT_A_PICTURE, OVER_MORE, Laid, cell_name
from quizapp.banks.reading.sheet_size import BROKEN_BOOK, MOST_COLUMNS, MOST_ROWS
from quizapp.banks.reading.word_styles import is_black
from quizapp.banks.rules.documents import PLAIN, Style
from quizapp.said import said

URN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TABLE, TEXT, STYLE = (URN % name for name in ("office", "table", "text", "style"))
DRAW = URN % "drawing"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}href"
VALUE_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
GROUPS = (f"{TABLE}table-row-group", f"{TABLE}table-header-rows", f"{TABLE}table-rows")
NO_FILL = ("", "transparent", "#ffffff")
DEEPEST = 10  # styles that rest on another
LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)(in|cm|mm|pt)")
POINTS = {"in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pt": 1.0}
ROUNDED = 0.5  # points: lengths are written with few digits


def looks_of(parts: Mapping[str, bytes]) -> dict[str, Looks]:
    """Return the looks of each sheet by its name. Raises CannotRead."""
    styles = _Styles()
    try:
        for name in ("styles.xml", "content.xml"):
            body = parts.get(name)
            root = None if body is None else parse(BytesIO(body)).getroot()
            for element in () if root is None else root.iter(f"{STYLE}style"):
                styles.add(element)
        tables = () if root is None else root.iter(f"{TABLE}table")
        return {table.get(f"{TABLE}name", ""): _sheet(table, styles) for table in tables}
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotRead(reason=BROKEN_BOOK) from error


@dataclass(slots=True)
class _Styles:
    """The named styles of a document; a style rests on its parent."""

    elements: dict[str, Element] = field(default_factory=dict)
    _known: dict[str, Style] = field(default_factory=dict)

    def add(self, element: Element) -> None:
        self.elements[element.get(f"{STYLE}name", "")] = element

    def of(self, name: str) -> Style:
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> Style:
        return _style(self.told(name))

    def told(self, name: str) -> dict[str, str]:
        """Return the properties of a style and of those it rests on."""
        told: dict[str, str] = {}
        for _ in range(DEEPEST):
            element = self.elements.get(name)
            if element is None:
                break
            for properties in element:
                told = dict(properties.attrib) | told
            name = element.get(f"{STYLE}parent-style-name", "")
        return told


def _style(told: Mapping[str, str]) -> Style:
    colour, fill = told.get(f"{FO}color", ""), told.get(f"{FO}background-color", "").lower()
    plain = colour.lstrip("#").upper()
    return Style(
        bold=told.get(f"{FO}font-weight", "normal") not in {"normal", "400"},
        italic=told.get(f"{FO}font-style", "normal") != "normal",
        underline=told.get(f"{STYLE}text-underline-style", "none") != "none",
        colour="" if is_black(plain) else plain,
        highlight="" if fill in NO_FILL else fill,
        struck=told.get(f"{STYLE}text-line-through-style", "none") != "none",
    )


def _sheet(table: Element, styles: _Styles) -> Looks:
    columns = _defaults(table, "default-cell-style-name")
    cells: dict[tuple[int, int], Style] = {}
    hidden: set[int] = set()
    broken: dict[tuple[int, int], str] = {}
    number = 1
    for row in _rows(table):
        repeated = _repeats(row, "rows")
        told = list(_cells(row, columns, styles))
        for at in range(number, min(number + repeated, MOST_ROWS + 1)):
            if row.get(f"{TABLE}visibility", "visible") != "visible":
                hidden.add(at)
            cells.update({(at, column): style for column, style in told})
            broken.update({(at, column): shown for column, shown in _broken(row)})
        number += repeated
    return Looks(
        cells=cells,
        hidden_rows=frozenset(hidden),
        hidden_columns=frozenset(_hidden_columns(table)),
        pictures=tuple(_pictures(table, styles)),
        broken=broken,
    )


def _hidden_columns(table: Element) -> Iterator[int]:
    number = 1
    for column in table.iter(f"{TABLE}table-column"):
        end = min(number + _repeats(column, "columns"), MOST_COLUMNS + 1)
        if column.get(f"{TABLE}visibility", "visible") != "visible":
            yield from range(number, end)
        number = end


def _pictures(table: Element, styles: _Styles) -> Iterator[Laid]:
    """Yield the pictures that lie in cells."""
    widths = _defaults(table, "style-name")
    yield from (LOOSE for _ in table.iterfind(f"{TABLE}shapes/{DRAW}frame"))
    number = 1
    for row in _rows(table):
        column = 1
        height = styles.told(row.get(f"{TABLE}style-name", "")).get(f"{STYLE}row-height", "")
        for cell in row:
            if cell.tag not in CELLS:
                continue
            name = widths[column - 1] if column <= len(widths) else ""
            size = (styles.told(name).get(f"{STYLE}column-width", ""), height)
            for frame in cell.iter(f"{DRAW}frame"):
                yield _laid(frame, number, column, size)
            column += _repeats(cell, "columns")
        number += _repeats(row, "rows")


def _laid(frame: Element, row: int, column: int, size: tuple[str, str]) -> Laid:
    cell = cell_name(row, column)
    image = frame.find(f"{DRAW}image")
    part = "" if image is None else image.get(XLINK, "").removeprefix("./")
    problem = "" if part and ":" not in part else NOT_A_PICTURE
    end = frame.get(f"{TABLE}end-cell-address", "").rpartition(".")[2].replace("$", "")
    if not problem and not (end == cell if end else _fits(frame, size)):
        problem = OVER_MORE
    alt = frame.findtext(f"{SVG}desc") or frame.findtext(f"{SVG}title") or ""
    return Laid(row=row, column=column, part=part, alt=alt, problem=said(problem, cell=cell))


def _fits(frame: Element, size: tuple[str, str]) -> bool:
    """Say whether a frame ends within a cell of this width and height; not where one is unknown."""
    return all(
        0
        < _points(frame.get(f"{SVG}{begin}", "")) + _points(frame.get(f"{SVG}{length}", ""))
        <= _points(room) + ROUNDED
        for begin, length, room in (("x", "width", size[0]), ("y", "height", size[1]))
    )


def _points(told: str) -> float:
    """Return a length like "0.8cm" in points; 0 for none."""
    match = LENGTH.fullmatch(told)
    return float(match[1]) * POINTS[match[2]] if match else 0.0


def _rows(parent: Element) -> Iterator[Element]:
    for element in parent:
        if element.tag == f"{TABLE}table-row":
            yield element
        elif element.tag in GROUPS:
            yield from _rows(element)


def _defaults(table: Element, what: str) -> list[str]:
    """Return a style's name, column by column: of cells without one, or of the column itself."""
    names: list[str] = []
    for column in table.iter(f"{TABLE}table-column"):
        name = column.get(f"{TABLE}{what}", "")
        names += [name] * min(_repeats(column, "columns"), MOST_COLUMNS - len(names))
    return names


def _cells(row: Element, columns: list[str], styles: _Styles) -> Iterator[tuple[int, Style]]:
    """Yield column from 1 and look of the cells with something in them."""
    column = 1
    for cell in row:
        if cell.tag not in CELLS:
            continue
        repeated = _repeats(cell, "columns")
        default = columns[column - 1] if column <= len(columns) else ""
        style = _look(cell, styles.of(cell.get(f"{TABLE}style-name") or default), styles)
        if style != PLAIN and len(cell):
            for at in range(column, min(column + repeated, MOST_COLUMNS + 1)):
                yield at, style
        column += repeated


def _broken(row: Element) -> Iterator[tuple[int, str]]:
    """Yield column from 1 and words shown of the cells whose formula came to an error."""
    column = 1
    for cell in row:
        if cell.tag not in CELLS:
            continue
        if cell.get(VALUE_TYPE) == "error":
            yield column, "".join(cell.itertext()).strip()
        column += _repeats(cell, "columns")


def _look(cell: Element, own: Style, styles: _Styles) -> Style:
    """Return the look of a cell; a text in several looks has none of them."""
    seen = set()
    for paragraph in cell.iter(f"{TEXT}p"):
        outside = (paragraph.text or "") + "".join(part.tail or "" for part in paragraph)
        seen |= {own} if outside.strip() else set()
        for span in paragraph.iter(f"{TEXT}span"):
            if "".join(span.itertext()).strip():
                seen.add(_over(own, styles.of(span.get(f"{TEXT}style-name", ""))))
    inner = seen.pop() if len(seen) == 1 else PLAIN
    return inner._replace(highlight=own.highlight)


def _over(own: Style, inner: Style) -> Style:
    return own._replace(**{name: told for name, told in inner._asdict().items() if told})


def _repeats(element: Element, what: str) -> int:
    told = element.get(f"{TABLE}number-{what}-repeated", "1")
    return int(told) if told.isdecimal() and len(told) < 8 else 1
