"""Lines that tell the right answer in words, a citation or an explanation. Pure."""

import re
from dataclasses import dataclass, replace

KEY_WORD = (
    r"(?:(?:=>|->|→|⇒|[-–*•])\s*)?"
    r"(?:(?:đáp\s*án|phương\s+án|câu\s+trả\s+lời|trả\s+lời|lựa\s+chọn|answer|key|đ/a|đa)"
    r"(?:\s+(?:đúng|chính\s+xác|chọn|cần\s+chọn))?(?:\s+nhất)?|chọn|vậy\s+chọn)"
)
ANSWER = re.compile(
    rf"\s*{KEY_WORD}(?P<sure>\s*(?:là\s*:?|[:：]))?\s*(?:(?:đáp\s*án|phương\s+án|chọn|câu|ý)\s+)?"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
INLINE = re.compile(r"(?:\t|\s{2,}|\()(?=(?:đáp\s*án|answer)\b[^:]{0,12}[:])", re.IGNORECASE)
LETTER = re.compile(r"\(?(?P<letter>[A-Ha-h])(?![\w/])\)?\s*(?P<rest>.*)", re.DOTALL)
LETTERS = re.compile(r"[A-Ha-h](?:\s*(?:[,;&+/]|và|hoặc)\s*[A-Ha-h])+(?!\w)")
TAIL = re.compile(
    r"[.,;:\-–]*\s*(?:\((?P<paren>.*)\)|(?P<why>(?:vì|do|bởi|theo|căn cứ)\b.*))?\s*[.;]?\s*",
    re.IGNORECASE | re.DOTALL,
)
CITATION = re.compile(
    r"\s*[-–*•]?\s*(?:căn\s+cứ(?:\s+pháp\s+(?:lý|luật))?|cơ\s+sở\s+pháp\s+lý|trích\s+dẫn|nguồn|CSPL)"
    r"\s*[:：]\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
BASIS = re.compile(r"\s*(?:căn\s+cứ(?:\s+theo)?|theo)\s*:?\s*", re.IGNORECASE)
PROVISION = re.compile(
    r"\b(?:điều|khoản|điểm)\s+[\da-zđ]|\b(?:luật|nghị định|quyết định|thông tư)\b", re.IGNORECASE
)
EXPLANATION = re.compile(
    r"\s*[-–*•]?\s*(?:giải\s+thích(?:\s+đáp\s+án)?|lời\s+giải|hướng\s+dẫn(?:\s+giải)?)"
    r"\s*[:：.]\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
TRUTH = re.compile(
    r"(?P<word>đúng|sai|true|false|[đs])(?!\w)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
TRUTHS = {"đúng": "A", "đ": "A", "true": "A", "sai": "B", "s": "B", "false": "B"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a line says is right: a letter, or words; `doubt` where it is not certain.

    `rest` are words after the letter that may be the option itself.
    """

    letter: str = ""
    words: str = ""
    rest: str = ""
    citation: str = ""
    explanation: str = ""
    doubt: str = ""
    where: str = ""


def told_in(text: str, where: str) -> Told | None:
    """Return what an answer line tells, None for a line that is none."""
    match = ANSWER.fullmatch(text)
    if not match:
        return None
    return _told(match["rest"].strip(), where, is_sure=bool(match["sure"]))


def _told(rest: str, where: str, *, is_sure: bool) -> Told | None:
    if LETTERS.match(rest):
        return Told(doubt=f"“{rest[:60]}” nêu nhiều đáp án", where=where) if is_sure else None
    letter = LETTER.fullmatch(rest)
    if letter:
        return _with_letter(letter["letter"].upper(), letter["rest"], is_sure=is_sure, where=where)
    if not is_sure:
        return None
    truth = TRUTH.fullmatch(rest)
    tail = TAIL.fullmatch(truth["rest"]) if truth else None
    if truth and tail:
        return replace(_with_tail(tail, where), words=truth["word"])
    return Told(words=rest.rstrip(" .;"), where=where)


def _with_letter(letter: str, rest: str, *, is_sure: bool, where: str) -> Told | None:
    tail = TAIL.fullmatch(rest)
    if not tail:
        words = rest.lstrip(".):-– \t").rstrip()
        return Told(letter=letter, rest=words, where=where) if is_sure else None
    return replace(_with_tail(tail, where), letter=letter)


def _with_tail(tail: re.Match[str], where: str) -> Told:
    """Return what stands after the key, in brackets or after "vì": a provision or a reason."""
    about = (tail["paren"] or tail["why"] or "").strip()
    if BASIS.match(about) or PROVISION.search(about):
        return Told(citation=BASIS.sub("", about, count=1), where=where)
    return Told(explanation=about, where=where)
