"""Head counts of units, entered and locked by organisers within what they were granted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from quizapp.people.errors import NotYourRole
from quizapp.people.rules.policy import Permission
from quizapp.people.service.access import may, may_somewhere
from quizapp.people.service.cards import OrganiserCard
from quizapp.people.service.helping import get_actor_names
from quizapp.units import service as units
from quizapp.units.errors import BadHeadCount, NoUnitInReach, NoUnitLike
from quizapp.units.rules.head_counts import read_day, read_members, read_source
from quizapp.units.service import UnitCard, head_counts
from quizapp.units.service.head_counts import CountCard
from quizapp.vietnamese import day_in_vietnam

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedCount:
    """What an organiser typed about a unit's members; `unit` is a code or words of a name."""

    unit: str
    members: str
    counted_on: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CountLine:
    """A head count with the unit it is of; `locker` is the name of who locked it, "" of nobody."""

    unit: UnitCard
    count: CountCard
    locker: str


def enter_count(organiser: OrganiserCard, typed: TypedCount, *, at: datetime) -> None:
    """Write a count of a unit at or below one granted.

    Raises UnclearUnit, NoUnitInReach (alike for units that are not there), NotYourRole,
    BadHeadCount, CountLocked.
    """
    unit, actor = _unit(organiser, typed.unit, at=at)
    members = _read(read_members, typed.members)
    counted_on, source = _read(read_day, typed.counted_on), _read(read_source, typed.source)
    if counted_on > day_in_vietnam(at):
        raise BadHeadCount(problem=f"ngày {counted_on:%d/%m/%Y} chưa đến")
    head_counts.enter_count(unit.id, members, counted_on, source, actor=actor, at=at)


def lock_count(organiser: OrganiserCard, typed: TypedCount, *, at: datetime) -> None:
    """Lock a count of a unit at or below one granted. Raises as `enter_count`, and NoSuchCount."""
    unit, actor = _unit(organiser, typed.unit, at=at)
    head_counts.lock_count(unit.id, _read(read_day, typed.counted_on), actor=actor, at=at)


def get_counts(organiser: OrganiserCard, *, at: datetime) -> Sequence[CountLine]:
    """Return the counts of the units granted and of their children, open ones first."""
    found = head_counts.get_counts_within({grant.unit_id for grant in organiser.grants})
    cards = units.get_cards({one.unit_id for one in found}, on=day_in_vietnam(at))
    names = get_actor_names({one.locked_by for one in found if one.locked_by})
    return [
        CountLine(unit=cards[one.unit_id], count=one, locker=names.get(one.locked_by or "", ""))
        for one in found
    ]


def _unit(organiser: OrganiserCard, typed: str, *, at: datetime) -> tuple[UnitCard, str]:
    """Return the unit named and the actor; only a grant at the unit or above it reaches it."""
    if not may_somewhere(organiser, Permission.COUNT_MEMBERS):
        raise NotYourRole
    try:
        unit = units.find_unit_named(
            typed,
            on=day_in_vietnam(at),
            reaches=lambda unit_id: may(organiser, Permission.COUNT_MEMBERS, unit_id),
        )
    except NoUnitLike as refusal:
        raise NoUnitInReach(**refusal.facts) from None
    return unit, f"organiser:{organiser.id}"


def _read(reader: Callable[[str], T], text: str) -> T:
    try:
        return reader(text)
    except ValueError as error:
        raise BadHeadCount(problem=str(error)) from error
