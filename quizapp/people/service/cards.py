"""What other features and pages get to see of people."""

from dataclasses import dataclass
from datetime import datetime

from quizapp.people.models import PersonState
from quizapp.people.roles import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonCard:
    """A contestant in one contest. Show `shown_name` to others, `name` only to the person.

    Exactly one of `unit_id` and `unit_text` (the person's own words) is set: what was declared.
    """

    id: int
    public_id: bytes
    contest_id: int
    name: str
    shown_name: str
    unit_id: int | None
    unit_text: str | None
    state: PersonState
    unit_assigned_id: int | None = None
    merged_into_id: int | None = None

    @property
    def unit_counted_id(self) -> int | None:
        """Return the unit this person counts for: the one assigned, else the one declared."""
        return self.unit_id if self.unit_assigned_id is None else self.unit_assigned_id


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantCard:
    """A role in the subtree of a unit."""

    unit_id: int
    role: Role


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganiserCard:
    """A signed-in organiser; grants by unit, then role."""

    id: int
    name: str
    grants: tuple[GrantCard, ...]
    has_second_step: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCard:
    """One signed-in browser of an organiser; `is_this` marks the one that asks.

    `ref` names it among the organiser's own; it opens nothing.
    """

    ref: str
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    is_this: bool
