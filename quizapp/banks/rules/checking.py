"""From what a reader found to drafts and problems: the checks that every format shares. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from quizapp.banks.rules import (
    LETTERS,
    MAX_OPTIONS,
    PICTURE_FIELDS,
    Difficulty,
    Draft,
    Kind,
    Problem,
    Raw,
    Reading,
    Severity,
    mask_of,
)
from quizapp.banks.rules.answers import letter_in, letters_in
from quizapp.banks.rules.cleaning import BROKEN, clean_line, clean_text
from quizapp.banks.rules.fixed_order import keeps_order
from quizapp.vietnamese import fold

PICTURE = re.compile(r"[0-9a-f]{64}")
SIZE = re.compile(r"[1-9]\d{0,4}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
TRUTH = {"": None, "true": True, "false": False}
# Longer ones do not fit a phone's screen, nor, far above, a cell of Excel.
LONGEST = {
    "stem": 4000,
    "option": 1000,
    "explanation": 8000,
    "topic": 200,
    "citation": 1000,
    "alt": 300,
}
LEVELS: Mapping[str, Difficulty] = {
    **{level.value: level for level in Difficulty},
    "de": Difficulty.EASY,
    "nhan biet": Difficulty.EASY,
    "trung binh": Difficulty.MEDIUM,
    "vua": Difficulty.MEDIUM,
    "thong hieu": Difficulty.MEDIUM,
    "kho": Difficulty.HARD,
    "van dung": Difficulty.HARD,
    "van dung cao": Difficulty.HARD,
}


def assembled(reading: Reading, raws: Iterable[Raw], *, as_of: date | None = None) -> Reading:
    """Return `reading` with a draft for every question without an error and all problems found.

    Problems that the reader itself found keep their questions out too. Problems stand in the order
    of the questions, those of the whole file first. `as_of` is the day the file speaks of.
    """
    cleaned = [_cleaned(raw) for raw in raws]
    found = list(reading.problems)
    for raw in cleaned:
        found += [problem for check in CHECKS for problem in check(raw)]
    found += _between_questions(cleaned)
    bad = {problem.question for problem in found if problem.severity is Severity.ERROR}
    drafts = tuple(_draft(raw) for raw in cleaned if raw.number not in bad)
    found += _expired(drafts, as_of)
    found.sort(key=lambda problem: problem.question or 0)
    return replace(reading, drafts=drafts, problems=tuple(found), raws=tuple(cleaned))


def _cleaned(raw: Raw) -> Raw:
    return replace(
        raw,
        code=clean_line(raw.code),
        kind=clean_line(raw.kind),
        stem=clean_text(raw.stem),
        options={letter: clean_text(text) for letter, text in sorted(raw.options.items())},
        answer=clean_line(raw.answer),
        fixed_order=clean_line(raw.fixed_order),
        topic=clean_line(raw.topic),
        difficulty=clean_line(raw.difficulty),
        explanation=clean_text(raw.explanation),
        citations=tuple(_cleaned_citation(citation) for citation in raw.citations),
        pictures=tuple(_cleaned_picture(picture) for picture in raw.pictures),
        valid_from=clean_line(raw.valid_from),
        valid_to=clean_line(raw.valid_to),
    )


def _cleaned_citation(citation: Mapping[str, str]) -> dict[str, str]:
    told = ((name, clean_line(text)) for name, text in citation.items())
    return {name: text for name, text in told if text}


def _cleaned_picture(picture: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_line(picture.get(name, "")) for name in PICTURE_FIELDS}


def _doubts(raw: Raw) -> Iterator[Problem]:
    for name, message in raw.doubts.items():
        yield raw.error(name, message)
    for name, message in raw.notes:
        yield raw.warning(name, message)


def _code(raw: Raw) -> Iterator[Problem]:
    if not raw.code:
        yield raw.error("code", "Thiếu mã câu hỏi. Hãy thêm mã, ví dụ BLLD-001.")
    elif not CODE.fullmatch(raw.code):
        yield raw.error(
            "code",
            f"Mã “{raw.code[:80]}” chỉ được gồm chữ không dấu, số, “.”, “-”, “_”, tối đa 64 ký tự.",
        )


def _kind(raw: Raw) -> Iterator[Problem]:
    if raw.kind not in {"", *Kind}:
        yield raw.error(
            "kind",
            f"Chưa dùng được loại câu hỏi “{raw.kind[:80]}”; chỉ có “single” (một đáp án đúng)"
            " và “multiple” (nhiều đáp án đúng).",
        )


def _stem(raw: Raw) -> Iterator[Problem]:
    if not raw.stem:
        yield raw.error("stem", "Thiếu nội dung câu hỏi. Hãy viết câu hỏi trước các phương án.")


def _options(raw: Raw) -> Iterator[Problem]:
    letters = [letter for letter, text in raw.options.items() if text]
    if "options" in raw.doubts:
        return
    if len(letters) < 2:
        yield raw.error(
            "options", f"Chỉ có {len(letters)} phương án; cần ít nhất 2. Hãy thêm phương án."
        )
    elif len(letters) > MAX_OPTIONS:
        yield raw.error(
            "options", f"Có {len(letters)} phương án; nhiều nhất là {MAX_OPTIONS}. Hãy bỏ bớt."
        )
    elif letters != list(LETTERS[: len(letters)]):
        missing = next(letter for letter in LETTERS if letter not in letters)
        yield raw.error(
            "options",
            f"Có phương án {', '.join(letters)} nhưng thiếu hoặc trống phương án {missing}. "
            "Hãy viết phương án này hoặc đánh lại chữ cái.",
        )


def _equal_options(raw: Raw) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for letter, text in raw.options.items():
        key = clean_line(text).casefold().rstrip(" .;")
        if text and key in first:
            yield raw.error(
                f"option {letter}",
                f"Phương án {first[key]} và {letter} giống nhau. Hãy sửa hoặc bỏ một.",
            )
        first.setdefault(key, letter)


def _answer(raw: Raw) -> Iterator[Problem]:
    letter = letter_in(raw.answer)
    if not raw.answer and raw.doubts:
        return  # why there is none has been told
    if not raw.answer:
        yield raw.error("answer", "Thiếu đáp án đúng. Hãy ghi chữ cái của phương án đúng.")
    elif raw.kind == Kind.MULTIPLE:
        yield from _several_answers(raw)
    elif letter is None:
        yield raw.error(
            "answer", f"Đáp án “{raw.answer[:80]}” phải là đúng một chữ cái (A, B, C…)."
        )
    elif not raw.options.get(letter):
        yield raw.error(
            "answer", f"Đáp án “{letter}” không có trong các phương án. Hãy ghi {_known(raw)}."
        )


def _known(raw: Raw) -> str:
    return " hoặc ".join(letter for letter, text in raw.options.items() if text) or "lại"


def _several_answers(raw: Raw) -> Iterator[Problem]:
    letters = letters_in(raw.answer)
    if letters is None:
        yield raw.error(
            "answer", f"Đáp án “{raw.answer[:80]}” phải là các chữ cái khác nhau, ví dụ “A, C”."
        )
        return
    told = {letter for letter, text in raw.options.items() if text}
    missing = ", ".join(letter for letter in letters if letter not in told)
    if missing:
        yield raw.error(
            "answer", f"Đáp án “{missing}” không có trong các phương án. Hãy ghi {_known(raw)}."
        )
    elif len(letters) < 2:
        yield raw.error(
            "answer", "Câu nhiều đáp án phải có ít nhất 2 đáp án đúng. Hãy ghi thêm, hoặc đổi loại."
        )
    elif len(letters) == len(told):
        # Whoever ticks everything without reading would have it right.
        yield raw.error("answer", "Câu nhiều đáp án phải có ít nhất một phương án sai. Hãy thêm.")


def _validity(raw: Raw) -> Iterator[Problem]:
    bad = False
    for name in ("valid_from", "valid_to"):
        text = getattr(raw, name)
        if text and _day(text) is None:
            bad = True
            yield raw.error(name, f"Ngày “{text[:80]}” phải viết dạng 2026-12-31.")
    starts, ends = _day(raw.valid_from), _day(raw.valid_to)
    if not bad and starts and ends and ends < starts:
        yield raw.error(
            "valid_to", f"Hết hiệu lực ({ends}) trước khi có hiệu lực ({starts}). Hãy sửa một ngày."
        )


def _details(raw: Raw) -> Iterator[Problem]:
    if raw.fixed_order not in TRUTH:
        yield raw.error("fixed_order", "fixed_order chỉ nhận true hoặc false. Hãy sửa hoặc bỏ.")
    if raw.difficulty and _level(raw) is None:
        yield raw.warning(
            "difficulty",
            f"Không rõ độ khó “{raw.difficulty[:80]}” nên để trống (easy, medium, hard).",
        )
    for citation in raw.citations:
        if not citation.get("law") and not citation.get("text"):
            yield raw.error("citation", "Căn cứ phải có “law” hoặc “text”. Hãy thêm.")


def _pictures(raw: Raw) -> Iterator[Problem]:
    for picture in raw.pictures:
        option = picture["option"]
        is_sized = SIZE.fullmatch(picture["width"]) and SIZE.fullmatch(picture["height"])
        if not PICTURE.fullmatch(picture["digest"]) or not is_sized:
            yield raw.error(
                "pictures",
                "Hình phải có digest (64 chữ số hệ 16), width và height. Hãy xuất lại từ máy chủ.",
            )
        elif option and not raw.options.get(option):
            yield raw.error(
                "pictures",
                f"Hình gắn với phương án {option}, không có phương án này. Hãy sửa chữ cái.",
            )


def _texts(raw: Raw) -> Iterator[tuple[str, str, int]]:
    yield "stem", raw.stem, LONGEST["stem"]
    yield "explanation", raw.explanation, LONGEST["explanation"]
    yield "topic", raw.topic, LONGEST["topic"]
    for picture in raw.pictures:
        yield "pictures", picture["alt"], LONGEST["alt"]
    for letter, text in raw.options.items():
        yield f"option {letter}", text, LONGEST["option"]
    for citation in raw.citations:
        yield "citation", " ".join(citation.values()), LONGEST["citation"]


def _readable(raw: Raw) -> Iterator[Problem]:
    for name, text, longest in _texts(raw):
        if len(text) > longest:
            yield raw.error(name, f"Dài {len(text)} ký tự; nhiều nhất là {longest}. Hãy rút ngắn.")
        if BROKEN in text:
            yield raw.error(
                name, f"Có ký tự hỏng “{BROKEN}”: tệp đã lưu sai bảng mã ở chỗ này. Hãy gõ lại."
            )


CHECKS: Sequence[Callable[[Raw], Iterator[Problem]]] = (
    _doubts,
    _code,
    _kind,
    _stem,
    _options,
    _equal_options,
    _answer,
    _validity,
    _details,
    _pictures,
    _readable,
)


def _between_questions(raws: Sequence[Raw]) -> Iterator[Problem]:
    codes: dict[str, Raw] = {}
    stems: dict[tuple[str, frozenset[str]], Raw] = {}
    for raw in raws:
        first = codes.setdefault(raw.code, raw)
        if raw.code and first is not raw:
            yield raw.error(
                "code",
                f"Trùng mã “{raw.code}” với câu {first.number} ({first.where}). Hãy đổi một mã.",
            )
        words = raw.stem.casefold(), frozenset(text.casefold() for text in raw.options.values())
        twin = stems.setdefault(words, raw)
        if raw.stem and twin is not raw:
            yield raw.warning(
                "stem", f"Nội dung giống hệt câu {twin.number} ({twin.where}). Hãy bỏ một câu."
            )


def _expired(drafts: Iterable[Draft], as_of: date | None) -> Iterator[Problem]:
    for draft in drafts:
        if as_of and draft.valid_to and draft.valid_to < as_of:
            yield Problem(
                severity=Severity.WARNING,
                where=draft.where,
                question=draft.number,
                message=f"Hết hiệu lực ngày {draft.valid_to}, trước ngày của tệp ({as_of}).",
            )


def _draft(raw: Raw) -> Draft:
    options = tuple(raw.options[letter] for letter in LETTERS if raw.options.get(letter))
    told = TRUTH[raw.fixed_order]
    return Draft(
        number=raw.number,
        where=raw.where,
        code=raw.code,
        kind=Kind(raw.kind or Kind.SINGLE),
        stem=raw.stem,
        options=options,
        right=_right(raw),
        fixed_order=keeps_order(options) if told is None else told,
        topic=raw.topic or None,
        difficulty=_level(raw),
        explanation=raw.explanation or None,
        citations=raw.citations,
        pictures=raw.pictures,
        valid_from=_day(raw.valid_from),
        valid_to=_day(raw.valid_to),
    )


def _right(raw: Raw) -> int:
    letters = letters_in(raw.answer) if raw.kind == Kind.MULTIPLE else letter_in(raw.answer)
    return mask_of([LETTERS.index(letter) for letter in letters or ""])


def _level(raw: Raw) -> Difficulty | None:
    return LEVELS.get(fold(raw.difficulty))


def _day(text: str) -> date | None:
    if not ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
