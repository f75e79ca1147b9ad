"""One spelling for the texts of a bank: composed Unicode, no invisible characters. Pure."""

import re

from quizapp.vietnamese import one_line

# Control, formatting and direction characters, halves of pairs and code points that are no
# characters: nobody sees them, some databases and file formats refuse them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
    )
    + "]"
)
BLANK_LINES = re.compile(r"\n{3,}")
BROKEN = "\ufffd"


def clean_line(text: str) -> str:
    """Return `text` composed (NFC), without invisible characters, its white space single spaces."""
    return one_line(INVISIBLE.sub("", text))


def clean_text(text: str) -> str:
    """Do as `clean_line` for each line; keep line breaks and at most one blank line in a row."""
    lines = INVISIBLE.sub("", text).splitlines()
    return BLANK_LINES.sub("\n\n", "\n".join(one_line(line) for line in lines)).strip("\n")
