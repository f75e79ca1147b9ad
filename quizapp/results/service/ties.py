"""People who are equal by every key where it matters: who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from quizapp.contests import service as contests
from quizapp.contests.rules import ContestRules
from quizapp.contests.rules.hiding import EXACT_UP_TO, exact_in_division
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

    `division` is its place in the rules where people are divided. `is_at_border`: fewer prizes of
    one kind are left than there are people.
    """

    division: int | None
    rank: int
    count: int | None
    is_at_border: bool
    people: Sequence[Tied]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ties:
    """The ties of a round (0: of the whole contest) that organisers should see, best first.

    `is_by_hand`: the rules let them decide; `may_place`: now, for the ranks are not final.
    """

    number: int
    is_final: bool
    is_by_hand: bool
    may_place: bool
    ties: Sequence[Tie]


@dataclass(frozen=True, kw_only=True, slots=True)
class RankList:
    """People who compete for the same prizes: of one division, or all (None)."""

    scope: Scope
    division: int | None
    prizes: Sequence[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """Lines of equals; `is_at_border` and `count` as of their tie."""

    division: int | None
    rank: int
    count: int | None
    is_at_border: bool
    lines: Sequence[Line]


def get_ties(contest: ContestCard, number: int, *, at: datetime) -> Ties:
    """Return the ties at the borders of prizes, and where the rules let organisers decide, all.

    While a prediction is open, only what the public boards of people tell too.
    """
    is_by_hand = MANUAL in order_of(contest, number)[1]
    scope = scopes_of(contest)[number]
    is_hidden = bool(contest.hides(number, at))
    groups = [
        group
        for one in lists_of(contest, number, scope, is_by_hand=is_by_hand)
        for group in _groups(contest, one, is_by_hand=is_by_hand, is_hidden=is_hidden)
        if len(group.lines) > 1 and (is_by_hand or group.is_at_border)
    ]
    named = named_lines(scope, [line for group in groups for line in group.lines], at=at)
    return Ties(
        number=number,
        is_final=contest.is_final(number),
        is_by_hand=is_by_hand,
        may_place=is_by_hand and not contest.is_final(number) and at > until_of(contest, number),
        ties=[
            Tie(
                division=group.division,
                rank=group.rank,
                count=group.count,
                is_at_border=group.is_at_border,
                people=[named[line.person_id] for line in group.lines],
            )
            for group in groups
        ],
    )


def lists_of(
    contest: ContestCard, number: int, scope: Scope, *, is_by_hand: bool
) -> Sequence[RankList]:
    """Return who competes with whom for which prizes; where people are divided, for each division.

    All together only for prizes of all, or where places of all are decided by hand.
    """
    rules, _ = order_of(contest, number)
    prizes, of_divisions = contest.prizes(number)
    places = range(1, len(rules.divisions) + 1)
    divided = [RankList(scope=scope, division=one, prizes=of_divisions) for one in places]
    every = RankList(scope=scope, division=None, prizes=prizes)
    lists = ([every] if prizes or not divided else []) + divided
    return [one for one in lists if one.prizes or is_by_hand]


def _groups(
    contest: ContestCard, of: RankList, *, is_by_hand: bool, is_hidden: bool
) -> Sequence[_Group]:
    """Return the first lines by rank; the last rank whole, unless that would tell too much."""
    divisions = len(contest.rounds[-1].rules.divisions)
    looked_at = max(sum(of.prizes) + 1, LOOKED_AT) if is_by_hand else sum(of.prizes) + 1
    if is_hidden:
        looked_at = EXACT_UP_TO if of.division is None else exact_in_division(divisions)
    first = first_lines(of, looked_at)
    ranks = competition_ranks([line.rank_key for line in first])
    borders = {rank for rank, _ in ties_at_borders(ranks, of.prizes)}
    by_rank: dict[int, list[Line]] = {}
    for rank, line in zip(ranks, first, strict=True):
        by_rank.setdefault(rank, []).append(line)
    groups = [
        _Group(
            division=of.division,
            rank=rank,
            count=len(lines),
            is_at_border=rank in borders,
            lines=lines,
        )
        for rank, lines in by_rank.items()
    ]
    if len(first) < looked_at or not groups:
        return groups
    if is_hidden:
        return [*groups[:-1], replace(groups[-1], count=None)]
    key = groups[-1].lines[0].rank_key
    return [*groups[:-1], replace(groups[-1], count=_count(of, key), lines=_equals(of, key))]


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


def first_lines(of: RankList, limit: int) -> Sequence[Line]:
    rows = _rows(of).order_by(Standing.rank_key, Standing.person_id).limit(limit)
    return db.session.execute(rows).all()


def _equals(of: RankList, key: bytes) -> Sequence[Line]:
    mine = _rows(of).where(Standing.rank_key == key).order_by(Standing.person_id)
    return db.session.execute(mine.limit(MOST_NAMED)).all()


def _rows(of: RankList) -> Any:
    return select(
        Standing.person_id,
        Standing.unit_id,
        Standing.rank_key,
        Standing.points_milli,
        Standing.duration_ms,
    ).where(*_within(of))


def _count(of: RankList, key: bytes) -> int:
    mine = select(func.count()).select_from(Standing).where(*_within(of))
    return db.session.scalar(mine.where(Standing.rank_key == key)) or 0


def _within(of: RankList) -> tuple[ColumnElement[bool], ...]:
    own = () if of.division is None else (Standing.division == of.division,)
    return (*in_scope(of.scope), *own)


def named_lines(
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
