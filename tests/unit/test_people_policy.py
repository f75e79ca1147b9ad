"""Which role may do what, and who may give a role to others."""

import pytest

from quizapp.people.roles import Role
from quizapp.people.rules.policy import (
    POLICY,
    Permission,
    grantable_by,
    permissions_of,
    who_may,
)
from quizapp.people.words import PERMISSION_WORDS, ROLE_WORDS


def test_the_table_has_every_role_and_every_permission_is_somebodys():
    assert set(POLICY) == set(Role)
    assert frozenset().union(*POLICY.values()) == set(Permission)


def test_every_role_and_permission_has_words_for_people():
    assert set(ROLE_WORDS) == set(Role)
    assert set(PERMISSION_WORDS) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
def test_the_roles_of_a_permission_are_those_whose_row_has_it(permission):
    assert who_may(permission) == {role for role in Role if permission in POLICY[role]}


def test_exact_counts_under_an_open_prediction_are_the_auditors_alone():
    assert who_may(Permission.SEE_EXACT_COUNTS) == {Role.AUDITOR}


@pytest.mark.parametrize("role", set(Role) - {Role.OWNER})
def test_only_an_owner_grants_anything(role):
    assert grantable_by({role}) == ()


def test_an_owner_gives_every_role_but_what_an_owner_has_not():
    assert set(grantable_by({Role.OWNER})) == set(Role) - {Role.AUDITOR}
    assert set(grantable_by({Role.OWNER, Role.AUDITOR})) == set(Role)


@pytest.mark.parametrize("given", Role)
def test_nobody_gives_more_than_they_have(given):
    for role in Role:
        if given in grantable_by({role}):
            assert POLICY[given] <= permissions_of({role})
