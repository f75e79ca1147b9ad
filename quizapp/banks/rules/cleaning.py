"""One spelling for the texts of a bank, in everything that can store them. Pure."""

import re

from quizapp.vietnamese import one_line

# Halves of pairs and code points that never are characters: no encoding or XML takes them.
LAST_OF_PLANES = "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
NO_CHARACTER = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{LAST_OF_PLANES}]")
BLANK_LINES = re.compile(r"\n{3,}")
BROKEN = "\ufffd"


def clean_line(text: str) -> str:
    """Return `text` composed (NFC), without what cannot be seen, its white space single spaces."""
    return one_line(NO_CHARACTER.sub("", text))


def clean_text(text: str) -> str:
    """Do as `clean_line` for each line; keep line breaks and at most one blank line in a row."""
    lines = (clean_line(line) for line in text.splitlines())
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
