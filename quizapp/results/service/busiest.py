"""Where the people of a contest come from, for the live room: nobody who took part is left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from quizapp.contests.service import ContestCard
from quizapp.db import db
from quizapp.errors import N_
from quizapp.said import said
from quizapp.standings.models import NO_UNIT, UnitCount
from quizapp.units import service as units

SHOWN = 20
DIRECTLY, OUTSIDE = N_("Trực tiếp ở {unit}"), N_("Đơn vị ngoài {unit}")
NOT_YET_KNOWN = N_("Đơn vị đang được xác định")

Counts = tuple[int, int]  # people, attempts


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitLine:
    """A unit, or people of none that is listed; `name` may be a sentence (`Said`)."""

    name: str
    people: int
    attempts: int


def get_busiest(contest: ContestCard, *, number: int, on: date) -> Sequence[UnitLine]:
    """Return the busiest bodies right below a contest's owner in a round, then everybody else.

    Those who belong to the owner itself, to no body below it, or to one that is not known yet,
    follow in a line each: where a catalogue ends at the owner they are all there are.
    """
    owner = units.get_cards([contest.owner_unit_id], on=on)[contest.owner_unit_id]
    root_id = units.get_ancestor_ids(owner.id)[0]
    below = {card.id: card for card in units.get_cards_below(owner.id, on=on)}
    counts = _counts(contest.id, number, {NO_UNIT, root_id, owner.id, *below})
    found = [
        _line(card.name, counts[unit_id])
        for unit_id, card in sorted(below.items())
        if unit_id in counts
    ]
    whole, own = counts.get(root_id, (0, 0)), counts.get(owner.id, (0, 0))
    others = (
        _line(said(DIRECTLY, unit=owner.name), _less(own, found)),
        _line(said(OUTSIDE, unit=owner.name), (whole[0] - own[0], whole[1] - own[1])),
        _line(said(NOT_YET_KNOWN), counts.get(NO_UNIT, (0, 0))),
    )
    busiest = sorted(found, key=lambda line: -line.people)[:SHOWN]
    return [line for line in (*busiest, *others) if line.people]


def _line(name: str, counts: Counts) -> UnitLine:
    return UnitLine(name=name, people=counts[0], attempts=counts[1])


def _less(counts: Counts, lines: Sequence[UnitLine]) -> Counts:
    people, attempts = counts
    return people - sum(one.people for one in lines), attempts - sum(one.attempts for one in lines)


def _counts(contest_id: int, number: int, unit_ids: Collection[int]) -> Mapping[int, Counts]:
    rows = db.session.execute(
        select(UnitCount.unit_id, UnitCount.people, UnitCount.attempts).where(
            UnitCount.contest_id == contest_id,
            UnitCount.round_number == number,
            UnitCount.unit_id.in_(unit_ids),
        )
    )
    return {row.unit_id: (row.people, row.attempts) for row in rows}
