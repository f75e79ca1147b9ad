"""The pictures of a workbook: which cell each lies in, and whether it lies in that one only.

A picture over two cells may be of either's question or option: whose it is cannot be told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import parse

from quizapp.banks.reading.word_pictures import LINK, A, R, alt_of, part_at, pixels
from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said

DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
LONGEST_NUMBER = 8
NOT_A_PICTURE = N_("ở ô {cell} là hình vẽ hoặc biểu đồ, chưa đọc được; hãy chèn lại thành ảnh")
OVER_MORE = N_(
    "ở ô {cell} phủ sang ô khác nên không rõ của ô nào; hãy thu nhỏ hình hoặc nới ô cho hình nằm "
    "gọn"
)
IN_OLD_BOOK = N_("ở ô {cell} không đọc được từ tệp .xls; hãy mở bằng Excel và lưu thành .xlsx")


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A picture and the cell where it begins, from 1; `problem` says why it is not usable."""

    row: int
    column: int
    part: str = ""
    alt: str = ""
    width: int = 0
    problem: Said = NOTHING_SAID


LOOSE = Laid(row=0, column=0)  # lies on the page, by no cell


def cell_name(row: int, column: int) -> str:
    """Return what a spreadsheet calls a cell: C7."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def pictures_of(parts: Mapping[str, bytes], sheet: str) -> Iterator[Laid]:
    """Yield the pictures of a sheet of an .xlsx in the order of its drawing."""
    by_name = {name.lower(): body for name, body in parts.items()}
    for target in _targets(by_name, sheet, "/drawing").values():
        drawing = by_name.get(target.lower())
        links = _targets(by_name, target, "/image")
        for anchor in _root(drawing):
            yield _laid(anchor, links)


def _targets(by_name: Mapping[str, bytes], part: str, kind: str) -> dict[str, str]:
    """Return id → name in the file of what a part links to; nothing outside the file."""
    folder, _, name = part.rpartition("/")
    body = by_name.get(f"{folder}/_rels/{name}.rels".lower())
    return {
        link.get("Id", ""): part_at(folder, link.get("Target", ""))
        for link in _root(body).iter(LINK)
        if link.get("Type", "").endswith(kind) and link.get("TargetMode", "") != "External"
    }


def _root(body: bytes | None) -> Element:
    root = None if body is None else parse(BytesIO(body)).getroot()
    return Element("nothing") if root is None else root


def _laid(anchor: Element, links: Mapping[str, str]) -> Laid:
    row, column = _at(anchor, "from/{}row"), _at(anchor, "from/{}col")
    if row is None or column is None:
        return LOOSE
    cell = cell_name(row + 1, column + 1)
    blips = [blip.get(f"{R}embed", "") for blip in anchor.iter(f"{A}blip")]
    part = links.get(blips[0], "") if len(blips) == 1 else ""
    problem = "" if part else NOT_A_PICTURE
    if not problem and not _is_within(anchor, row, column):
        problem = OVER_MORE
    extent = next(anchor.iter(f"{A}ext"), None)
    properties = next(anchor.iter(f"{DRAWN}cNvPr"), None)
    return Laid(
        row=row + 1,
        column=column + 1,
        part=part,
        alt="" if properties is None else alt_of(properties),
        width=pixels("" if extent is None else extent.get("cx", "")),
        problem=said(problem, cell=cell),
    )


def _is_within(anchor: Element, row: int, column: int) -> bool:
    """Say whether a picture ends in the cell where it begins; one that does not say may not."""
    return all(
        _at(anchor, f"to/{{}}{name}") == begin
        or (_at(anchor, f"to/{{}}{name}") == begin + 1 and not _at(anchor, f"to/{{}}{name}Off"))
        for name, begin in (("row", row), ("col", column))
    )


def _at(anchor: Element, path: str) -> int | None:
    text = anchor.findtext(f"{DRAWN}{path.format(DRAWN)}", "").strip()
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER + 2 else None
