"""People who are equal by every key where it matters: who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from quizapp.contests import service as contests
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.hiding import EXACT_UP_TO
from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.people import service as people
from quizapp.people.service import PersonCard
from quizapp.results.models import PlaceByHand
from quizapp.results.service.generations import in_scope
from quizapp.results.service.ordering import MANUAL
from quizapp.standings.models import WHOLE_CONTEST, Standing
from quizapp.standings.rules import competition_ranks, ties_at_borders
from quizapp.standings.service import Scope
from quizapp.standings.service.boards import scopes_of
from quizapp.units import service as units
from quizapp.vietnamese import day_in_vietnam

LOOKED_AT = 100  # how far down equals are looked for where they may be placed by hand
MOST_NAMED = 100  # of one tie
Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tied:
    """One of the people who share a rank; `place` is what was decided, None: nothing."""

    person: PersonCard
    unit: str | None
    points_milli: int
    duration_ms: int
    place: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """People who share a rank. `count` is None while nobody may know how many there are.

    `is_at_border`: fewer prizes of one kind are left than there are people.
    """

    rank: int
    count: int | None
    is_at_border: bool
    people: Sequence[Tied]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ties:
    """The ties of a round (0: of the whole contest) that organisers should see, best first.

    `may_place`: the rules let them decide, and the ranks are not final.
    """

    number: int
    is_final: bool
    may_place: bool
    ties: Sequence[Tie]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    rank: int
    count: int | None
    lines: Sequence[Line]


def get_ties(contest: ContestCard, number: int, *, at: datetime) -> Ties:
    """Return the ties at the borders of prizes, and where the rules let organisers decide, all.

    While a prediction is open, only what the public board of people tells too.
    """
    rules, ranking = order_of(contest, number)
    scope = scopes_of(contest)[number]
    prizes = rules.individual_prizes if number else rules.total_prizes
    if len(contest.rounds) == 1:
        prizes = rules.individual_prizes or rules.total_prizes
    is_by_hand = MANUAL in ranking
    looked_at = max(sum(prizes) + 1, LOOKED_AT) if is_by_hand else sum(prizes) + 1
    is_hidden = bool(contest.hides(number, at))
    is_asked = bool(prizes or is_by_hand)
    first = _first(scope, EXACT_UP_TO if is_hidden else looked_at) if is_asked else []
    ranks = competition_ranks([line.rank_key for line in first])
    borders = {rank for rank, _ in ties_at_borders(ranks, prizes)}
    groups = [
        group
        for group in _groups(scope, first, ranks, is_hidden=is_hidden)
        if len(group.lines) > 1 and (is_by_hand or group.rank in borders)
    ]
    named = _named(scope, [line for group in groups for line in group.lines], at=at)
    return Ties(
        number=number,
        is_final=contest.is_final(number),
        may_place=is_by_hand and not contest.is_final(number) and at > until_of(contest, number),
        ties=[
            Tie(
                rank=group.rank,
                count=group.count,
                is_at_border=group.rank in borders,
                people=[named[line.person_id] for line in group.lines],
            )
            for group in groups
        ],
    )


def _groups(
    scope: Scope, first: Sequence[Line], ranks: Sequence[int], *, is_hidden: bool
) -> list[_Group]:
    """Return the lines by rank; the last group whole, unless that would tell too much."""
    by_rank: dict[int, list[Line]] = {}
    for rank, line in zip(ranks, first, strict=True):
        by_rank.setdefault(rank, []).append(line)
    groups = [_Group(rank=rank, count=len(mine), lines=mine) for rank, mine in by_rank.items()]
    if not groups:
        return []
    last = groups[-1]
    if is_hidden:
        is_whole = len(first) < EXACT_UP_TO
        return [*groups[:-1], last if is_whole else replace(last, count=None)]
    key = last.lines[0].rank_key
    return [*groups[:-1], replace(last, count=_count(scope, key), lines=_equals(scope, key))]


def numbers_of(contest: ContestCard) -> Sequence[int]:
    """Return the rounds of a contest and 0, the whole of it, unless that is its only round."""
    rounds = [one.number for one in contest.rounds]
    return rounds if len(rounds) == 1 else [*rounds, WHOLE_CONTEST]


def order_of(contest: ContestCard, number: int) -> tuple[ContestRules, Sequence[str]]:
    """Return the rules of a round (0: of the whole contest), and by which keys people stand."""
    if number == WHOLE_CONTEST:
        return contest.rounds[-1].rules, contest.rounds[-1].rules.whole_ranking
    rules = contests.get_round(contest, number).rules
    return rules, rules.ranking


def until_of(contest: ContestCard, number: int) -> datetime:
    """Return until when answers of a round (0: of any) may come."""
    rounds = [one for one in contest.rounds if number in {WHOLE_CONTEST, one.number}]
    return max(one.window.closes_at + one.rules.grace for one in rounds)


def _first(scope: Scope, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    rows = _rows(scope).order_by(Standing.rank_key, Standing.person_id).limit(limit)
    return db.session.execute(rows).all()


def _equals(scope: Scope, key: bytes) -> list[Row[*tuple[Any, ...]]]:
    mine = _rows(scope).where(Standing.rank_key == key).order_by(Standing.person_id)
    return list(db.session.execute(mine.limit(MOST_NAMED)).all())


def _rows(scope: Scope) -> Any:
    return select(
        Standing.person_id,
        Standing.unit_id,
        Standing.rank_key,
        Standing.points_milli,
        Standing.duration_ms,
    ).where(*in_scope(scope))


def _count(scope: Scope, key: bytes) -> int:
    mine = select(func.count()).select_from(Standing).where(*in_scope(scope))
    return db.session.scalar(mine.where(Standing.rank_key == key)) or 0


def _named(
    scope: Scope, rows: Sequence[Row[*tuple[Any, ...]]], *, at: datetime
) -> Mapping[int, Tied]:
    cards = people.get_person_cards([row.person_id for row in rows])
    names = units.get_cards({row.unit_id for row in rows}, on=day_in_vietnam(at))
    places = db.session.execute(
        select(PlaceByHand.person_id, PlaceByHand.place)
        .where(PlaceByHand.contest_id == scope.contest_id)
        .where(PlaceByHand.round_number == scope.round_number)
        .where(PlaceByHand.person_id.in_(cards))
    )
    decided = {row.person_id: row.place for row in places}
    return {
        row.person_id: Tied(
            person=cards[row.person_id],
            unit=names[row.unit_id].name if row.unit_id in names else None,
            points_milli=row.points_milli,
            duration_ms=row.duration_ms,
            place=decided.get(row.person_id),
        )
        for row in rows
    }
