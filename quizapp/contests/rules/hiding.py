"""What is kept back while a prediction's target is open: whoever could count along would win. Pure.

| target | kept back until the close |
|---|---|
| unique_participants, attempts, percent_all_correct | counts, rates, means, pass rates of units: units are named in tiers of rank; people's ranks beyond 100 and how many there are |
| unique_all_correct | people's ranks beyond 100: among them is that of the first who is not all right |

Of several boards of people (divisions) each shows its share of the 100 only, and a rank in one's own
beyond that is not told at all: added up, ranks of all divisions would give the whole.

Numbers of units in bands would not do: bands of provinces, of sectors and of each level below add
up to narrower and narrower bands of the whole. Tiers of rank say nothing of how many there are.
"""  # noqa: E501 - a table has long lines

from enum import StrEnum

EXACT_UP_TO = 100
TIER_ENDS = (1, 2, 5)
COUNTED_FROM_PEOPLE = frozenset({"unique_participants", "attempts", "percent_all_correct"})

Span = tuple[int, int]


class Hidden(StrEnum):
    """What may be kept back: how many people and attempts there are; exact ranks far down."""

    COUNTS = "counts"
    RANKS = "ranks"


def hidden_by(target: str | None) -> frozenset[Hidden]:
    """Return what would give the target away while it is open; None gives nothing away."""
    if target is None:
        return frozenset()
    return frozenset(Hidden) if target in COUNTED_FROM_PEOPLE else frozenset({Hidden.RANKS})


def exactly(rank: int) -> Span:
    """Return the span of a rank that everybody may know."""
    return rank, rank


def rank_span(rank: int) -> Span:
    """Return the first and last rank that a person may know of: exact up to 100, then two digits.

    1,234 gives (1200, 1299).
    """
    if rank <= EXACT_UP_TO:
        return rank, rank
    step: int = 10 ** (len(str(rank)) - 2)
    first = rank // step * step
    return first, first + step - 1


def exact_in_division(divisions: int) -> int:
    """Return how many ranks of each of so many divisions may be told exactly."""
    return EXACT_UP_TO // divisions


def magnitude(count: int) -> int:
    """Return how many digits a count that is kept back may be told to have: 2 also for fewer.

    Of a small contest nothing is told by it: every count there is below 100.
    """
    return max(len(str(count)), 2)


def tier(rank: int) -> Span:
    """Return the first and last rank of a unit's tier: 1-5, 6-10, 11-20, 21-50, 51-100, 101-200…"""
    first, scale = 1, 1
    while True:
        for end in (scale * ends for ends in TIER_ENDS if scale * ends >= 5):
            if rank <= end:
                return first, end
            first = end + 1
        scale *= 10
