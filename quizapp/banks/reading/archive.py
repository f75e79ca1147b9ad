"""Guards a zip file before anything unpacks it: what a spreadsheet holds is measured first."""

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading.pictures import TOO_LARGE, UNKNOWN, BadPicture
from quizapp.errors import N_
from quizapp.said import said

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * 1024 * 1024
# Deflate reaches 1,000; real spreadsheets with much repeated text stay under 60.
HIGHEST_RATIO = 150
RATIO_FROM = 10 * 1024 * 1024
PARTS = (".xml", ".rels")
PLAIN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    OverflowError,
)
LARGEST_PICTURE = 10 * 1024 * 1024
MOST_PICTURE_BYTES = 100 * 1024 * 1024
ZIP = b"PK\x03\x04"
DAMAGED = said(N_("tệp nén bị hỏng; hãy mở bằng Word hoặc Excel và lưu lại."))
TOO_MANY = said(N_("tệp nén có quá nhiều mục hoặc có mục trùng tên."))
BOMB = said(N_("tỷ lệ nén bất thường, có thể là tệp phá hoại."))
LOCKED = said(N_("tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại."))
STRANGE = said(N_("tệp dùng kiểu nén lạ; hãy mở bằng Word hoặc Excel và lưu lại."))


def parts_of(content: bytes) -> dict[str, bytes]:
    """Return the XML parts of an Office file by name; pictures and macros stay packed.

    Never unpacks more than MOST_UNPACKED bytes, whatever the headers claim. Raises CannotRead.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            wanted = _measured(archive, len(content))
            return {entry.filename: archive.read(entry) for entry in wanted}
    except BROKEN_ZIP as error:
        raise CannotRead(reason=DAMAGED) from error


@dataclass(slots=True)
class Packed:
    """The pictures of an Office file, each unpacked only when it is asked for."""

    content: bytes
    unpacked: int = 0

    def picture(self, name: str) -> bytes:
        """Return the bytes of an entry. Raises BadPicture for one that is missing or too large."""
        try:
            with zipfile.ZipFile(BytesIO(self.content)) as archive:
                return archive.read(self._counted(archive.getinfo(name)))
        except (KeyError, RuntimeError, *BROKEN_ZIP) as error:
            raise BadPicture(UNKNOWN) from error

    def _counted(self, entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
        self.unpacked += entry.file_size
        if entry.file_size > LARGEST_PICTURE or self.unpacked > MOST_PICTURE_BYTES:
            raise BadPicture(TOO_LARGE)
        if entry.compress_type not in PLAIN_METHODS:
            raise BadPicture(UNKNOWN)
        return entry


def names_in(content: bytes) -> frozenset[str]:
    """Return the names in a zip file; none for what is no zip file. Nothing is unpacked."""
    if not content.startswith(ZIP):
        return frozenset()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError):
        return frozenset()


def packed(parts: dict[str, bytes]) -> bytes:
    """Return a fresh zip of `parts`, so that the next reader sees only what was measured."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return target.getvalue()


def _measured(archive: zipfile.ZipFile, packed_size: int) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    wanted = [entry for entry in entries if entry.filename.lower().endswith(PARTS)]
    unpacked = sum(entry.file_size for entry in wanted)
    if len(entries) > MOST_ENTRIES or len({entry.filename for entry in entries}) < len(entries):
        raise CannotRead(reason=TOO_MANY)
    if unpacked > MOST_UNPACKED:
        text = N_("nội dung giải nén quá lớn ({mb} MB).")
        raise CannotRead(reason=said(text, mb=unpacked // 2**20))
    if unpacked > RATIO_FROM and unpacked > HIGHEST_RATIO * packed_size:
        raise CannotRead(reason=BOMB)
    if any(entry.flag_bits & ENCRYPTED for entry in wanted):
        raise CannotRead(reason=LOCKED)
    if any(entry.compress_type not in PLAIN_METHODS for entry in wanted):
        raise CannotRead(reason=STRANGE)
    return wanted
