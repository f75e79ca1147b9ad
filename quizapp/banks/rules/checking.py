"""From what a reader found to drafts and problems: the checks that every format shares. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce

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
from quizapp.banks.rules.days import DAYS, day_in
from quizapp.banks.rules.fixed_order import keeps_order
from quizapp.errors import N_
from quizapp.said import Said, said, verbatim
from quizapp.vietnamese import fold

PICTURE = re.compile(r"[0-9a-f]{64}")
SIZE = re.compile(r"[1-9]\d{0,4}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
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
        yield raw.error("code", said(N_("Thiếu mã câu hỏi. Hãy thêm mã, ví dụ BLLD-001.")))
    elif not CODE.fullmatch(raw.code):
        text = N_("Mã “{code}” chỉ được gồm chữ không dấu, số, “.”, “-”, “_”, tối đa 64 ký tự.")
        yield raw.error("code", said(text, code=raw.code[:80]))


def _kind(raw: Raw) -> Iterator[Problem]:
    if raw.kind not in {"", *Kind}:
        text = N_(
            "Chưa dùng được loại câu hỏi “{kind}”; chỉ có “single” (một đáp án đúng)"
            " và “multiple” (nhiều đáp án đúng)."
        )
        yield raw.error("kind", said(text, kind=raw.kind[:80]))


def _stem(raw: Raw) -> Iterator[Problem]:
    if not raw.stem:
        text = N_("Thiếu nội dung câu hỏi. Hãy viết câu hỏi trước các phương án.")
        yield raw.error("stem", said(text))


def _options(raw: Raw) -> Iterator[Problem]:
    letters = [letter for letter, text in raw.options.items() if text]
    if "options" in raw.doubts:
        return
    if len(letters) < 2:
        text = N_("Chỉ có {n} phương án; cần ít nhất 2. Hãy thêm phương án.")
        yield raw.error("options", said(text, n=len(letters)))
    elif len(letters) > MAX_OPTIONS:
        text = N_("Có {n} phương án; nhiều nhất là {most}. Hãy bỏ bớt.")
        yield raw.error("options", said(text, n=len(letters), most=MAX_OPTIONS))
    elif letters != list(LETTERS[: len(letters)]):
        missing = next(letter for letter in LETTERS if letter not in letters)
        text = N_(
            "Có phương án {letters} nhưng thiếu hoặc trống phương án {missing}. "
            "Hãy viết phương án này hoặc đánh lại chữ cái."
        )
        yield raw.error("options", said(text, letters=", ".join(letters), missing=missing))


def _equal_options(raw: Raw) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for letter, text in raw.options.items():
        key = clean_line(text).casefold().rstrip(" .;")
        if text and key in first:
            words = N_("Phương án {first} và {second} giống nhau. Hãy sửa hoặc bỏ một.")
            yield raw.error(f"option {letter}", said(words, first=first[key], second=letter))
        first.setdefault(key, letter)


def _answer(raw: Raw) -> Iterator[Problem]:
    letter = letter_in(raw.answer)
    if not raw.answer and raw.doubts.keys() - DAYS:
        return  # why there is none has been told
    if not raw.answer:
        text = N_("Thiếu đáp án đúng. Hãy ghi chữ cái của phương án đúng.")
        yield raw.error("answer", said(text))
    elif raw.kind == Kind.MULTIPLE:
        yield from _several_answers(raw)
    elif letter is None:
        text = N_("Đáp án “{answer}” phải là đúng một chữ cái (A, B, C…).")
        yield raw.error("answer", said(text, answer=raw.answer[:80]))
    elif not raw.options.get(letter):
        yield raw.error("answer", _not_an_option(raw, letter))


def _not_an_option(raw: Raw, answer: str) -> Said:
    known = [letter for letter, text in raw.options.items() if text]
    if not known:
        text = N_("Đáp án “{answer}” không có trong các phương án. Hãy ghi lại.")
        return said(text, answer=answer)
    text = N_("Đáp án “{answer}” không có trong các phương án. Hãy ghi {letters}.")
    return said(text, answer=answer, letters=_either(known))


def _either(letters: Sequence[str]) -> Said:
    """Return "A hoặc B hoặc C"."""
    first, *others = letters
    return reduce(
        lambda before, one: said(N_("{one} hoặc {other}"), one=before, other=one),
        others,
        verbatim(first),
    )


def _several_answers(raw: Raw) -> Iterator[Problem]:
    letters = letters_in(raw.answer)
    if letters is None:
        text = N_("Đáp án “{answer}” phải là các chữ cái khác nhau, ví dụ “A, C”.")
        yield raw.error("answer", said(text, answer=raw.answer[:80]))
        return
    told = {letter for letter, text in raw.options.items() if text}
    missing = ", ".join(letter for letter in letters if letter not in told)
    if missing:
        yield raw.error("answer", _not_an_option(raw, missing))
    elif len(letters) < 2:
        text = N_("Câu nhiều đáp án phải có ít nhất 2 đáp án đúng. Hãy ghi thêm, hoặc đổi loại.")
        yield raw.error("answer", said(text))
    elif len(letters) == len(told):
        # Whoever ticks everything without reading would have it right.
        text = N_("Câu nhiều đáp án phải có ít nhất một phương án sai. Hãy thêm.")
        yield raw.error("answer", said(text))


def _validity(raw: Raw) -> Iterator[Problem]:
    bad = False
    for name in DAYS:
        text = getattr(raw, name)
        if text and day_in(text) is None:
            bad = True
            if name in raw.doubts:
                continue  # told in the words of who was asked for it
            words = said(N_("Ngày “{day}” phải viết dạng 2026-12-31."), day=text[:80])
            yield raw.error(name, words)
    starts, ends = day_in(raw.valid_from), day_in(raw.valid_to)
    if not bad and starts and ends and ends < starts:
        text = N_("Hết hiệu lực ({ends}) trước khi có hiệu lực ({starts}). Hãy sửa một ngày.")
        yield raw.error("valid_to", said(text, ends=str(ends), starts=str(starts)))


def _details(raw: Raw) -> Iterator[Problem]:
    if raw.fixed_order not in TRUTH:
        text = N_("fixed_order chỉ nhận true hoặc false. Hãy sửa hoặc bỏ.")
        yield raw.error("fixed_order", said(text))
    if raw.difficulty and _level(raw) is None:
        text = N_("Không rõ độ khó “{level}” nên để trống (easy, medium, hard).")
        yield raw.warning("difficulty", said(text, level=raw.difficulty[:80]))
    for citation in raw.citations:
        if not citation.get("law") and not citation.get("text"):
            text = N_("Căn cứ phải có “law” hoặc “text”. Hãy thêm.")
            yield raw.error("citation", said(text))


def _pictures(raw: Raw) -> Iterator[Problem]:
    for picture in raw.pictures:
        option = picture["option"]
        is_sized = SIZE.fullmatch(picture["width"]) and SIZE.fullmatch(picture["height"])
        if not PICTURE.fullmatch(picture["digest"]) or not is_sized:
            text = N_(
                "Hình phải có digest (64 chữ số hệ 16), width và height. Hãy xuất lại từ máy chủ."
            )
            yield raw.error("pictures", said(text))
        elif option and not raw.options.get(option):
            text = N_("Hình gắn với phương án {option}, không có phương án này. Hãy sửa chữ cái.")
            yield raw.error("pictures", said(text, option=option))


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
            words = N_("Dài {n} ký tự; nhiều nhất là {most}. Hãy rút ngắn.")
            yield raw.error(name, said(words, n=len(text), most=longest))
        if BROKEN in text:
            words = N_("Có ký tự hỏng “{sign}”: tệp đã lưu sai bảng mã ở chỗ này. Hãy gõ lại.")
            yield raw.error(name, said(words, sign=BROKEN))


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
            text = N_("Trùng mã “{code}” với câu {n} ({where}). Hãy đổi một mã.")
            message = said(text, code=raw.code, n=first.number, where=first.where)
            yield raw.error("code", message)
        words = raw.stem.casefold(), frozenset(text.casefold() for text in raw.options.values())
        twin = stems.setdefault(words, raw)
        if raw.stem and twin is not raw:
            text = N_("Nội dung giống hệt câu {n} ({where}). Hãy bỏ một câu.")
            yield raw.warning("stem", said(text, n=twin.number, where=twin.where))


def _expired(drafts: Iterable[Draft], as_of: date | None) -> Iterator[Problem]:
    for draft in drafts:
        if as_of and draft.valid_to and draft.valid_to < as_of:
            text = N_("Hết hiệu lực ngày {ends}, trước ngày của tệp ({day}).")
            yield Problem(
                severity=Severity.WARNING,
                where=draft.where,
                question=draft.number,
                message=said(text, ends=str(draft.valid_to), day=str(as_of)),
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
        valid_from=day_in(raw.valid_from),
        valid_to=day_in(raw.valid_to),
    )


def _right(raw: Raw) -> int:
    letters = letters_in(raw.answer) if raw.kind == Kind.MULTIPLE else letter_in(raw.answer)
    return mask_of([LETTERS.index(letter) for letter in letters or ""])


def _level(raw: Raw) -> Difficulty | None:
    return LEVELS.get(fold(raw.difficulty))
