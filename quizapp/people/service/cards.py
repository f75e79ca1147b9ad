"""What other features and pages get to see of people."""

from dataclasses import dataclass
from datetime import datetime

from quizapp.people.models import PersonState, Role


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonCard:
    """A contestant in one contest. Show `shown_name` to others, `name` only to the person.

    Exactly one of `unit_id` and `unit_text` (the person's own words) is set.
    """

    id: int
    public_id: bytes
    contest_id: int
    name: str
    shown_name: str
    unit_id: int | None
    unit_text: str | None
    state: PersonState


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


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCard:
    """One signed-in browser of an organiser; `is_this` marks the one that asks."""

    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    is_this: bool
