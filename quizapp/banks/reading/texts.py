"""Text files in the encodings that Vietnamese offices have: Unicode, Windows-1258, TCVN3, VNI."""

from unicodedata import normalize

from quizapp.banks.errors import CannotRead
from quizapp.banks.rules.documents.legacy import (
    SURE,
    marked_words,
    script_by_words,
    share_of_syllables,
)
from quizapp.errors import N_
from quizapp.said import said

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Of Vietnamese in UTF-16 more than every third byte is a zero.
ZEROS = 0.2
NO_ENCODING = said(N_("không rõ bảng mã của tệp văn bản; hãy lưu lại với bảng mã UTF-8."))


def decoded(content: bytes) -> str:
    """Return the text of a file; old encodings that hide in Latin-1 are left as they are.

    Raises CannotRead when no encoding makes words of it.
    """
    text = _unicode(content)
    if text is None:
        text = _one_byte(content)
    if text is None or "\0" in text:
        raise CannotRead(reason=NO_ENCODING)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unicode(content: bytes) -> str | None:
    named = next((name for bom, name in BOMS if content.startswith(bom)), None)
    if named is None and content.count(0) > ZEROS * len(content):
        named = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    try:
        return content.decode(named or "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        return None


def _one_byte(content: bytes) -> str | None:
    try:
        text = normalize("NFC", content.decode("cp1258"))
    except UnicodeDecodeError:
        text = ""
    if text and share_of_syllables(marked_words(text)) >= SURE:
        return text
    latin = content.decode("latin-1")
    return latin if script_by_words(latin) else None
