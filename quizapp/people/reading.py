"""The cells of a sheet that somebody sent: .xlsx or CSV, within limits, never run or fetched."""

import csv
import io
import zipfile

from python_calamine import CalamineError, CalamineWorkbook

from quizapp.people.errors import CannotReadSheet

LARGEST = 2 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_ENTRIES = 500
MOST_ROWS, MOST_COLUMNS = 5_000, 60
ZIP = b"PK\x03\x04"
SEPARATORS = ";,\t"


def read_cells(content: bytes) -> list[list[str]]:
    """Return the rows of the first sheet as text. Raises CannotReadSheet."""
    if len(content) > LARGEST:
        raise CannotReadSheet(reason=f"tệp lớn hơn {LARGEST // 2**20} MB")
    if not content.strip():
        raise CannotReadSheet(reason="tệp trống")
    rows = _workbook(content) if content.startswith(ZIP) else _separated(content)
    if len(rows) > MOST_ROWS or max(map(len, rows), default=0) > MOST_COLUMNS:
        raise CannotReadSheet(reason=f"tệp có hơn {MOST_ROWS} dòng hoặc {MOST_COLUMNS} cột")
    return rows


def _workbook(content: bytes) -> list[list[str]]:
    _check_unpacked(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            raise CannotReadSheet(reason=f"tệp có hơn {MOST_ROWS} dòng hoặc {MOST_COLUMNS} cột")
        grid = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise CannotReadSheet(reason="không phải tệp Excel (.xlsx) đọc được") from error
    return [[_text(cell) for cell in row] for row in grid]


def _check_unpacked(content: bytes) -> None:
    """Count what really comes out, whatever the archive says, before anything else unpacks it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                raise CannotReadSheet(reason="tệp nén quá nhiều phần")
            left = MOST_UNPACKED
            for entry in entries:
                with archive.open(entry) as part:
                    while chunk := part.read(1 << 16):
                        left -= len(chunk)
                        if left < 0:
                            raise CannotReadSheet(reason="tệp giải nén ra quá lớn")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise CannotReadSheet(reason="tệp Excel hỏng hoặc có mật khẩu") from error


def _separated(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise CannotReadSheet(reason=f"tệp CSV sai cú pháp ({error})") from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")) or b"\0\0\0" in content[:4096]:
        raise CannotReadSheet(reason="hãy lưu lại thành Excel (.xlsx) hoặc CSV")
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1258"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotReadSheet(reason="không đọc được chữ trong tệp; hãy lưu CSV kiểu UTF-8")


def _text(cell: object) -> str:
    """Return a cell as written; Excel makes a number of 0912345678 and drops its zero."""
    if isinstance(cell, float) and cell.is_integer():
        digits = str(int(cell))
        return f"0{digits}" if len(digits) == 9 else digits
    return str(cell)
