"""Which questions must keep the order of their options: one option speaks of others. Pure.

"Cả A và B", "Tất cả các đáp án trên": shuffled, such a paper has two right answers or none.
Marks stay on: without them "Ca 3" (a shift) would read as "Cả 3".
"""

import re
from collections.abc import Sequence

from quizapp.banks.rules import LETTERS
from quizapp.banks.rules.cleaning import clean_line

COUNT = r"(?:hai|ba|bốn|năm|sáu|bảy|tám|[2-8])"
NAME = r"(?:(?:các )?(?:đáp án|phương án|lựa chọn|câu trả lời|câu|ý kiến|ý|mục|trường hợp))"
VERDICT = (
    r"(?:(?:đều )?(?:là )?(?:(?:đáp án|phương án) )?(?:không )?"
    r"(?:đúng|sai|chính xác|phù hợp))"
)
ABOVE = r"(?:(?:ở|nêu|kể|nói)? ?trên(?: đây)?)"
ONLY = r"(?:chỉ )?(?:có )?"
LETTER = rf"[a-{LETTERS[-1].lower()}]"
JOINT = rf"(?: ?[,;&+/-] ?|,? và |,? hoặc |,? lẫn )(?:cả )?(?:{NAME} )?"

OTHERS = re.compile(
    "|".join(
        (
            # Tất cả các đáp án trên; Cả ba trường hợp trên đều đúng; Cả hai đều sai
            rf"(?:tất cả|toàn bộ|cả {COUNT})\b.{{0,80}}?(?:{ABOVE}(?: {VERDICT})?|đều {VERDICT})",
            # Tất cả; Cả ba; Cả 3 phương án; Tất cả đáp án đúng
            rf"(?:tất cả|cả {COUNT})(?: {NAME})?(?: {VERDICT})?",
            # Các đáp án trên đều sai; Hai ý trên
            rf"(?:các|những|{COUNT}) {NAME}\b.{{0,40}}?{ABOVE}(?: {VERDICT})?",
            # Không có đáp án nào đúng; Không phương án nào
            rf"không (?:có )?{NAME}(?: nào)?(?: trong số)?(?: {ABOVE})?(?: {VERDICT})?",
            # Đáp án khác
            r"(?:đáp án|phương án|lựa chọn|câu trả lời|ý kiến) khác",
        )
    )
)
LETTERED = re.compile(
    "|".join(
        (
            # Cả A và B; A, B và C đều đúng; Chỉ có đáp án A hoặc D
            rf"{ONLY}(?:cả )?(?:{COUNT} )?(?:{NAME} )?{LETTER}(?:{JOINT}{LETTER})+(?: {VERDICT})?",
            # Đáp án A đúng; Chỉ B sai
            rf"{ONLY}(?:{NAME} )?{LETTER} {VERDICT}",
            # A đúng, B sai
            rf"{LETTER} {VERDICT}(?:(?:[,;]| và| còn|, còn) {LETTER} {VERDICT})+",
            # Chỉ phương án A
            rf"chỉ (?:có )?{NAME} {LETTER}",
        )
    )
)
LONE_LETTER = re.compile(rf"\b{LETTER}\b")


def keeps_order(options: Sequence[str]) -> bool:
    """Say whether some option speaks of the others, so that they may not be shuffled."""
    known = set(LETTERS[: len(options)].lower())
    return any(_speaks_of_others(clean_line(option), known) for option in options)


def _speaks_of_others(option: str, known: set[str]) -> bool:
    text = option.lower().strip(" .;:!\"'“”()")
    if OTHERS.fullmatch(text):
        return True
    # "Nhóm máu E" of four options names no option.
    return bool(LETTERED.fullmatch(text)) and set(LONE_LETTER.findall(text)) <= known
