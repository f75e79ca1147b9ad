"""A question of a file on its way through somebody's hands: stored, shown, mended. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from quizapp.banks.rules import (
    LETTERS,
    Content,
    Draft,
    Kind,
    Problem,
    Raw,
    Reading,
    Severity,
    Shown,
    positions_of,
)
from quizapp.banks.rules import shown as pictures_at
from quizapp.banks.rules.answers import letter_in, letters_in
from quizapp.banks.rules.checking import LEVELS, assembled
from quizapp.banks.rules.cleaning import clean_line
from quizapp.banks.rules.days import DAYS, as_people_write, as_stored, day_in
from quizapp.errors import N_
from quizapp.said import Said, packed, said, unpacked
from quizapp.vietnamese import fold

TUPLES = ("citations", "pictures")
AUTO_CODE = "CAU-"  # what readers give to questions without a code


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What stands in the form that mends a question; `right` are letters, `citations` lines."""

    stem: str
    kind: str
    options: Mapping[str, str]
    right: Sequence[str]
    topic: str
    difficulty: str
    citations: Sequence[str]
    explanation: str
    valid_from: str
    valid_to: str
    pictures: Sequence[Mapping[str, str]] = ()  # shown, not typed

    def pictures_of(self, option: str = "") -> Sequence[Shown]:
        """Return the pictures of an option by its letter, of the stem without one."""
        return pictures_at(self.pictures, option)


class _Places(Mapping[str, Said]):
    """The places of fields, remade as they are asked for: a review has forty thousand of them."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told

    def __getitem__(self, name: str) -> Said:
        return unpacked(self._told[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


def stored(raw: Raw) -> dict[str, Any]:
    """Return a question as JSON takes it; `restored` gives an equal one."""
    told = {one.name: getattr(raw, one.name) for one in fields(Raw)}
    lists = {name: [dict(part) for part in told[name]] for name in TUPLES}
    sentences = {
        "where": packed(raw.where),
        "places": {name: packed(where) for name, where in raw.places.items()},
        "doubts": {name: packed(words) for name, words in raw.doubts.items()},
        "notes": [[name, packed(words)] for name, words in raw.notes],
    }
    return told | lists | sentences | {"options": dict(raw.options)}


def restored(told: Mapping[str, Any]) -> Raw:
    """Return the question that `stored` was given.

    Raises ValueError for what is no sentence; for a place only once it is asked for.
    """
    lists = {name: tuple(told[name]) for name in TUPLES if name in told}
    sentences = {
        "where": unpacked(told["where"]),
        "places": _Places(told["places"]),
        "doubts": {name: unpacked(words) for name, words in told["doubts"].items()},
        "notes": tuple((name, unpacked(words)) for name, words in told["notes"]),
    }
    return Raw(**{**told, **lists, **sentences})


def stored_problem(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON takes it; `restored_problem` gives an equal one."""
    return {
        "severity": problem.severity,
        "where": packed(problem.where),
        "question": problem.question,
        "message": packed(problem.message),
    }


def restored_problem(told: Mapping[str, Any]) -> Problem:
    """Return the problem that `stored_problem` was given. Raises ValueError as `restored` does."""
    return Problem(
        severity=Severity(told["severity"]),
        where=unpacked(told["where"]),
        question=told["question"],
        message=unpacked(told["message"]),
    )


def mended(raw: Raw, typed: Typed) -> Raw:
    """Return the question as somebody typed it: what the reader doubted is settled by that.

    A citation whose words stay keeps its law, article and clause.
    """
    known = {citation_words(citation): citation for citation in raw.citations}
    lines = [line for line in map(clean_line, typed.citations) if line]
    options = [typed.options.get(letter, "") for letter in LETTERS]
    days = {name: as_stored(clean_line(getattr(typed, name))) for name in DAYS}
    last = max((place for place, text in enumerate(options, start=1) if text.strip()), default=0)
    return replace(
        raw,
        stem=typed.stem,
        kind=typed.kind if typed.kind in {*Kind} else "",
        options=dict(zip(LETTERS, options[:last], strict=False)),
        answer=", ".join(sorted(typed.right)),
        topic=typed.topic,
        difficulty=typed.difficulty,
        citations=tuple(known.get(line, {"text": line}) for line in lines),
        explanation=typed.explanation,
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
        doubts={name: _no_day(text) for name, text in days.items() if text and not day_in(text)},
        notes=(),
    )


def typed_in(raw: Raw) -> Typed:
    """Return what the form shows for a question."""
    letters = letters_in(raw.answer) or letter_in(raw.answer) or ""
    return Typed(
        stem=raw.stem,
        kind=raw.kind or Kind.SINGLE,
        options=dict(raw.options),
        right=[letter for letter in letters if letter in raw.options],
        topic=raw.topic,
        difficulty=LEVELS.get(fold(raw.difficulty), ""),
        citations=[citation_words(citation) for citation in raw.citations],
        explanation=raw.explanation,
        valid_from=as_people_write(raw.valid_from),
        valid_to=as_people_write(raw.valid_to),
        pictures=raw.pictures,
    )


def shown(question: Content) -> Typed:
    """Return what the form would show for a published question."""
    return Typed(
        stem=question.stem,
        kind=question.kind,
        options=dict(zip(LETTERS, question.options, strict=False)),
        right=[LETTERS[place] for place in positions_of(question.right)],
        topic=question.topic or "",
        difficulty=question.difficulty or "",
        citations=[citation_words(citation) for citation in question.citations],
        explanation=question.explanation or "",
        valid_from=as_people_write(str(question.valid_from or "")),
        valid_to=as_people_write(str(question.valid_to or "")),
        pictures=question.pictures,
    )


def citation_words(citation: Mapping[str, str]) -> str:
    """Return a citation as people write it: its own words, else put together."""
    if citation.get("text"):
        return citation["text"]
    parts = (("point", "điểm"), ("clause", "khoản"), ("article", "Điều"), ("law", ""))
    return " ".join(f"{word} {citation[name]}".strip() for name, word in parts if name in citation)


def _no_day(text: str) -> Said:
    """Name the form that the page asks for; who writes files is asked for another."""
    return said(N_("Ngày “{day}” không đúng. Hãy viết dạng 31/12/2026."), day=text[:80])


def check_all(raws: Sequence[Raw]) -> tuple[dict[int, Draft], dict[int, list[Problem]]]:
    """Return the drafts and the problems of questions, both by number."""
    reading = assembled(Reading(format=""), raws)
    problems: dict[int, list[Problem]] = {}
    for problem in reading.problems:
        if problem.question is not None:
            problems.setdefault(problem.question, []).append(problem)
    return {draft.number: draft for draft in reading.drafts}, problems


def with_own_code(raw: Raw, used: set[str]) -> Raw:
    """Return the question with a code nobody has, where its reader made the code up; note it."""
    code = raw.code
    if code in used and code.startswith(AUTO_CODE):
        number = raw.number
        while (code := f"{AUTO_CODE}{number:03d}") in used:
            number += 1
    used.add(code)
    return replace(raw, code=code)
