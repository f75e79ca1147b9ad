"""GIFT, the text format of Moodle: "::code:: stem { ~wrong =right #feedback }". Pure.

https://docs.moodle.org/en/GIFT_format. Read are questions of one or several right options and
true or false; the other kinds are named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quizapp.banks.rules import LETTERS, Kind
from quizapp.banks.rules.documents import NOTHING, plain_line
from quizapp.banks.rules.documents.found import Choice, Found, truth_choices
from quizapp.banks.rules.documents.statements import apart_in_table
from quizapp.banks.rules.documents.told import TRUTHS, Told
from quizapp.errors import N_
from quizapp.said import said

BRACES = re.compile(r"\{([^{}]*)\}")
TITLE = re.compile(r"\s*::(?P<title>(?:[^:\\]|\\.|:(?!:))*)::", re.DOTALL)
CATEGORY = re.compile(r"\s*\$CATEGORY\s*:\s*(?P<name>.*)")
MARKUP = re.compile(r"\s*\[(?:html|moodle|plain|markdown)\]", re.IGNORECASE)
WEIGHT = re.compile(r"%(?P<weight>-?\d+(?:\.\d+)?)%")
TRUTH = re.compile(r"\s*(?P<word>TRUE|FALSE|T|F)\s*(?:#.*)?", re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TAG = re.compile(r"<[a-zA-Z/][^<>]*>")
BLANK = "_____"
OTHER_KIND = said(
    N_(
        "Câu này là loại GIFT chưa dùng được (điền chữ, ghép đôi, số hoặc tự luận). Hãy đổi thành "
        "câu có phương án sai “~” và phương án đúng “=”."
    )
)
TAGS_IN_STEM = said(N_("Có thẻ HTML trong câu hỏi. Hãy bỏ các thẻ, chỉ để chữ."))
TAGS_IN_OPTION = said(N_("Có thẻ HTML trong phương án. Hãy bỏ các thẻ, chỉ để chữ."))
UNCLOSED = said(N_("Thiếu dấu “{sign}” đóng phần đáp án. Hãy thêm vào."), sign="}")
SEVERAL_EQUAL = said(N_("Có nhiều phương án đúng “=”. Hãy để đúng một dấu “=”."))
NO_EQUAL = said(N_("Câu này không có phương án đúng “=”. Hãy để đúng một dấu “=”."))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """A question as it stands: before, within and after its braces."""

    before: str
    inner: str
    after: str
    line: int
    topic: str


def is_gift(text: str) -> bool:
    """Say whether a text has answers in braces."""
    inners = (match[1] for match in BRACES.finditer(_without_comments(text)))
    return any("=" in inner or "~" in inner or TRUTH.fullmatch(inner) for inner in inners)


def questions_of(text: str) -> list[Found]:
    """Return the questions of a text."""
    found = (_found(source) for source in _sources(_without_comments(text)))
    return [part for one in found for part in apart_in_table(one)]


def _without_comments(text: str) -> str:
    lines = text.splitlines()
    return "\n".join("" if line.lstrip().startswith("//") else line for line in lines)


def _sources(text: str) -> Iterator[_Source]:
    at, topic = 0, ""
    while True:
        opened = _unescaped(text, "{", at)
        if opened < 0:
            return
        closed = _unescaped(text, "}", opened)
        end = len(text) if closed < 0 else closed
        before = text[at:opened]
        for line in before.splitlines():
            category = CATEGORY.fullmatch(line)
            topic = category["name"].strip().rpartition("/")[2] if category else topic
        after = re.match(r"(?:.+|\n(?!\s*\n))*", text[end + 1 :])
        rest = after[0] if after else ""
        # What follows on the same line belongs to the question; the next line begins another.
        rest = rest.split("\n", 1)[0]
        told = "\n".join(line for line in before.splitlines() if not CATEGORY.fullmatch(line))
        lead = len(before) - len(before.lstrip())
        number = text.count("\n", 0, at + lead) + 1
        inner = text[opened + 1 : end] if closed >= 0 else "\0"
        yield _Source(before=told, inner=inner, after=rest, line=number, topic=topic)
        at = end + 1 + len(rest)


def _unescaped(text: str, char: str, start: int) -> int:
    at = text.find(char, start)
    while at > 0 and _is_escaped(text, at):
        at = text.find(char, at + 1)
    return at


def _is_escaped(text: str, at: int) -> bool:
    slashes = len(text[:at]) - len(text[max(0, at - 20) : at].rstrip("\\")) - max(0, at - 20)
    return slashes % 2 == 1


def _found(source: _Source) -> Found:
    where = said(N_("dòng {n}"), n=source.line)
    found = Found(where=where, texts={"topic": source.topic})
    before = source.before
    title = TITLE.match(before)
    if title:
        before = before[title.end() :]
        name = _plain(title["title"])
        found.texts["code"] = name if CODE.fullmatch(name) else ""
    stem = _plain(before)
    tail = _plain(source.after)
    found.stem = f"{stem} {BLANK} {tail}" if tail else stem
    if TAG.search(found.stem):
        found.doubt("stem", TAGS_IN_STEM)
    _answers(found, source.inner)
    return found


def _answers(found: Found, inner: str) -> None:
    if inner == "\0":
        found.doubt("options", UNCLOSED)
        return
    inner, _, general = inner.partition("####")
    found.explanation = [_plain(general)] if general.strip() else []
    truth = TRUTH.fullmatch(inner)
    if truth:
        found.options = truth_choices(found.where)
        found.texts["fixed_order"] = "true"
        letter = "A" if truth["word"].startswith("T") else "B"
        found.told.append(Told(letter=letter, where=found.where))
        return
    _choices(found, inner)


def _choices(found: Found, inner: str) -> None:
    right: list[str] = []
    signs: list[str] = []
    pieces = re.split(r"(?<!\\)([=~])", inner)
    if pieces[0].strip():
        found.doubt("options", OTHER_KIND)
        return
    if _are_statements(found, pieces[1::2], pieces[2::2]):
        return
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        letter = (
            LETTERS[len(signs)] if len(signs) < len(LETTERS) else chr(ord("A") + len(signs) % 26)
        )
        words, _, _ = _split(piece, "#")
        weight = WEIGHT.match(words.strip())
        text = _plain(words.strip()[weight.end() :] if weight else words)
        signs.append(sign)
        if sign == "=" or (weight and float(weight["weight"]) > 0):
            right.append(letter)
        if TAG.search(text):
            found.doubt("options", TAGS_IN_OPTION)
        body = [plain_line(text, found.where)]
        found.options.append(Choice(letter=letter, label=NOTHING, body=body, where=found.where))
    if "~" not in signs or "->" in inner or len(signs) > len(LETTERS):
        found.doubt("options", OTHER_KIND)
        return
    _key(found, right, has_equal="=" in signs)


def _are_statements(found: Found, signs: Sequence[str], pieces: Sequence[str]) -> bool:
    """Take a matching question whose statements all match "Đúng" or "Sai"; say whether it is."""
    pairs = [[_plain(part) for part in _split(piece, "#")[0].split("->")] for piece in pieces]
    matched = [TRUTHS.get(pair[1].lower()) for pair in pairs if len(pair) == 2 and pair[0]]
    if not 2 <= len(matched) == len(pairs) <= len(LETTERS) or None in matched or "~" in signs:
        return False
    verdicts: dict[str, str] = {}
    for letter, (words, _), verdict in zip(LETTERS, pairs, matched, strict=False):
        if TAG.search(words):
            found.doubt("options", TAGS_IN_OPTION)
        body = [plain_line(words, found.where)]
        found.options.append(Choice(letter=letter, label=NOTHING, body=body, where=found.where))
        verdicts[letter] = verdict or ""
    found.told.append(Told(verdicts=verdicts, where=found.where))
    return True


def _key(found: Found, right: list[str], *, has_equal: bool) -> None:
    if len(right) == 1:
        found.told.append(Told(letter=right[0], where=found.where))
    elif len(right) > 1 and not has_equal:
        found.texts |= {"kind": Kind.MULTIPLE, "answer": ", ".join(right)}
    else:
        found.doubt("answer", SEVERAL_EQUAL if right else NO_EQUAL)


def _split(text: str, char: str) -> tuple[str, str, str]:
    at = _unescaped(text, char, 0)
    return (text, "", "") if at < 0 else (text[:at], char, text[at + 1 :])


def _plain(text: str) -> str:
    """Return a text without its escapes and the name of its markup."""
    text = MARKUP.sub("", text, count=1).strip()
    return ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text).strip()
