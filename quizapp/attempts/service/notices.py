"""What a person is told on coming back: an answer that waits, a result that is final, a prize.

Nothing is stored of what was told: a notice holds as long as it is true. A feature above has its
own told by putting `@tells` on a function; the pages ask for all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quizapp.contests.service import ContestCard
from quizapp.standings import service as standings
from quizapp.standings.service import FinalRank
from quizapp.standings.service.freezing import as_seen
from quizapp.support import service as support


class Told(StrEnum):
    ANSWERED = "answered"  # the organisers have answered a question
    FINAL = "final"  # the ranks of a round (0: of the whole contest) are final
    PRIZE = "prize"  # and this one is among those that the rules give a prize


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One thing to be told; `rank` of `round_number` (0: the whole contest) where it is of one.

    `places` is how many prizes there are, in the person's division where that is what counts.
    """

    told: Told
    round_number: int = 0
    rank: int = 0
    places: int = 0


Source = Callable[[ContestCard, int, datetime], Iterable[Notice]]
SOURCES: list[Source] = []


def tells(source: Source) -> Source:
    """Let a function of (contest, person id, now) add its notices, after those before it."""
    SOURCES.append(source)
    return source


def get_notices(contest: ContestCard, person_id: int, *, at: datetime) -> Sequence[Notice]:
    """Return what the person is told now: answers first, then results."""
    return [notice for source in SOURCES for notice in source(contest, person_id, at)]


@tells
def tell_answers(contest: ContestCard, person_id: int, _at: datetime) -> Iterable[Notice]:
    """Tell that an answer of the organisers waits."""
    if support.has_answer(contest.id, person_id):
        yield Notice(told=Told.ANSWERED)


@tells
def tell_results(contest: ContestCard, person_id: int, at: datetime) -> Iterable[Notice]:
    """Tell ranks that are final and may be shown; before the first close this asks nothing."""
    seen = as_seen(contest, at)
    contest = seen.contest  # while standings are frozen nobody learns of a close
    numbers = [one.number for one in contest.rounds]
    if contest.ranks_whole and len(numbers) > 1:
        numbers.append(0)
    final = [
        number
        for number in numbers
        if contest.is_final(number) and contest.shows_points(number, seen.at)
    ]
    ranks = standings.get_final_ranks(contest, person_id, final) if final else {}
    for number in final:
        if number in ranks:
            yield _result(contest, number, ranks[number])


def may_win(contest: ContestCard, person_id: int, *, at: datetime) -> bool:
    """Tell whether a final rank of the person is, or may turn out, among those prizes are for.

    While standings are frozen it is true of everybody who has a result: an answer that followed
    ranks not shown yet would tell them, and one by the ranks shown would lose a winner's prize.
    """
    if as_seen(contest, at).frozen_at is not None:
        return standings.has_standing(contest, person_id)
    numbers = (0, *(one.number for one in contest.rounds))
    final = [number for number in numbers if contest.is_final(number)]
    ranks = standings.get_final_ranks(contest, person_id, final) if final else {}
    return any(_prize(contest, number, rank) for number, rank in ranks.items())


def _result(contest: ContestCard, number: int, final: FinalRank) -> Notice:
    prize = _prize(contest, number, final)
    if prize is not None:
        rank, places = prize
        return Notice(told=Told.PRIZE, round_number=number, rank=rank, places=places)
    return Notice(told=Told.FINAL, round_number=number, rank=final.rank)


def _prize(contest: ContestCard, number: int, final: FinalRank) -> tuple[int, int] | None:
    """Return (rank, how many prizes) of the list on which the rank is among the prizes, if any."""
    of_all, of_division = map(sum, contest.prizes(number))
    if final.rank <= of_all:
        return final.rank, of_all
    if final.division_rank is not None and final.division_rank <= of_division:
        return final.division_rank, of_division
    return None
