"""Who may do what: the roles of the permission table, and what an API key may be given. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from cutwater.kernel.grants import EVERY_GRANT, IN_ORGANIZATION, TABLE, Grant


class Role(StrEnum):
    """What a person is in one organization, highest first."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    MEMBER = "MEMBER"
    VIEWER = "VIEWER"


MEANING: dict[Role, str] = {
    Role.OWNER: "Everything, including deleting the organization and naming owners",
    Role.ADMIN: "Manages people, invitations, service keys, sites and integrations",
    Role.MANAGER: "Pilots runs, forces moves, manages teams, services, sprints and runbooks",
    Role.MEMBER: "Creates and moves releases, executes the steps of their teams",
    Role.VIEWER: "Reads",
}


def outranks(role: Role | str, other: Role | str) -> bool:
    """Whether the first role stands above the second."""
    order = list(Role)
    return order.index(Role(role)) < order.index(Role(other))


ROLE_GRANTS: dict[Role, frozenset[Grant]] = {
    role: frozenset(grant for grant in IN_ORGANIZATION if not outranks(TABLE[grant].lowest, role))
    for role in Role
}

# A key never owns an organization nor the platform, whoever made it.
KEY_SCOPES: tuple[Grant, ...] = tuple(
    grant for grant in Grant if grant not in (Grant.ORGANIZATION_OWN, Grant.PLATFORM_MANAGE)
)


def grants_of(
    role: Role | str | None, *, is_auditor: bool = False, is_superadmin: bool = False
) -> frozenset[Grant]:
    """What a membership allows; a superadmin may do everything, a stranger nothing."""
    if is_superadmin:
        return EVERY_GRANT
    if not role:
        return frozenset()
    granted = ROLE_GRANTS[Role(role)]
    return granted | {Grant.AUDIT_READ} if is_auditor else granted


def narrowed(grants: frozenset[Grant], scopes: Iterable[str]) -> frozenset[Grant]:
    """What is left of these grants under an API key's scopes; a scope adds nothing the person lacks."""
    allowed = {scope.value for scope in KEY_SCOPES}.intersection(scopes)
    return frozenset(grant for grant in grants if grant.value in allowed)
