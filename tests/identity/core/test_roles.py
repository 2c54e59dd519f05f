"""The permission table."""

import pytest

from cutwater.identity.core.roles import KEY_SCOPES, MEANING, ROLE_GRANTS, Role, grants_of, narrowed, outranks
from cutwater.kernel import grants
from cutwater.kernel.grants import HELD_BY, TABLE, Grant, by_resource
from tests.test_authorization_matrix import HOLDERS

ORDER = (Role.VIEWER, Role.MEMBER, Role.MANAGER, Role.ADMIN, Role.OWNER)


@pytest.mark.parametrize("grant", list(Grant))
def test_each_role_holds_exactly_its_row(grant: Grant) -> None:
    held = {role.value for role in ORDER if grant in grants_of(role)}
    held |= {"SUPERADMIN"} if grant in grants_of(None, is_superadmin=True) else set()
    held |= {"AUDITOR"} if grant in grants_of(Role.VIEWER, is_auditor=True) else set()
    assert held == HOLDERS[grant.value]


def test_every_role_and_scope_is_explained() -> None:
    assert set(ROLE_GRANTS) == set(MEANING) == set(Role)
    assert set(TABLE) == set(HELD_BY) == set(Grant)
    assert all(held.meaning and held.lowest in grants.HOLDERS for held in TABLE.values())


def test_who_holds_a_word_is_said_from_the_table() -> None:
    assert HELD_BY[Grant.RELEASES_READ] == "every member"
    assert HELD_BY[Grant.RUNS_EXECUTE] == "members, managers, admins and owners"
    assert HELD_BY[Grant.ORGANIZATION_OWN] == "owners"
    assert "auditor grant" in HELD_BY[Grant.AUDIT_READ]


def test_words_are_grouped_by_resource_in_the_tables_order() -> None:
    found = by_resource(["runs:plan", "audit:read", "runs:read", "nonsense"])
    assert found == {"runs": [Grant.RUNS_READ, Grant.RUNS_PLAN], "audit": [Grant.AUDIT_READ]}


def test_a_stranger_holds_nothing() -> None:
    assert grants_of(None) == frozenset()
    assert grants_of("") == frozenset()


def test_the_auditor_grant_adds_the_log_and_nothing_else() -> None:
    for role in ORDER:
        assert grants_of(role, is_auditor=True) == grants_of(role) | {Grant.AUDIT_READ}


def test_a_scope_takes_away_and_never_adds() -> None:
    member = grants_of(Role.MEMBER)
    assert narrowed(member, ["runs:read"]) == {Grant.RUNS_READ}
    assert narrowed(member, ["runs:read", "people:manage", "runs:pilot"]) == {Grant.RUNS_READ}
    assert narrowed(member, []) == frozenset()
    assert narrowed(member, ["nonsense"]) == frozenset()


def test_no_key_ever_owns_the_organization_or_the_platform() -> None:
    everything = grants_of(Role.OWNER, is_superadmin=True)
    left = narrowed(everything, [grant.value for grant in Grant])
    assert left == set(KEY_SCOPES)
    assert not left & {Grant.ORGANIZATION_OWN, Grant.PLATFORM_MANAGE}


def test_roles_are_ranked() -> None:
    assert outranks("OWNER", "ADMIN")
    assert not outranks(Role.VIEWER, Role.MEMBER)
    assert not outranks(Role.ADMIN, Role.ADMIN)
