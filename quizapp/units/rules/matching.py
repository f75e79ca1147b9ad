"""Which unit somebody meant who typed its name freely, and how certain that is.

Names are compared word by word, without marks and with short forms written out. A rare word says
more than a common one: "hong" tells more than "cong ty". A word one slip away still counts, less.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import nsmallest
from math import log

from quizapp.units.rules.naming import own_words, search_words
from quizapp.vietnamese import WORD, fold, one_line, syllable

SURE = 800
"""From this certainty (of 1000) on, texts of one unit may be approved together."""
# What people write short in names of bodies; spelled out in the catalogue's names as well.
MORE_SHORT_FORMS = {
    "bhxh": "bao hiem xa hoi",
    "bv": "benh vien",
    "cn": "chi nhanh",
    "cp": "co phan",
    "ct": "cong ty",
    "ctcp": "cong ty co phan",
    "dh": "dai hoc",
    "dv": "dich vu",
    "mn": "mam non",
    "nm": "nha may",
    "sx": "san xuat",
    "th": "tieu hoc",
    "thcs": "trung hoc co so",
    "thpt": "trung hoc pho thong",
    "tm": "thuong mai",
    "tt": "trung tam",
    "ubnd": "uy ban nhan dan",
    "xd": "xay dung",
    "xn": "xi nghiep",
}
# Words of legal form and kind: they say little, also where few names are there to tell from.
COMMON = {
    "benh", "chi", "co", "cong", "doan", "han", "huu", "mot", "nghiep", "nhanh", "nhiem", "phan",
    "tam", "thanh", "tong", "trach", "trung", "truong", "ty", "vien", "xi",
}  # fmt: skip
COMMON_WEIGHT = 0.3
NEAR = 0.8
STRANGE = 0.35  # what a word weighs that no unit has, beside the rarest that one has
OTHER_NUMBER = 0.6
OTHER_MARKS = 0.3
LEAST = 500  # below it a proposal would only mislead
CLEAR = 0.1  # by so much the best must lead for nothing to be taken off
MOST_POSTINGS = 2_000
LOOKED_AT = 12
LONGEST_GLUED = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The likeliest unit, None when no word fits any; `certainty` goes from 0 to 1000."""

    unit_id: int | None
    certainty: int

    @property
    def is_sure(self) -> bool:
        return self.certainty >= SURE


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """One name of a unit: its own words in order, and what they weigh together."""

    unit_id: int
    words: frozenset[str]
    numbers: frozenset[str]
    spoken: frozenset[tuple[str, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Typed:
    """What was typed: of each word the known ones it may mean, with their likeness."""

    meanings: tuple[Mapping[str, float], ...]
    numbers: frozenset[str]
    spoken: frozenset[tuple[str, int]]


def group_key(text: str) -> str:
    """Return what texts of nobody's unit are put together by: their words, in whatever order."""
    return " ".join(sorted(set(_words(text)))) or one_line(text).casefold()


class Matcher:
    """Finds the unit meant among given names; reading the names once makes each match cheap."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        """Take (unit id, name) pairs; a unit may have several names."""
        self._names = [_known(unit_id, name) for unit_id, name in names]
        self._postings: dict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(self._names):
            for word in sorted(known.words):
                self._postings[word].append(place)
        self._weights = {
            word: log(1 + len(self._names) / len(places)) * (COMMON_WEIGHT if word in COMMON else 1)
            for word, places in self._postings.items()
        }
        self._totals = [
            sum(self._weights[word] for word in sorted(known.words)) for known in self._names
        ]
        self._near: dict[str, Mapping[str, float]] = {}

    def match(self, text: str) -> Match:
        """Return the unit that `text` most likely means."""
        typed = self._read(text)
        best: dict[int, float] = {}
        for place in self._candidates(typed):
            known = self._names[place]
            score = self._score(typed, place) - _mark_penalty(typed.spoken, known.spoken)
            best[known.unit_id] = max(best.get(known.unit_id, 0.0), score)
        ordered = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        if not ordered or ordered[0][1] <= 0:
            return Match(unit_id=None, certainty=0)
        (unit_id, score), *others = ordered
        lead = score - (others[0][1] if others else 0.0)
        certainty = round(1000 * score * min(1.0, 0.5 + lead / (2 * CLEAR)))
        return Match(unit_id=unit_id if certainty >= LEAST else None, certainty=certainty)

    def _read(self, text: str) -> _Typed:
        words = dict.fromkeys(part for word in _words(text) for part in self._parts(word))
        return _Typed(
            meanings=tuple(self._meanings(word) for word in words),
            numbers=_numbers(words),
            spoken=_spoken(text),
        )

    def _candidates(self, typed: _Typed) -> list[int]:
        """Return the places of the names that share most weight with what was typed."""
        shared: dict[int, float] = defaultdict(float)
        for meanings in typed.meanings:
            for word, likeness in meanings.items():
                postings = self._postings[word]
                if len(postings) <= MOST_POSTINGS:
                    weight = likeness * self._weights[word]
                    for place in postings:
                        shared[place] += weight
        return nsmallest(
            LOOKED_AT, shared, key=lambda place: (-shared[place] / self._totals[place], place)
        )

    def _score(self, typed: _Typed, place: int) -> float:
        """Return how alike both are, from 0 to 1: the mean of what each has of the other."""
        known = self._names[place]
        found: dict[str, float] = {}
        covered, total = 0.0, 0.0
        for meanings in typed.meanings:
            fits = [
                (self._weights[own] * meanings[own], own) for own in meanings.keys() & known.words
            ]
            if not fits:
                total += max((self._weights[word] for word in meanings), default=self._strange)
                continue
            worth, own = max(fits)
            covered, total = covered + worth, total + self._weights[own]
            for _, own in fits:
                found[own] = max(found.get(own, 0.0), meanings[own])
        if not covered:
            return 0.0
        recall = sum(self._weights[own] * found[own] for own in found) / self._totals[place]
        score = 2 * recall * covered / (recall * total + covered)
        return score if typed.numbers == known.numbers else score * OTHER_NUMBER

    def _parts(self, word: str) -> Sequence[str]:
        """Return the words that were typed without a space between, or the word itself."""
        if len(word) < 6 or self._meanings(word):
            return [word]
        return self._split(word) or [word]

    def _split(self, word: str) -> list[str] | None:
        """Return the fewest known words that make up `word`, or None."""
        best: list[list[str] | None] = [[]] + [None] * len(word[:LONGEST_GLUED])
        for end in range(1, len(best)):
            for start in range(max(0, end - 8), end):
                before, part = best[start], word[start:end]
                if before is None or part not in self._postings:
                    continue
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = [*before, part]
        return best[-1] if len(word) <= LONGEST_GLUED else None

    def _meanings(self, word: str) -> Mapping[str, float]:
        """Return the known words this may have been meant as, each with its likeness."""
        if word not in self._near:
            exact = {word: 1.0} if word in self._postings else {}
            self._near[word] = exact | dict.fromkeys(sorted(self._slips_of(word)), NEAR)
        return self._near[word]

    def _slips_of(self, word: str) -> set[str]:
        if len(word) < 3 or not word.isalpha():
            return set()
        met = {one for form in _shortened(word) for one in self._shortened_to.get(form, ())}
        return {one for one in met if one != word and _is_one_slip(word, one)}

    @cached_property
    def _shortened_to(self) -> Mapping[str, Sequence[str]]:
        """Return each known word under itself and without each of its letters."""
        table = defaultdict(list)
        for word in self._postings:
            if len(word) >= 3 and word.isalpha():
                for form in _shortened(word):
                    table[form].append(word)
        return table

    @cached_property
    def _strange(self) -> float:
        return STRANGE * log(1 + len(self._names))


def _known(unit_id: int, name: str) -> _Known:
    words = _words(name)
    return _Known(
        unit_id=unit_id, words=frozenset(words), numbers=_numbers(words), spoken=_spoken(name)
    )


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a name that tell it from others of its kind, short forms written out."""
    spelled = " ".join(
        MORE_SHORT_FORMS.get(word, word) for word in search_words(one_line(text))
    ).split()
    own = own_words(spelled)
    # "CĐCS LĐLĐ huyện …": a second head stands behind the first.
    return own_words(own) if len(own) < len(spelled) else own


def _spoken(text: str) -> frozenset[tuple[str, int]]:
    return frozenset(_syllable(word) for word in WORD.findall(one_line(text)))


def _mark_penalty(typed: frozenset[tuple[str, int]], known: frozenset[tuple[str, int]]) -> float:
    """Return what other marks on the same letters cost; who leaves a mark out makes no mistake."""
    marked = [one for one in typed if _has_marks(one)]
    bare = {_bare(letters) for letters, _ in known}
    other = sum(_bare(one[0]) in bare for one in marked if one not in known)
    return OTHER_MARKS * other / len(marked) if marked else 0.0


def _has_marks(spoken: tuple[str, int]) -> bool:
    letters, tone = spoken
    return bool(tone) or _bare(letters) != letters


_syllable = lru_cache(maxsize=65_536)(syllable)


@lru_cache(maxsize=65_536)
def _bare(letters: str) -> str:
    return fold(letters)


def _numbers(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lstrip("0") for word in words if word.isdigit())


def _shortened(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _is_one_slip(one: str, other: str) -> bool:
    """Say whether a letter more, less or other, or two neighbours swapped, makes the difference."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start : start + 2] == other[start : start + 2][::-1]
    return one[start + 1 :] == other[start + 1 :] or (
        swapped and one[start + 2 :] == other[start + 2 :]
    )
