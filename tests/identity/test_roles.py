"""Roles and scopes against the permission table that the authorization test has typed by hand."""

import pytest

from cutwater.identity.core.roles import KEY_SCOPES, MEANING, ROLE_GRANTS, Role, grants_of, narrowed, outranks
from cutwater.identity.keys.permissions import to_make_key
from cutwater.identity.members.permissions import to_change_role, to_end
from cutwater.kernel import grants
from cutwater.kernel.actor import Actor
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


def actor(role: Role, kind: str = "user") -> Actor:
    return Actor(kind=kind, id=None, name="x", role=role, grants=grants_of(role))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "was", "now", "owners", "codes"),
    [
        (Role.ADMIN, "MEMBER", "MANAGER", 1, []),
        (Role.ADMIN, "MEMBER", "OWNER", 1, ["permission.organization.own"]),
        (Role.ADMIN, "OWNER", "ADMIN", 2, ["permission.organization.own"]),
        (Role.ADMIN, "OWNER", "ADMIN", 1, ["permission.organization.own", "owner.last"]),
        (Role.OWNER, "OWNER", "ADMIN", 2, []),
        (Role.OWNER, "OWNER", "ADMIN", 1, ["owner.last"]),
        (Role.OWNER, "OWNER", "OWNER", 1, []),
        (Role.OWNER, "ADMIN", "OWNER", 1, []),
        (Role.MANAGER, "MEMBER", "VIEWER", 1, ["permission.people.manage"]),
        (Role.VIEWER, "MEMBER", "OWNER", 1, ["permission.organization.own"]),
    ],
)
def test_who_changes_which_role(role: Role, was: str, now: str, owners: int, codes: list[str]) -> None:
    found = to_change_role(actor(role), was, now, owners=owners)
    assert [each.code for each in found] == codes


@pytest.mark.parametrize(
    ("role", "ending", "is_self", "owners", "codes"),
    [
        (Role.VIEWER, "VIEWER", True, 1, []),
        (Role.OWNER, "OWNER", True, 1, ["owner.last"]),
        (Role.OWNER, "OWNER", True, 2, []),
        (Role.ADMIN, "MEMBER", False, 1, []),
        (Role.ADMIN, "OWNER", False, 2, ["permission.organization.own"]),
        (Role.MEMBER, "VIEWER", False, 1, ["permission.people.manage"]),
    ],
)
def test_who_ends_whose_membership(
    role: Role, ending: str, is_self: bool, owners: int, codes: list[str]
) -> None:
    found = to_end(actor(role), ending, is_self=is_self, owners=owners)
    assert [each.code for each in found] == codes


def test_a_key_is_made_within_own_rights_by_a_person() -> None:
    assert to_make_key(actor(Role.MEMBER), ["runs:read", "releases:write"], is_service=False) == []
    beyond = to_make_key(actor(Role.MEMBER), ["runs:read", "runs:pilot"], is_service=False)
    assert [each.code for each in beyond] == ["permission.scope"]
    assert "runs:pilot" in beyond[0].text
    viewer = to_make_key(actor(Role.VIEWER), ["runs:read"], is_service=False)
    assert [each.code for each in viewer] == ["permission.releases.write"]
    service = to_make_key(actor(Role.MANAGER), ["runs:read"], is_service=True)
    assert [each.code for each in service] == ["permission.organization.configure"]
    key = to_make_key(actor(Role.ADMIN, kind="api_key"), ["runs:read"], is_service=False)
    assert [each.code for each in key] == ["permission.person"]
