"""Measures the sheets of a workbook before a reader lays them out in memory.

A reader makes one rectangle of a sheet: a single value in cell XFD1048576 asks for 500 GB and ends
the process, and one long shared text named by a million cells is stored a million times.
"""

from io import BytesIO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from quizapp.banks.errors import CannotRead
from quizapp.errors import N_
from quizapp.said import said

MOST_ROWS = 20_050
MOST_COLUMNS = 100
MOST_SHARED_TEXT = 500_000_000
SHARED_TEXTS = "xl/sharedstrings.xml"
SHEETS = "xl/worksheets/"
BROKEN_BOOK = said(N_("bảng tính bị hỏng; hãy mở bằng Excel và lưu lại."))
BROKEN_SHEET = said(N_("trang tính bị hỏng; hãy mở bằng Excel và lưu lại."))


def check_sheets(parts: dict[str, bytes]) -> None:
    """Raise CannotRead when a sheet of the workbook is larger than any question bank."""
    longest = 0
    uses = 0
    try:
        for name, body in parts.items():
            if name.lower() == SHARED_TEXTS:
                longest = max(longest, _longest_text(body))
            elif name.lower().startswith(SHEETS) and name.lower().endswith(".xml"):
                uses += _checked_cells(body)
    except (SAXException, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotRead(reason=BROKEN_SHEET) from error
    if uses * longest > MOST_SHARED_TEXT:
        raise CannotRead(reason=said(N_("trang tính có quá nhiều chữ.")))


def check_opendocument(body: bytes) -> None:
    """Raise CannotRead when a sheet of an OpenDocument file is larger than any question bank."""
    try:
        _parse(body, _Repeats())
    except (SAXException, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotRead(reason=BROKEN_SHEET) from error


def _longest_text(body: bytes) -> int:
    texts = _Texts()
    _parse(body, texts)
    return texts.longest


def _checked_cells(body: bytes) -> int:
    """Return how many cells the sheet names, having checked how far it reaches."""
    cells = _Cells()
    _parse(body, cells)
    return cells.count


def _parse(body: bytes, handler: ContentHandler) -> None:
    """Parse as UTF-8 whatever the part declares, as the reader after us does: no cell may hide."""
    source = InputSource()
    source.setByteStream(BytesIO(body))
    source.setEncoding("utf-8")
    parser = make_parser()
    parser.setContentHandler(handler)
    parser.parse(source)


class _Texts(ContentHandler):
    """The longest of the shared texts, in characters."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = self._length = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: ARG002, N802 - SAX's signature
        if _local(name) == "si":
            self._length = 0

    def characters(self, content: str) -> None:
        self._length += len(content)
        self.longest = max(self.longest, self._length)


class _Cells(ContentHandler):
    """Follows rows and cells as readers do; only a cell with something inside counts."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self._row = self._column = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        tag = _local(name)
        if tag == "row":
            self._row = int(attrs.get("r", str(self._row + 1)))
            self._column = 0
        elif tag == "c":
            self._place(attrs.get("r", ""))
        elif tag in {"v", "is"}:
            self.count += 1
            _check_reach(self._row, self._column)

    def _place(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        self._column = _column_number(letters) if letters else self._column + 1
        if reference[len(letters) :]:
            self._row = int(reference[len(letters) :])


class _Repeats(ContentHandler):
    """Follows rows and cells of OpenDocument, which says how often each is repeated.

    What is repeated and empty fills a sheet to its end; only what holds something counts.
    """

    def __init__(self) -> None:
        super().__init__()
        self._row = self._rows = self._column = self._cells = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        tag = _local(name)
        if tag == "table":
            self._row = self._rows = 0
        elif tag == "table-row":
            self._row += self._rows
            self._rows = int(attrs.get("table:number-rows-repeated", "1"))
            self._column = self._cells = 0
        elif tag in {"table-cell", "covered-table-cell"}:
            self._column += self._cells
            self._cells = int(attrs.get("table:number-columns-repeated", "1"))
        elif tag == "p":
            _check_reach(self._row + self._rows, self._column + self._cells)


def _check_reach(row: int, column: int) -> None:
    if row > MOST_ROWS or column > MOST_COLUMNS:
        text = N_(
            "trang tính có ô ở dòng {row}, cột {column}; nhiều nhất là {rows} dòng và {columns} "
            "cột."
        )
        facts = {"row": row, "column": column, "rows": MOST_ROWS, "columns": MOST_COLUMNS}
        raise CannotRead(reason=said(text, **facts))


def _column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA; far too much for what is no column."""
    if len(letters) > 3 or not letters.isascii() or not letters.isalpha():
        return MOST_COLUMNS + 1
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _local(name: str) -> str:
    return name.rpartition(":")[2]
