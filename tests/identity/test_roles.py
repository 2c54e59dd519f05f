"""The permission table, typed again by hand from the product's page."""

import pytest

from cutwater.identity import permissions
from cutwater.identity.roles import (
    KEY_SCOPES,
    MEANING,
    ROLE_GRANTS,
    SCOPE_MEANING,
    Role,
    grants_of,
    narrowed,
    outranks,
)
from cutwater.kernel.actor import Actor, Grant

#                     VIEWER MEMBER MANAGER ADMIN OWNER superadmin
TABLE = {
    Grant.READ: (True, True, True, True, True, True),
    Grant.CONTRIBUTE: (False, True, True, True, True, True),
    Grant.PILOT: (False, False, True, True, True, True),
    Grant.SEE_PEOPLE: (False, True, True, True, True, True),
    Grant.MANAGE_TEAMS: (False, False, True, True, True, True),
    Grant.ADMINISTER: (False, False, False, True, True, True),
    Grant.READ_AUDIT: (False, False, True, True, True, True),
    Grant.OWN: (False, False, False, False, True, True),
    Grant.PLATFORM: (False, False, False, False, False, True),
}
ORDER = (Role.VIEWER, Role.MEMBER, Role.MANAGER, Role.ADMIN, Role.OWNER)


@pytest.mark.parametrize("grant", list(Grant))
def test_each_role_holds_exactly_its_row(grant: Grant) -> None:
    held = tuple(grant in grants_of(role) for role in ORDER)
    assert (*held, grant in grants_of(None, is_superadmin=True)) == TABLE[grant]


def test_every_role_and_scope_is_explained() -> None:
    assert set(ROLE_GRANTS) == set(MEANING) == set(Role)
    assert set(SCOPE_MEANING) == set(KEY_SCOPES)


def test_a_stranger_holds_nothing() -> None:
    assert grants_of(None) == frozenset()
    assert grants_of("") == frozenset()


def test_the_auditor_grant_adds_the_log_and_nothing_else() -> None:
    for role in ORDER:
        assert grants_of(role, is_auditor=True) == grants_of(role) | {Grant.READ_AUDIT}


def test_a_scope_takes_away_and_never_adds() -> None:
    member = grants_of(Role.MEMBER)
    assert narrowed(member, ["read"]) == {Grant.READ}
    assert narrowed(member, ["read", "administer", "pilot"]) == {Grant.READ}
    assert narrowed(member, []) == frozenset()
    assert narrowed(member, ["nonsense"]) == frozenset()


def test_no_key_ever_owns_the_organization_or_the_platform() -> None:
    everything = grants_of(Role.OWNER, is_superadmin=True)
    left = narrowed(everything, [grant.value for grant in Grant])
    assert left == set(KEY_SCOPES)
    assert not left & {Grant.OWN, Grant.PLATFORM}


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
        (Role.ADMIN, "MEMBER", "OWNER", 1, ["permission.own"]),
        (Role.ADMIN, "OWNER", "ADMIN", 2, ["permission.own"]),
        (Role.ADMIN, "OWNER", "ADMIN", 1, ["permission.own", "owner.last"]),
        (Role.OWNER, "OWNER", "ADMIN", 2, []),
        (Role.OWNER, "OWNER", "ADMIN", 1, ["owner.last"]),
        (Role.OWNER, "OWNER", "OWNER", 1, []),
        (Role.OWNER, "ADMIN", "OWNER", 1, []),
        (Role.MANAGER, "MEMBER", "VIEWER", 1, ["permission.administer"]),
        (Role.VIEWER, "MEMBER", "OWNER", 1, ["permission.own"]),
    ],
)
def test_who_changes_which_role(role: Role, was: str, now: str, owners: int, codes: list[str]) -> None:
    found = permissions.to_change_role(actor(role), was, now, owners=owners)
    assert [each.code for each in found] == codes


@pytest.mark.parametrize(
    ("role", "ending", "is_self", "owners", "codes"),
    [
        (Role.VIEWER, "VIEWER", True, 1, []),
        (Role.OWNER, "OWNER", True, 1, ["owner.last"]),
        (Role.OWNER, "OWNER", True, 2, []),
        (Role.ADMIN, "MEMBER", False, 1, []),
        (Role.ADMIN, "OWNER", False, 2, ["permission.own"]),
        (Role.MEMBER, "VIEWER", False, 1, ["permission.administer"]),
    ],
)
def test_who_ends_whose_membership(
    role: Role, ending: str, is_self: bool, owners: int, codes: list[str]
) -> None:
    found = permissions.to_end(actor(role), ending, is_self=is_self, owners=owners)
    assert [each.code for each in found] == codes


def test_a_key_is_made_within_own_rights_by_a_person() -> None:
    assert permissions.to_make_key(actor(Role.MEMBER), ["read", "contribute"], is_service=False) == []
    beyond = permissions.to_make_key(actor(Role.MEMBER), ["read", "pilot"], is_service=False)
    assert [each.code for each in beyond] == ["permission.scope"]
    assert "pilot" in beyond[0].text
    viewer = permissions.to_make_key(actor(Role.VIEWER), ["read"], is_service=False)
    assert [each.code for each in viewer] == ["permission.contribute"]
    service = permissions.to_make_key(actor(Role.MANAGER), ["read"], is_service=True)
    assert [each.code for each in service] == ["permission.administer"]
    key = permissions.to_make_key(actor(Role.ADMIN, kind="api_key"), ["read"], is_service=False)
    assert [each.code for each in key] == ["permission.person"]
