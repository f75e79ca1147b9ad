"""What the organisers decide between people who are equal by every key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select

from quizapp.attempts.service import Why
from quizapp.audit import service as audit
from quizapp.contests import service as contests
from quizapp.contests.models import Contest, Round
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.results.errors import (
    AlreadyClosed,
    CloseUnderWay,
    NoDecisionByHand,
    NotTied,
    TooEarlyToDecide,
)
from quizapp.results.models import PlaceByHand, RoundClose
from quizapp.results.service.generations import in_scope
from quizapp.results.service.ordering import MANUAL
from quizapp.results.service.ties import order_of, until_of
from quizapp.standings.models import WHOLE_CONTEST, Standing
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of
from quizapp.web.formats import moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The order of people who are tied with `tied_with`; who is left out comes after them."""

    tied_with: int
    person_ids: Sequence[int]


def place_by_hand(slug: str, number: int, decision: Decision, why: Why, *, at: datetime) -> None:
    """Let equals follow each other as the organisers decided; nobody in the order: undecided again.

    What was decided before about the same people goes. One transaction of the caller's. Raises
    NoDecisionByHand, TooEarlyToDecide, AlreadyClosed, CloseUnderWay or NotTied.
    """
    contest = contests.get_contest(slug)
    if MANUAL not in order_of(contest, number)[1]:
        raise NoDecisionByHand
    _lock(contest)
    _check_undecided(contest, number, at=at)
    tied = _tied_with(scopes_of(contest)[number], decision)
    before, after = _replace(contest, number, tied, decision.person_ids)
    one = f"round:{contests.get_round(contest, number).id}" if number else f"contest:{contest.id}"
    audit.record(
        "standings.place_by_hand",
        actor=why.actor,
        object=one,
        before=before or None,
        after=after or None,
        reason=why.reason,
        at=at,
    )


def _replace(
    contest: ContestCard, number: int, tied: Collection[int], ordered: Sequence[int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Write the places of people who are tied; return (person → place) before and after."""
    # Of a contest with one round both orders are one, and so is what is decided about it.
    numbers = {number, WHOLE_CONTEST} if len(contest.rounds) == 1 else {number}
    mine = PlaceByHand.contest_id == contest.id, PlaceByHand.person_id.in_(tied)
    own = (*mine, PlaceByHand.round_number == number)
    rows = db.session.execute(select(PlaceByHand.person_id, PlaceByHand.place).where(*own)).all()
    db.session.execute(delete(PlaceByHand).where(*mine, PlaceByHand.round_number.in_(numbers)))
    after = {one: place for place, one in enumerate(ordered, start=1)}
    if after:
        db.session.execute(
            insert(PlaceByHand),
            [
                {"contest_id": contest.id, "round_number": n, "person_id": one, "place": place}
                for n in sorted(numbers)
                for one, place in after.items()
            ],
        )
    before = {str(row.person_id): row.place for row in rows}
    return before, {str(one): place for one, place in after.items()}


def _lock(contest: ContestCard) -> None:
    """Let a close of this contest begin before or after, as closes wait for each other."""
    db.session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update())


def _check_undecided(contest: ContestCard, number: int, *, at: datetime) -> None:
    """Raise unless nothing changes any more but what organisers decide."""
    rounds = [one for one in contest.rounds if number in {WHOLE_CONTEST, one.number}]
    is_of = RoundClose.round_id.in_([one.id for one in rounds])
    is_last = or_(RoundClose.whole_generation.is_not(None), Round.number == number)
    live = db.session.scalar(
        select(RoundClose)
        .join(Round, Round.id == RoundClose.round_id)
        .where(is_of, RoundClose.state != "undone", is_last)
    )
    if live is not None and live.done_at is not None:
        raise AlreadyClosed(done=moment(live.done_at))
    if live is not None:
        raise CloseUnderWay
    until = until_of(contest, number)
    if at <= until:
        raise TooEarlyToDecide(until=moment(until))


def _tied_with(scope: Scope, decision: Decision) -> set[int]:
    """Return everybody who is tied with one of them, in the divisions asked. Raises NotTied."""
    own = select(Standing.rank_key).where(
        *in_scope(scope), Standing.person_id == decision.tied_with
    )
    rows = db.session.execute(
        select(Standing.person_id, Standing.division).where(
            *in_scope(scope), Standing.rank_key == own.scalar_subquery()
        )
    )
    divisions = {row.person_id: row.division for row in rows}
    asked = list(decision.person_ids)
    if not divisions.keys() >= {decision.tied_with, *asked} or len(set(asked)) < len(asked):
        raise NotTied
    # Equals of another division compete for other prizes: what was decided there stays.
    concerned = {divisions[one] for one in (decision.tied_with, *asked)}
    tied = {one for one, division in divisions.items() if division in concerned}
    if len(tied) < 2:
        raise NotTied
    return tied
