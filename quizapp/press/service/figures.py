"""Where the figures come from: what boards show now, or what had been handed in by a moment."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from quizapp import clock
from quizapp.attempts.service.saving import awaits_expiry
from quizapp.contests import service as contests
from quizapp.contests.rules.divisions import Division
from quizapp.contests.rules.regulation import LETTERS
from quizapp.contests.service import ContestCard
from quizapp.db import db, one_moment
from quizapp.press.errors import NoSuchMoment, NotExpiredYet, NothingCounted
from quizapp.press.rules import Line, Report, day_of, with_ranks
from quizapp.results.service import refresh_boards
from quizapp.results.service.as_of import get_counts_at
from quizapp.standings.models import NO_UNIT
from quizapp.standings.rules import Count
from quizapp.standings.service.boards import scopes_of
from quizapp.standings.service.freezing import as_seen
from quizapp.standings.service.shown import find_shown
from quizapp.standings.service.unit_boards import Counts, rows_from
from quizapp.units import service as units
from quizapp.units.models import Unit
from quizapp.units.rules.head_counts import Participation, participation
from quizapp.units.service import UnitCard, head_counts
from quizapp.vietnamese import day_in_vietnam

LEAST_AGE = timedelta(minutes=3)  # the longest grace is two minutes
TRIES = 5


def get_report_now(contest: ContestCard, number: int) -> Report:
    """Return what the boards show, as of when they do. Raises NothingCounted.

    Counts and snapshots are read at one moment, and one is checked against the other: between two
    writes of the worker's counts are newer, and the boards are made first. While standings are
    frozen it is what they were at the freeze.
    """
    for _ in range(TRIES):
        with one_moment():
            scope = as_seen(contest, clock.now()).scopes[number]
            shown = find_shown(scope)
            if shown is not None:
                made = _Making(contest, number, at=shown.as_of)
                return made.report(shown.counts, boards=shown.boards)
        refresh_boards(scope, at=clock.now())
    raise NothingCounted


def get_reports_at(
    contest: ContestCard, numbers: Sequence[int], at: datetime
) -> Mapping[int, Report]:
    """Return round number → the figures of all that was handed in up to `at`, it included.

    Raises NoSuchMoment while something of then may still come in, NotExpiredYet while a paper that
    ended by then waits for the worker.
    """
    now = clock.now()
    if at > now - LEAST_AGE:
        raise NoSuchMoment(minutes=LEAST_AGE // timedelta(minutes=1))
    with one_moment():
        if awaits_expiry([one.id for one in contest.rounds], ended_by=at, at=now):
            raise NotExpiredYet
        counts = get_counts_at(contest, numbers, at)
        return {one: _Making(contest, one, at=at).report(counts[one]) for one in numbers}


class _Making:
    """One report in the making: the contest, its bodies, and the moment it is of."""

    def __init__(self, contest: ContestCard, number: int, *, at: datetime) -> None:
        self._contest, self._number, self._at = contest, number, at
        self._on = day_of(at)
        self._owner = units.get_unit_by_id(contest.owner_unit_id, on=self._on)

    def report(self, counts: Counts, *, boards: Mapping[str, str] | None = None) -> Report:
        lines = self._lines(counts)
        whole, mine = _all_of(counts), counts.get(self._owner.id, Count())
        share = self._shares({self._owner.id: whole.people})[self._owner.id]
        one = contests.get_round(self._contest, self._number) if self._number else None
        return Report(
            title=self._contest.title,
            round_title=one.title if one else "",
            owner=self._owner.name,
            as_of=self._at,
            people=whole.people,
            attempts=whole.attempts,
            own_people=mine.people - sum(line.people or 0 for line in lines),
            own_attempts=mine.attempts - sum(line.attempts or 0 for line in lines),
            elsewhere_people=whole.people - mine.people,
            elsewhere_attempts=whole.attempts - mine.attempts,
            lines=with_ranks(lines),
            divisions=tuple(map(_title, LETTERS, self._divisions)),
            members=share.members if share else None,
            rate=share.rate if share else None,
            boards=boards or {},
        )

    @property
    def _divisions(self) -> Sequence[Division]:
        return self._contest.rounds[-1].rules.divisions

    def _lines(self, counts: Counts) -> list[Line]:
        """Return a line for each body right below the owner: that is there, or has people."""
        there = units.get_children(self._owner.code, on=self._on)
        cards = {card.id: card for card in [*there, *self._ended(counts)]}
        scope = scopes_of(self._contest)[self._number]
        ids = {card.code: card.id for card in cards.values()}
        own = {one: counts[one] for one in cards if one in counts}
        board: Sequence[Mapping[str, Any]] = rows_from(scope, own, own, on=self._on)
        rows = {ids[row["unit"]["code"]]: row for row in board}
        divisions = self._divisions_of(list(cards))
        at_zero = self._shares({one.id: 0 for one in there if one.id not in rows})
        # Those with people come in the order of the board, then the others by name.
        taking_part = [_line(cards[one], row, divisions.get(one)) for one, row in rows.items()]
        return taking_part + [
            _line(
                cards[one],
                {} if share is None else {"members": share.members, "rate_centi": share.rate},
                divisions.get(one),
            )
            for one, share in at_zero.items()
        ]

    def _ended(self, counts: Counts) -> Sequence[UnitCard]:
        """Return bodies that are not there any more and of which somebody took part."""
        below = select(Unit.id).where(Unit.parent_id == self._owner.id)
        ids = [one for one in db.session.scalars(below) if one in counts]
        return list(units.get_cards(ids, on=self._on).values())

    def _divisions_of(self, ids: Sequence[int]) -> Mapping[int | None, int | None]:
        if not self._divisions:
            return {}
        return contests.find_divisions(self._contest.rounds[-1].rules, ids)

    def _shares(self, people: Mapping[int, int]) -> Mapping[int, Participation | None]:
        """Return unit → what share of its members these are, as boards say it."""
        locked = head_counts.get_locked_counts(people.keys(), by=self._last_day)
        return {one: participation(count, [locked.get(one)]) for one, count in people.items()}

    @property
    def _last_day(self) -> date:
        rounds = [one for one in self._contest.rounds if self._number in {0, one.number}]
        return day_in_vietnam(max(one.window.closes_at for one in rounds))


def _line(card: UnitCard, row: Mapping[str, object], division: int | None) -> Line:
    """Return the line of a body; `row` is that of the board, empty without people."""
    return Line(
        code=card.code,
        name=card.name,
        kind=card.kind,
        people=int(str(row.get("people", 0))),
        attempts=int(str(row.get("attempts", 0))),
        members=_known(row.get("members")),
        rate=_known(row.get("rate_centi")),
        has_ended=card.has_ended,
        has_people="people" in row,
        division=division,
    )


def _known(value: object) -> int | None:
    return None if value is None else int(str(value))


def _all_of(counts: Counts) -> Count:
    """Return everybody: the roots of all trees, and people whose unit is not known yet."""
    roots = db.session.scalars(select(Unit.id).where(Unit.parent_id.is_(None)))
    whole = Count()
    for one in (NO_UNIT, *roots):
        whole.add_count(counts.get(one, Count()), 1)
    return whole


def _title(letter: str, division: Division) -> str:
    return f"Bảng {letter}: {division.title}"
