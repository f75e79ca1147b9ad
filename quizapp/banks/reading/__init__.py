"""Files of questions, one reader per format, chosen by what is in the file and not by its name."""

from collections.abc import Callable
from dataclasses import dataclass

from quizapp.banks.errors import CannotRead
from quizapp.banks.reading import canonical_yaml, excel, word
from quizapp.banks.rules import Reading

LARGEST = 20 * 1024 * 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A file format: whether bytes are of it, and what they hold (or CannotRead)."""

    format: str
    is_mine: Callable[[bytes], bool]
    read: Callable[[bytes], Reading]


# The first that knows the content reads it; YAML takes any text, so it stays last.
READERS = tuple(
    Reader(format=module.FORMAT, is_mine=module.is_mine, read=module.read)
    for module in (word, excel, canonical_yaml)
)


def read_bank(content: bytes) -> Reading:
    """Return what a file of questions holds. Raises CannotRead when it is none that we know."""
    if len(content) > LARGEST:
        raise CannotRead(reason=f"tệp lớn hơn {LARGEST // 2**20} MB.")
    if not content.strip():
        raise CannotRead(reason="tệp trống.")
    if content.startswith(OLD_OFFICE):
        raise CannotRead(reason="tệp Office kiểu cũ hoặc có mật khẩu; hãy lưu lại thành .xlsx.")
    for reader in READERS:
        if reader.is_mine(content):
            return reader.read(content)
    raise CannotRead(reason="không rõ định dạng; hiện đọc được YAML (UTF-8) và Excel (.xlsx).")
