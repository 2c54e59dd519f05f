"""Who may change whose place."""

import pytest

from cutwater.identity.core.roles import Role, grants_of
from cutwater.identity.members.permissions import to_change_role, to_end
from cutwater.kernel.actor import Actor


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
