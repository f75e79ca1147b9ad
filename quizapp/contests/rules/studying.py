"""What may be given out to study, and when it is shown. Pure."""

import zipfile
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from urllib.parse import urlsplit

from quizapp.errors import N_

LARGEST = 10 * 1024 * 1024  # bytes of a file
LONGEST_TITLE = 120
LONGEST_URL = 500
MOST = 10  # documents of a contest
PDF_HEAD, PDF_TAIL, NEAR_END = b"%PDF-", b"%%EOF", 2048
WORD_PART, MACROS = "word/document.xml", "word/vbaProject.bin"


class When(StrEnum):
    """When people see a document: always, until the first round opens, or from then on."""

    ALWAYS = "always"
    BEFORE = "before"
    DURING = "during"


class FileKind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    TXT = "txt"


MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.TXT: "text/plain; charset=utf-8",
}


def is_shown(when: When, *, opens_at: datetime, now: datetime) -> bool:
    """Tell whether a document is shown at `now`; `opens_at` is when the first round opens."""
    if when is When.ALWAYS:
        return True
    return (now < opens_at) is (when is When.BEFORE)


def kind_of(content: bytes) -> FileKind | None:
    """Return what a file is by what is in it, whatever its name; None: nothing we give out."""
    if content.startswith(PDF_HEAD):
        return FileKind.PDF if PDF_TAIL in content[-NEAR_END:] else None
    if content.startswith(b"PK"):
        return FileKind.DOCX if _is_word(content) else None
    return FileKind.TXT if _is_text(content) else None


def link_problem(url: str) -> str | None:
    """Return in Vietnamese what is wrong with a link, None when nothing is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return N_("Đường dẫn không phải một địa chỉ trang.")
    if parts.scheme != "https" or not parts.hostname or "." not in parts.hostname:
        return N_("Đường dẫn phải bắt đầu bằng https:// và có tên miền.")
    if parts.username or parts.password:
        return N_("Đường dẫn không được có tên và mật khẩu.")
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        return N_("Đường dẫn dài quá 500 chữ hoặc có khoảng trắng.")
    return None


def _is_word(content: bytes) -> bool:
    """Tell whether it is a .docx without macros; only the list of its parts is read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return WORD_PART in names and MACROS not in names


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and "\0" not in text
