"""What a clerk should know of a bank before it is published: counts and leanings. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quizapp.banks.rules import Content, Difficulty, letters_of, positions_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many questions per topic (most first), difficulty and key letter; None: not told.

    `longest_right` of `comparable` questions have the right option as the only longest one, where
    chance would give `longest_by_chance`. `uncited` rest on no provision that is named.
    """

    topics: Sequence[tuple[str | None, int]]
    difficulties: Sequence[tuple[Difficulty | None, int]]
    letters: Sequence[tuple[str, int]]
    longest_right: int
    longest_by_chance: int
    comparable: int
    uncited: int
    undated: int

    @property
    def leans_on_length(self) -> bool:
        """Say whether who always picks the longest option gains from it: 1.5 times chance."""
        return self.comparable >= 10 and self.longest_right * 2 > self.longest_by_chance * 3


def count(questions: Sequence[Content]) -> Counts:
    """Return the counts of questions that are about to be published."""
    singles = [one for one in questions if one.right.bit_count() == 1]
    levels = Counter(one.difficulty for one in questions)
    return Counts(
        topics=Counter(one.topic for one in questions).most_common(),
        difficulties=[(level, levels[level]) for level in (*Difficulty, None) if levels[level]],
        letters=sorted(Counter(letters_of(one.right) for one in questions).items()),
        longest_right=sum(map(_is_longest_right, singles)),
        longest_by_chance=round(sum(1 / len(one.options) for one in singles)),
        comparable=len(singles),
        uncited=sum(not one.citations for one in questions),
        undated=sum(one.valid_from is None and one.valid_to is None for one in questions),
    )


def _is_longest_right(one: Content) -> bool:
    lengths = [len(option) for option in one.options]
    (right,) = positions_of(one.right)
    return lengths[right] == max(lengths) and lengths.count(lengths[right]) == 1
