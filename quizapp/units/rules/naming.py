"""The keys a unit is found and ordered by, and which find is better."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quizapp.vietnamese import WORD, fold, initials_of, one_line, sort_key, syllable, words_of

KEYS_VERSION = 1
"""To be raised with any change in what `keys_of` gives: a load then makes stored keys anew."""
MAX_TYPED = 100
MAX_WORDS = 12
# What clerks write short. CĐ is a union only at the start of a name: "Trường CĐ" is a college.
SHORT_FORMS = {
    "ldld": "lien doan lao dong",
    "cdcs": "cong doan co so",
    "tp": "thanh pho",
    "kcn": "khu cong nghiep",
    "kcx": "khu che xuat",
    "tct": "tong cong ty",
    "cty": "cong ty",
    "mtv": "mot thanh vien",
    "tnhh": "trach nhiem huu han",
}
FIRST_SHORT_FORM = "cd"
FIRST_LONG_FORM = "cong doan"
HEADS = ("tong lien doan lao dong", "lien doan lao dong", "cong doan co so", "cong doan")
PLACES = ("thanh pho", "tinh", "dac khu", "phuong", "xa", "thi xa", "quan", "huyen")
TAILS = ("viet nam",)
DOTTED = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?![^\W_]))")


@dataclass(frozen=True, kw_only=True, slots=True)
class NameKeys:
    """What is stored beside a name.

    `search_key` and `initials` hold words and abbreviations, a space before each, so that
    `LIKE '% word%'` finds the beginning of one; `terms` are the same, each once.
    """

    search_key: str
    initials: str
    terms: frozenset[str]
    sort_key: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What a person typed, as words to find; `spoken` are the same words with their marks."""

    words: tuple[str, ...]
    own: tuple[str, ...]
    spoken: tuple[tuple[str, int], ...]

    @property
    def has_marks(self) -> bool:
        return any(tone or fold(letters) != letters for letters, tone in self.spoken)


@dataclass(frozen=True, kw_only=True, slots=True)
class Find:
    """A name that holds every word of a query, with its keys.

    `depth` is that of its unit in the tree: 1 for the root.
    """

    unit_id: int
    name: str
    search_key: str
    sort_key: bytes
    depth: int


def keys_of(name: str) -> NameKeys:
    """Return the keys of one name."""
    words = search_words(name)
    short = abbreviations(words)
    return NameKeys(
        search_key="".join(f" {word}" for word in words),
        initials="".join(f" {form}" for form in short),
        terms=frozenset((*words, *short)),
        sort_key=sort_key(own_name(name)) + b"\0\0" + sort_key(name),
    )


def search_words(text: str) -> tuple[str, ...]:
    """Return the folded words of `text`, short forms written out: `T.P HCM` → thanh, pho, hcm."""
    words = words_of(DOTTED.sub(r"\1", fold(text)))
    if words[:1] == [FIRST_SHORT_FORM] and len(words) > 1:
        words[0] = FIRST_LONG_FORM
    return tuple(" ".join(SHORT_FORMS.get(word, word) for word in words).split())


def own_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words that tell a body from its like: without `liên đoàn lao động tỉnh` before.

    Nothing is taken away when nothing would be left.
    """
    start, end = _own_span(words)
    return tuple(words[start:end])


def own_name(name: str) -> str:
    """Return `name` without what bodies of its kind have in common, marks and case kept."""
    spoken = name.split()
    start, end = _own_span([fold(word) for word in spoken])
    return " ".join(spoken[start:end])


def abbreviations(words: Sequence[str]) -> tuple[str, ...]:
    """Return the initials people use: of the whole name, from its place word, of its own words."""
    head = _length_of_first(HEADS, words)
    forms = (initials_of(part) for part in (words, words[head:], own_words(words)))
    return tuple(dict.fromkeys(form for form in forms if len(form) > 1))


def query_of(text: str) -> Query:
    """Return what `text` asks for; no words when nothing can be found by it."""
    typed = one_line(text)[:MAX_TYPED]
    words = tuple(dict.fromkeys(search_words(typed)))[:MAX_WORDS]
    return Query(words=words, own=own_words(search_words(typed)), spoken=_syllables(typed))


def rank_finds(query: Query, finds: Iterable[Find]) -> list[int]:
    """Return the ids of the units found, best first, each once.

    Better is: spelled with the same marks (when marks were typed), then the own name begins with
    what was asked, then written out rather than abbreviated, then nearer to the root, then fewer
    other words, then Vietnamese order, then id.
    """
    ordered = sorted(finds, key=lambda find: _badness(query, find))
    return list(dict.fromkeys(find.unit_id for find in ordered))


def _badness(query: Query, find: Find) -> tuple[object, ...]:
    words = find.search_key.split()
    misspelled = _count_misspelled(query.spoken, _syllables(find.name))
    abbreviated = sum(not any(w.startswith(q) for w in words) for q in query.words)
    return (
        misspelled if query.has_marks else 0,
        _distance(query, words),
        abbreviated,
        find.depth,
        len(words),
        misspelled,
        find.sort_key,
        find.unit_id,
    )


def _distance(query: Query, words: Sequence[str]) -> int:
    """Return 0 when the own words are the ones asked for, up to 4 when those are scattered.

    Own words count before common ones: "dong" is in every "lao dong".
    """
    own, asked = own_words(words), " ".join(query.own)
    if own == query.own:
        return 0
    if " ".join(own).startswith(asked):
        return 1
    if f" {asked}" in "".join(f" {word}" for word in own):
        return 2
    return 3 if f" {asked}" in "".join(f" {word}" for word in words) else 4


def _count_misspelled(asked: Sequence[tuple[str, int]], found: Sequence[tuple[str, int]]) -> int:
    """Count the words asked for that no word of the name begins with, marks and all."""
    return sum(
        not any(has.startswith(letters) and tone == has_tone for has, has_tone in found)
        for letters, tone in asked
    )


def _syllables(text: str) -> tuple[tuple[str, int], ...]:
    return tuple(syllable(word) for word in WORD.findall(one_line(text)))


def _own_span(words: Sequence[str]) -> tuple[int, int]:
    """Return where the own words begin and end among folded `words`."""
    start = _length_of_first(HEADS, words)
    if start:
        start += _length_of_first(PLACES, words[start:])
    end = len(words)
    for tail in (phrase.split() for phrase in TAILS):
        if list(words[-len(tail) :]) == tail:
            end -= len(tail)
    if start >= end:
        end = len(words)
    return (start, end) if start < end else (0, len(words))


def _length_of_first(phrases: Sequence[str], words: Sequence[str]) -> int:
    """Return how many words the first phrase has that `words` begin with; 0 when none does."""
    for phrase in (phrase.split() for phrase in phrases):
        if list(words[: len(phrase)]) == phrase:
            return len(phrase)
    return 0
