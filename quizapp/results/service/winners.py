"""Who stands on a rank that has a prize, once ranks are final: whom organisers have to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quizapp.contests.service import ContestCard
from quizapp.results.service.ties import Tied, first_lines, lists_of, named_lines
from quizapp.standings.models import WHOLE_CONTEST
from quizapp.standings.rules import competition_ranks
from quizapp.standings.service.boards import scopes_of

MOST = 200  # of a list: equals on the last rank with a prize may be very many


@dataclass(frozen=True, kw_only=True, slots=True)
class Winner:
    """Somebody on a rank with a prize; `division` is its place in the rules, None: of all."""

    division: int | None
    rank: int
    who: Tied


def get_winners(contest: ContestCard, number: int, *, at: datetime) -> Sequence[Winner]:
    """Return who stands on ranks with a prize of a round (0: of the whole contest), best first.

    Nobody before the close. Equals share a rank, so there may be more of them than prizes.
    """
    if not contest.is_final(number) or (number == WHOLE_CONTEST and not contest.ranks_whole):
        return []
    scope = scopes_of(contest)[number]
    found = []
    for one in lists_of(contest, number, scope, is_by_hand=False):
        lines = first_lines(one, MOST)
        ranks = competition_ranks([line.rank_key for line in lines])
        best = [
            (rank, line) for rank, line in zip(ranks, lines, strict=True) if rank <= sum(one.prizes)
        ]
        named = named_lines(scope, [line for _, line in best], at=at)
        found += [
            Winner(division=one.division, rank=rank, who=named[line.person_id])
            for rank, line in best
        ]
    return found
