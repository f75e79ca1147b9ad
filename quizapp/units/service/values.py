"""What the rest of the product sees of a unit."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitCard:
    """A unit as it was called on a day.

    Before its first day it carries its first name, after its last day its last one.
    """

    id: int
    code: str
    name: str
    name_en: str | None
    kind: str
    parent_id: int | None
    has_ended: bool
    sort_key: bytes  # of its name


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitMarks:
    """What a unit keeps through all its names: every code that finds it, and its kind."""

    codes: frozenset[str]
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """What a load did, in units (a body under two names is one), and which successors it awaits."""

    new: int
    changed: int
    unchanged: int
    awaited: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckReport:
    """What is wrong in the tree, one line each, and how much was looked at."""

    faults: tuple[str, ...]
    units: int
    names: int
    bodies: int
