"""Files of questions, one reader per format, chosen by what is in the file and not by its name."""

from collections.abc import Callable
from dataclasses import dataclass

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import (
    archive,
    canonical_yaml,
    excel,
    old_word,
    pictures,
    separated,
    word,
    written,
)
from quizapp.banks.reading.apart import read_apart
from quizapp.banks.rules import Reading
from quizapp.errors import N_
from quizapp.said import said

LARGEST = 20 * 1024 * 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
UNKNOWN = said(
    N_(
        "không rõ định dạng; hiện đọc được Word (.docx, .doc), Excel (.xlsx, .xls), .ods, "
        "CSV, văn bản (Aiken, GIFT, “Câu 1: …”) và YAML."
    )
)
OLD_OR_LOCKED = said(N_("tệp Office kiểu cũ hoặc có mật khẩu; hãy lưu lại thành .xlsx."))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A file format: whether bytes are of it, and what they hold (or CannotRead)."""

    format: str
    is_mine: Callable[[bytes], bool]
    read: Callable[[bytes], Reading]


# The first that knows the content reads it; YAML takes any text, so it stays last.
READERS = (
    Reader(format="docx", is_mine=word.is_mine, read=word.read),
    Reader(format="ods", is_mine=excel.is_opendocument, read=excel.read_opendocument),
    Reader(format="xlsx", is_mine=excel.is_xlsx, read=excel.read_xlsx),
    Reader(format="csv", is_mine=separated.is_mine, read=separated.read),
    Reader(format="gift", is_mine=written.is_gift, read=written.read_gift),
    Reader(format="aiken", is_mine=written.is_aiken, read=written.read_aiken),
    Reader(format="text", is_mine=written.is_typed, read=written.read_typed),
    Reader(format="yaml", is_mine=canonical_yaml.is_mine, read=canonical_yaml.read),
)


def read_bank(content: bytes) -> Reading:
    """Return what a file of questions holds, read in a process of its own.

    Raises CannotRead when it is none that we know, is broken or made to do harm.
    """
    if len(content) > LARGEST:
        raise CannotRead(reason=said(N_("tệp lớn hơn {mb} MB."), mb=LARGEST // 2**20))
    if old_word.is_mine(content):
        content = old_word.converted(content)
    return read_apart(content)


def warm() -> None:
    """Import what readers import late, before limits forbid it."""
    pictures.warm()


def read_here(content: bytes) -> Reading:
    """Do as `read_bank` for any format but .doc, in this process and without its limits."""
    if not content.strip():
        raise CannotRead(reason=said(N_("tệp trống.")))
    if content.startswith(OLD_OFFICE):
        return _read_old_office(content)
    for reader in READERS:
        if reader.is_mine(content):
            return reader.read(content)
    raise CannotRead(reason=UNKNOWN)


def _read_old_office(content: bytes) -> Reading:
    """Read an old workbook; say how to save an old document, or one with a password, anew."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise CannotRead(reason=archive.LOCKED)
    if old_word.is_mine(content):
        raise CannotRead(reason=old_word.SAVE_AS_DOCX)
    if excel.is_xls(content):
        return excel.read_xls(content)
    raise CannotRead(reason=OLD_OR_LOCKED)
