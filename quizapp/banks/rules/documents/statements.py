"""Questions whose options are statements, each true or false by itself. Pure.

Each statement becomes a question of its own with the options "Đúng" and "Sai", below the words that
they share. It has to be told of every statement which it is: a mark on some of them may be all
that are true, or those that somebody got round to.
"""

import re
from collections.abc import Mapping, Sequence

from quizapp.banks.rules import Kind
from quizapp.banks.rules.documents import Line
from quizapp.banks.rules.documents.found import Choice, Found, truth_choices
from quizapp.banks.rules.documents.told import TRUTHS, Told
from quizapp.errors import N_
from quizapp.said import said

ASKS = re.compile(
    r"\bđúng\s*(?:hay|hoặc|/|,|-|–)?\s*(?:là\s+)?sai\b|\btrue\s*(?:/|or)\s*false\b", re.IGNORECASE
)
BEGINS = re.compile(r"\s*(?:đúng|sai|true|false)\b", re.IGNORECASE)
VERDICT = re.compile(
    r"(?:\s*[:\-–—→]+\s*(?P<word>đúng|sai|true|false)|\s*[(\[](?P<letter>đúng|sai|đ|s)[)\]])\s*[.;]?\s*$",
    re.IGNORECASE,
)
BOTH = re.compile(
    r"[\s:\-–—(\[]+(?P<true>đúng)\s*[/|,\-–]?\s*(?P<false>sai)\s*[)\]]?\s*[.;]?\s*$", re.IGNORECASE
)
SHARED = ("topic", "difficulty", "valid_from", "valid_to")
TELL_EACH = said(
    N_(
        "Câu này hỏi nhiều ý đúng hay sai nhưng không rõ từng ý. Hãy ghi “(Đúng)” hoặc “(Sai)” "
        "sau mỗi ý, hoặc thêm dòng “Đáp án: a) Đúng; b) Sai; …”."
    )
)


def apart(found: Found, lines: Sequence[Line]) -> list[Found]:
    """Return the question itself, or its statements as questions where it is made of some.

    `lines` are those of its block: what `found` says of an option may have lost its verdict.
    """
    told = next((one.verdicts for one in found.told if one.verdicts), {})
    asks = any(ASKS.search(found.texts.get(name, "")) for name in ("topic", "kind"))
    asks = asks or bool(ASKS.search(found.stem))
    if not told and (not asks or not _are_statements(found)):
        return [found]
    parts = [_verdict_of(choice, told, lines) for choice in found.options]
    letters = [choice.letter for choice in found.options]
    is_told = all(verdict for _, verdict in parts) and not set(told) - set(letters)
    others = [one for one in found.told if not one.verdicts]
    if not parts or not is_told or others or "options" in found.doubts:
        found.doubt("answer", TELL_EACH)
        return [found]
    made = [
        _question(found, choice, text, verdict)
        for choice, (text, verdict) in zip(found.options, parts, strict=True)
    ]
    made[0].told_number = found.told_number
    made[0].citations, made[0].explanation = found.citations, found.explanation
    made[0].texts["explanation"] = found.texts.get("explanation", "")
    text = N_("Câu có {n} ý đúng/sai nên được tách thành {n} câu Đúng/Sai.")
    made[0].notes += [*found.notes, ("stem", said(text, n=len(made)))]
    return made


def apart_in_table(found: Found) -> list[Found]:
    """Do as `apart` for a question of a table or a text; one with a key of its own stays whole."""
    is_keyed = any(one.letter or one.words or one.doubt for one in found.told)
    if is_keyed or found.texts.get("kind") == Kind.MULTIPLE:
        return [found]
    lines = [line for choice in found.options for line in choice.body]
    return apart(found, lines)


def _are_statements(found: Found) -> bool:
    """Say whether options are statements, and not "Đúng", "Sai, vì…" themselves."""
    return len(found.options) >= 2 and not any(
        BEGINS.match(choice.text) for choice in found.options
    )


def _verdict_of(choice: Choice, told: Mapping[str, str], lines: Sequence[Line]) -> tuple[str, str]:
    """Return the words of a statement and whether it is true ("A") or false ("B"), "" unknown."""
    by_line = told.get(choice.letter, "")
    text = choice.text
    last = choice.body[-1] if choice.body else Line(text="")
    both = BOTH.search(last.text)
    if both:
        marked = _marked(last, both)
        return text[: len(text.rstrip()) - len(both.group().strip())].strip(), by_line or marked
    source = _source(choice, lines)
    own = VERDICT.search(source)
    verdict = TRUTHS[(own["word"] or own["letter"]).lower()] if own else ""
    if by_line and verdict and by_line != verdict:
        return text, ""
    return VERDICT.sub("", text).strip(), by_line or verdict


def _source(choice: Choice, lines: Sequence[Line]) -> str:
    """Return the line that the last words of an option stand in, with its verdict."""
    words = choice.body[-1].text.strip() if choice.body else ""
    where = choice.body[-1].where if choice.body else ""
    holding = [line.text for line in lines if line.where == where and words and words in line.text]
    if len(holding) != 1:
        return ""
    begin = holding[0].index(words)
    # Of options side by side each ends where the next begins: those are not told apart here.
    rest = holding[0][begin + len(words) :]
    return words + rest if len(rest) <= len("  (đúng). ") else words


def _marked(line: Line, both: re.Match[str]) -> str:
    """Return which of "Đúng" and "Sai" looks other than the words of the statement."""
    body = set(line.styles[: both.start()])
    looks = {
        letter: set(line.styles[both.start(name) : both.end(name)])
        for letter, name in (("A", "true"), ("B", "false"))
    }
    odd = [letter for letter, styles in looks.items() if styles.isdisjoint(body)]
    plain = [letter for letter, styles in looks.items() if styles <= body]
    return odd[0] if len(odd) == 1 and len(plain) == 1 else ""


def _question(found: Found, choice: Choice, text: str, verdict: str) -> Found:
    stem = "\n".join(part for part in (found.stem, text) if part)
    texts = {name: found.texts[name] for name in SHARED if found.texts.get(name)}
    texts["fixed_order"] = "true"
    if found.texts.get("code"):
        texts["code"] = f"{found.texts['code']}{choice.letter.lower()}"
    elif found.told_number is not None:
        texts["code"] = f"CAU-{found.told_number:03d}{choice.letter.lower()}"
    key = Told(letter=verdict, where=choice.where or found.where)
    return Found(
        where=found.where,
        stem=stem,
        options=truth_choices(found.where),
        told=[key],
        texts=texts,
        doubts=dict(found.doubts),
        places=dict(found.places),
    )
