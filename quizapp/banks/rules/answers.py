"""Which options an answer names: one letter, or several where a question takes several. Pure."""

import re

# Not folded: "Đ" stands for "Đúng" in some files, never for D.
LETTER = re.compile(r"(?:(?:đáp án|phương án|câu|ý) )?([a-z])[.):]?")
SEVERAL = re.compile(r"[a-z](?:(?: ?[,;] ?| )?[a-z])*")


def letter_in(answer: str) -> str | None:
    """Return the capital letter that an answer names ("b", "B.", "Đáp án B"), None if not one."""
    match = LETTER.fullmatch(answer.lower())
    return match[1].upper() if match else None


def letters_in(answer: str) -> str | None:
    """Return the capital letters that an answer names ("A, C", "c;a", "AC"), in their order.

    None when it is written in another way or names a letter twice: what was meant is not known.
    """
    if not SEVERAL.fullmatch(answer.lower()):
        return None
    letters = [char for char in answer.upper() if char.isalpha()]
    return "".join(sorted(letters)) if len(letters) == len(set(letters)) else None
