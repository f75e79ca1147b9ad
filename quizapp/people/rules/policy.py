"""Which role may do what: the one table that every page of organisers asks. Pure.

A role holds in the subtree of the unit it was granted at; `people/service/access` knows the tree.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from quizapp.people.roles import Role


class Permission(StrEnum):
    """One kind of thing that pages of organisers let people see or do."""

    SEE_CONTESTS = "see_contests"
    RUN_CONTESTS = "run_contests"
    SEE_PEOPLE = "see_people"
    ASSIGN_UNITS = "assign_units"
    HELP_PEOPLE = "help_people"
    DECIDE = "decide"
    COUNT_MEMBERS = "count_members"
    WRITE_QUESTIONS = "write_questions"
    SEE_EXACT_COUNTS = "see_exact_counts"
    """Also while people predict them (invariant 4)."""
    READ_AUDIT = "read_audit"
    GRANT_ROLES = "grant_roles"


P = Permission
POLICY: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(
        {
            P.SEE_CONTESTS,
            P.RUN_CONTESTS,
            P.SEE_PEOPLE,
            P.ASSIGN_UNITS,
            P.HELP_PEOPLE,
            P.DECIDE,
            P.COUNT_MEMBERS,
            P.WRITE_QUESTIONS,
            P.READ_AUDIT,
            P.GRANT_ROLES,
        }
    ),
    Role.ORGANISER: frozenset(
        {
            P.SEE_CONTESTS,
            P.RUN_CONTESTS,
            P.SEE_PEOPLE,
            P.ASSIGN_UNITS,
            P.HELP_PEOPLE,
            P.DECIDE,
            P.COUNT_MEMBERS,
            P.WRITE_QUESTIONS,
        }
    ),
    Role.QUESTION_WRITER: frozenset({P.SEE_CONTESTS, P.WRITE_QUESTIONS}),
    Role.HELP_DESK: frozenset({P.SEE_CONTESTS, P.SEE_PEOPLE, P.ASSIGN_UNITS, P.HELP_PEOPLE}),
    Role.AUDITOR: frozenset({P.SEE_CONTESTS, P.SEE_PEOPLE, P.SEE_EXACT_COUNTS, P.READ_AUDIT}),
    Role.VIEWER: frozenset({P.SEE_CONTESTS}),
}


def who_may(permission: Permission) -> frozenset[Role]:
    """Return the roles that have a permission."""
    return frozenset(role for role, has in POLICY.items() if permission in has)


def permissions_of(roles: Collection[Role]) -> frozenset[Permission]:
    """Return everything that somebody with these roles may do in one place."""
    return frozenset().union(*(POLICY[role] for role in roles))


def grantable_by(roles: Collection[Role]) -> tuple[Role, ...]:
    """Return the roles that somebody with `roles` in a place may give and take there, in order.

    Nobody gives more than they have: an owner who is no auditor makes no auditor.
    """
    own = permissions_of(roles)
    if Permission.GRANT_ROLES not in own:
        return ()
    return tuple(role for role in Role if POLICY[role] <= own)
