"""Where pictures lie in a workbook of Excel 97 to 2003: told, that nobody misses them; not read.

[MS-XLS] 2.4.174 MsoDrawing holds [MS-ODRAW] shapes: 2.2.40 OfficeArtFSP says of what kind one is,
the anchor after it in which cells it begins and ends.
"""

import struct
from collections.abc import Iterator
from io import StringIO

from xlrd.compdoc import CompDoc

BOF, EOF, BOUND_SHEET, MSO_DRAWING, CONTINUE = 0x809, 0x0A, 0x85, 0xEC, 0x3C
SHAPE, ANCHOR = 0xF00A, 0xF010
# The sheet itself, arrows of filters and lists, the boxes of notes.
NO_PICTURES = {0, 201, 202}
HEADER = struct.Struct("<HHI")
ANCHORED = struct.Struct("<HHHHH")
CONTAINER = 0xF


def picture_cells(content: bytes) -> list[list[tuple[int, int]]]:
    """Return of each sheet, in their order, the cells (row, column from 1) where pictures begin.

    Empty for workbooks before Excel 97. Raises what the library raises over damaged files.
    """
    stream = _stream(content)
    sheets = (body for kind, body in _records(stream, 0) if kind == BOUND_SHEET)
    places = [int.from_bytes(body[:4], "little") for body in sheets]
    return [list(_cells(b"".join(_drawings(stream, at)))) for at in places]


def _stream(content: bytes) -> bytes:
    found = CompDoc(content, logfile=StringIO()).get_named_stream("Workbook")
    return bytes(found or b"")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records from here to the end of what begins here."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 0:
            return
        at += 4 + length


def _drawings(stream: bytes, at: int) -> Iterator[bytes]:
    is_drawing = False
    for kind, body in _records(stream, at):
        is_drawing = kind == MSO_DRAWING or (is_drawing and kind == CONTINUE)
        if is_drawing:
            yield body


def _cells(drawing: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the pictures of a drawing begin."""
    at, shape = 0, 0
    while at + HEADER.size <= len(drawing):
        version, kind, length = HEADER.unpack_from(drawing, at)
        at += HEADER.size
        if version & 0xF == CONTAINER:
            continue  # its parts follow
        if kind == SHAPE:
            shape = version >> 4
        elif kind == ANCHOR and shape not in NO_PICTURES and at + ANCHORED.size <= len(drawing):
            _, column, _, row, _ = ANCHORED.unpack_from(drawing, at)
            yield row + 1, column + 1
        at += length
