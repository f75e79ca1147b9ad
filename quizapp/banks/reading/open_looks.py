"""What the cells of an OpenDocument sheet look like, and which rows are hidden."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.sheet_looks import Looks
from quizapp.banks.reading.sheet_size import MOST_COLUMNS, MOST_ROWS
from quizapp.banks.reading.word_styles import is_black
from quizapp.banks.rules.documents import PLAIN, Style

URN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TABLE, TEXT, STYLE = (URN % name for name in ("office", "table", "text", "style"))
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
GROUPS = (f"{TABLE}table-row-group", f"{TABLE}table-header-rows", f"{TABLE}table-rows")
NO_FILL = ("", "transparent", "#ffffff")
DEEPEST = 10  # styles that rest on another


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
        raise CannotRead(reason="bảng tính bị hỏng; hãy mở bằng Excel và lưu lại.") from error


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
        told: dict[str, str] = {}
        for _ in range(DEEPEST):
            element = self.elements.get(name)
            if element is None:
                break
            for properties in element:
                told = dict(properties.attrib) | told
            name = element.get(f"{STYLE}parent-style-name", "")
        return _style(told)


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
    columns = _defaults(table)
    cells: dict[tuple[int, int], Style] = {}
    hidden: set[int] = set()
    number = 1
    for row in _rows(table):
        repeated = _repeats(row, "rows")
        told = list(_cells(row, columns, styles))
        for at in range(number, min(number + repeated, MOST_ROWS + 1)):
            if row.get(f"{TABLE}visibility", "visible") != "visible":
                hidden.add(at)
            cells.update({(at, column): style for column, style in told})
        number += repeated
    return Looks(cells=cells, hidden_rows=frozenset(hidden))


def _rows(parent: Element) -> Iterator[Element]:
    for element in parent:
        if element.tag == f"{TABLE}table-row":
            yield element
        elif element.tag in GROUPS:
            yield from _rows(element)


def _defaults(table: Element) -> list[str]:
    """Return the style of cells without one, column by column."""
    names: list[str] = []
    for column in table.iter(f"{TABLE}table-column"):
        name = column.get(f"{TABLE}default-cell-style-name", "")
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
