"""What an organiser may see and do, by role and by place in the tree of units."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from quizapp.errors import NotFound
from quizapp.people.errors import NotYourRole
from quizapp.people.roles import Role
from quizapp.people.rules.policy import POLICY, Permission, permissions_of, who_may
from quizapp.people.service.cards import OrganiserCard
from quizapp.units import service as units
from quizapp.units.service import UnitCard
from quizapp.vietnamese import day_in_vietnam

SEES = who_may(Permission.SEE_PEOPLE)
ASSIGNS = who_may(Permission.ASSIGN_UNITS)
DECIDES = who_may(Permission.DECIDE)
RUNS = who_may(Permission.RUN_CONTESTS)
WRITES_QUESTIONS = who_may(Permission.WRITE_QUESTIONS)
HELPS = who_may(Permission.HELP_PEOPLE)
READS_AUDIT = who_may(Permission.READ_AUDIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far an organiser's right goes in something that a unit owns.

    `is_everybody`: everyone in it, whatever their unit; else those of `unit_ids` and below only.
    """

    actor: str
    unit_ids: tuple[int, ...]
    is_everybody: bool

    def check(self, unit_id: int | None) -> None:
        """Raise NotFound unless somebody of this unit (None: of none known) is within reach."""
        if not self.has(unit_id):
            raise NotFound

    def has(self, unit_id: int | None) -> bool:
        """Say whether somebody of this unit (None: of none known) is within reach."""
        if self.is_everybody:
            return True
        return unit_id is not None and bool(
            set(units.get_ancestor_ids(unit_id)) & set(self.unit_ids)
        )


def get_reach(
    organiser: OrganiserCard, owner_unit_id: int, *, roles: Collection[Role] = SEES
) -> Reach:
    """Return how far these roles of an organiser go in what `owner_unit_id` owns.

    A grant at the owner or above it reaches everybody; one below the owner reaches its own subtree.
    Raises NotFound when no grant meets the owner's subtree, NotYourRole when none has the role.
    """
    line = set(units.get_ancestor_ids(owner_unit_id))
    near = [
        grant
        for grant in organiser.grants
        if grant.unit_id in line or owner_unit_id in units.get_ancestor_ids(grant.unit_id)
    ]
    if not near:
        raise NotFound
    fitting = [grant.unit_id for grant in near if grant.role in roles]
    if not fitting:
        raise NotYourRole
    return Reach(
        actor=f"organiser:{organiser.id}",
        unit_ids=tuple(fitting),
        is_everybody=not line.isdisjoint(fitting),
    )


def sees(organiser: OrganiserCard, owner_unit_id: int) -> bool:
    """Tell whether the organiser may look at people in what `owner_unit_id` owns."""
    try:
        get_reach(organiser, owner_unit_id)
    except (NotFound, NotYourRole):
        return False
    return True


def roles_at(organiser: OrganiserCard, unit_id: int) -> frozenset[Role]:
    """Return the roles an organiser has over all of a unit: granted at it or above it."""
    line = set(units.get_ancestor_ids(unit_id))
    return frozenset(grant.role for grant in organiser.grants if grant.unit_id in line)


def has_role(organiser: OrganiserCard, unit_id: int, role: Role) -> bool:
    """Tell whether the organiser has the role over all of a unit."""
    return role in roles_at(organiser, unit_id)


def may(organiser: OrganiserCard, permission: Permission, unit_id: int) -> bool:
    """Tell whether the organiser has the permission over all of a unit."""
    return permission in permissions_of(roles_at(organiser, unit_id))


def may_somewhere(organiser: OrganiserCard, permission: Permission) -> bool:
    """Tell whether the organiser has the permission in any unit: what a home page offers."""
    return bool(who_may(permission) & {grant.role for grant in organiser.grants})


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """A role in the subtree of a unit, with what it lets its holder do, in a fixed order."""

    unit: UnitCard
    role: Role
    permissions: tuple[Permission, ...]


def get_rights(organiser: OrganiserCard, *, at: datetime) -> list[Right]:
    """Return what an organiser was granted, unit by unit."""
    cards = units.get_cards({grant.unit_id for grant in organiser.grants}, on=day_in_vietnam(at))
    return [
        Right(
            unit=cards[grant.unit_id],
            role=grant.role,
            permissions=tuple(one for one in Permission if one in POLICY[grant.role]),
        )
        for grant in organiser.grants
    ]


def get_unit_ids_where(organiser: OrganiserCard, permission: Permission) -> tuple[int, ...]:
    """Return the units at which a grant gives the permission, each once, in order of id."""
    roles = who_may(permission)
    return tuple(sorted({grant.unit_id for grant in organiser.grants if grant.role in roles}))


def reaches(
    organiser: OrganiserCard, owner_unit_id: int, unit_id: int | None, *, roles: Collection[Role]
) -> bool:
    """Tell whether these roles of the organiser reach somebody of a unit (None: of none known)."""
    try:
        return get_reach(organiser, owner_unit_id, roles=roles).has(unit_id)
    except (NotFound, NotYourRole):
        return False
