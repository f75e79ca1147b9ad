"""Lines that tell the right answer in words, a citation or an explanation. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quizapp.errors import N_
from quizapp.said import NOTHING_SAID, Said, said

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
# A line that is nothing but "(Căn cứ khoản 1 Điều 5 Luật Công đoàn)", or begins with the provision.
IN_BRACKETS = re.compile(
    r"\s*[(\[]\s*(?:(?:căn\s+cứ|cơ\s+sở\s+pháp\s+lý|trích|nguồn|theo)\b[^:)]{0,12}?:?\s*"
    r"(?=(?:tại\s+|quy\s+định\s+tại\s+)?(?:điểm|khoản|điều|luật|nghị|bộ|thông|quyết)\s)"
    r"|(?=(?:điểm|khoản|điều)\s+[\da-zđ]))"
    r"(?P<rest>[^()\[\]]+)[)\]]\s*[.;]?\s*",
    re.IGNORECASE,
)
EXPLANATION = re.compile(
    r"\s*[-–*•]?\s*(?:giải\s+thích(?:\s+đáp\s+án)?|lời\s+giải|hướng\s+dẫn(?:\s+giải)?)"
    r"\s*[:：.]\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
TRUTH = re.compile(
    r"(?P<word>đúng|sai|true|false|[đs])(?!\w)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
PAIR = re.compile(
    r"\(?(?P<letter>[a-h])\s*[.):\-–]*\s*(?P<word>đúng|sai|đ|s)(?!\w)\s*[,;.]?\s*", re.IGNORECASE
)
PAIRS = re.compile(
    rf"(?:{PAIR.pattern.replace('?P<letter>', '').replace('?P<word>', '')}){{2,}}", re.IGNORECASE
)
SERIES = re.compile(
    r"(?:(?:đúng|sai|đ|s)[\s,;.\-–]+)+(?:đúng|sai|đ|s)[.;]?|[đs]{3,8}[.;]?", re.IGNORECASE
)
SERIES_WORD = re.compile(r"đúng|sai|đ|s", re.IGNORECASE)
TRUTHS = {"đúng": "A", "đ": "A", "true": "A", "sai": "B", "s": "B", "false": "B"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a line says is right: a letter, or words; `doubt` where it is not certain.

    `rest` are words after the letter that may be the option itself. `verdicts` maps the letters of
    statements to "A" for a true one and "B" for a false one.
    """

    letter: str = ""
    words: str = ""
    rest: str = ""
    citation: str = ""
    explanation: str = ""
    doubt: Said = NOTHING_SAID
    where: Said = NOTHING_SAID
    verdicts: Mapping[str, str] = field(default_factory=dict)


def told_in(text: str, where: Said) -> Told | None:
    """Return what an answer line tells, None for a line that is none."""
    match = ANSWER.fullmatch(text)
    if not match:
        return None
    rest, is_sure = match["rest"].strip(), bool(match["sure"])
    verdicts = _verdicts(rest) if is_sure else {}
    if verdicts:
        return Told(verdicts=verdicts, where=where)
    return _told(rest, where, is_sure=is_sure)


def _verdicts(rest: str) -> Mapping[str, str]:
    """Return what "a) Đúng; b) Sai", "a-Đ, b-S" or "Đ S S Đ" tell of statements, none of others."""
    if PAIRS.fullmatch(rest):
        pairs = [(match["letter"].upper(), match["word"]) for match in PAIR.finditer(rest)]
    elif SERIES.fullmatch(rest):
        pairs = list(zip("ABCDEFGH", SERIES_WORD.findall(rest), strict=False))
    else:
        return {}
    letters = {letter for letter, _ in pairs}
    if len(letters) < len(pairs) or len(pairs) < 2:
        return {}
    return {letter: TRUTHS[word.lower()] for letter, word in pairs}


def _told(rest: str, where: Said, *, is_sure: bool) -> Told | None:
    if LETTERS.match(rest):
        doubt = said(N_("“{words}” nêu nhiều đáp án"), words=rest[:60])
        return Told(doubt=doubt, where=where) if is_sure else None
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


def _with_letter(letter: str, rest: str, *, is_sure: bool, where: Said) -> Told | None:
    tail = TAIL.fullmatch(rest)
    if not tail:
        words = rest.lstrip(".):-– \t").rstrip()
        return Told(letter=letter, rest=words, where=where) if is_sure else None
    return replace(_with_tail(tail, where), letter=letter)


def _with_tail(tail: re.Match[str], where: Said) -> Told:
    """Return what stands after the key, in brackets or after "vì": a provision or a reason."""
    about = (tail["paren"] or tail["why"] or "").strip()
    if BASIS.match(about) or PROVISION.search(about):
        return Told(citation=BASIS.sub("", about, count=1), where=where)
    return Told(explanation=about, where=where)
