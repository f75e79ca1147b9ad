"""Questions that are likely the same: apart from marks, punctuation, order of options. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from quizapp.banks.rules import Content, Raw, positions_of
from quizapp.banks.rules.answers import letter_in, letters_in
from quizapp.vietnamese import WORD, fold

MOST_COMPARED = 20  # of those with one stem: "Chọn câu đúng" may stand a thousand times


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as far as it can be like another; `right` are words of its right options."""

    name: int | str
    stem: str
    options: frozenset[str]
    right: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Twin:
    """A question that is like an earlier one: `first` is its name, `second` that of the later.

    `is_whole`: also the options are the same; `has_other_key`: what is right is not.
    """

    first: int | str
    second: int | str
    is_whole: bool
    has_other_key: bool


def asked_in_file(raw: Raw) -> Asked:
    """Return a question of a file, named by its number."""
    letters = letters_in(raw.answer) or letter_in(raw.answer) or ""
    texts = {letter: _words(text) for letter, text in raw.options.items() if text}
    return Asked(
        name=raw.number,
        stem=_words(raw.stem),
        options=frozenset(texts.values()),
        right=frozenset(texts[letter] for letter in letters if letter in texts),
    )


def asked_in_version(question: Content) -> Asked:
    """Return a published question, named by its code."""
    texts = [_words(text) for text in question.options]
    return Asked(
        name=question.code,
        stem=_words(question.stem),
        options=frozenset(texts),
        right=frozenset(texts[place] for place in positions_of(question.right)),
    )


def find_twins(questions: Iterable[Asked], published: Iterable[Asked] = ()) -> list[Twin]:
    """Return, for each question that is like one before it or a published one, the first such."""
    by_stem: dict[str, list[Asked]] = defaultdict(list)
    for one in published:
        by_stem[one.stem].append(one)
    twins = []
    for one in questions:
        if not one.stem:
            continue
        twin = _first_like(one, by_stem[one.stem])
        if twin is not None:
            twins.append(twin)
        by_stem[one.stem].append(one)
    return twins


def _first_like(one: Asked, others: Sequence[Asked]) -> Twin | None:
    whole = [other for other in others if other.options == one.options]
    near = [other for other in others[:MOST_COMPARED] if _shares_half(one, other)]
    for other in (*whole, *near):
        return Twin(
            first=other.name,
            second=one.name,
            is_whole=other.options == one.options,
            has_other_key=bool(one.right and other.right) and one.right != other.right,
        )
    return None


def _shares_half(one: Asked, other: Asked) -> bool:
    most = max(len(one.options), len(other.options), 1)
    return len(one.options & other.options) * 2 >= most


def _words(text: str) -> str:
    return " ".join(WORD.findall(fold(text)))


def merged(first: Raw, second: Raw) -> Raw:
    """Return `first` with what it lacks and `second` has: topic, difficulty, explanation,
    citations, days. What both have stays as it is in the first.
    """
    names = ("topic", "difficulty", "explanation", "citations", "valid_from", "valid_to")
    lacking = {name: getattr(second, name) for name in names if not getattr(first, name)}
    return replace(first, **lacking)
