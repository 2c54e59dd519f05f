"""Who may do what: the permission table of the product as data. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from cutwater.kernel.actor import Grant


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

ROLE_GRANTS: dict[Role, frozenset[Grant]] = {
    Role.VIEWER: frozenset({Grant.READ}),
    Role.MEMBER: frozenset({Grant.READ, Grant.CONTRIBUTE, Grant.SEE_PEOPLE}),
    Role.MANAGER: frozenset(
        {
            Grant.READ,
            Grant.CONTRIBUTE,
            Grant.SEE_PEOPLE,
            Grant.PILOT,
            Grant.MANAGE_TEAMS,
            Grant.READ_AUDIT,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Grant.READ,
            Grant.CONTRIBUTE,
            Grant.SEE_PEOPLE,
            Grant.PILOT,
            Grant.MANAGE_TEAMS,
            Grant.READ_AUDIT,
            Grant.ADMINISTER,
        }
    ),
    Role.OWNER: frozenset(Grant) - {Grant.PLATFORM},
}

# A key never owns an organization nor the platform, whoever made it.
KEY_SCOPES: tuple[Grant, ...] = (
    Grant.READ,
    Grant.CONTRIBUTE,
    Grant.PILOT,
    Grant.SEE_PEOPLE,
    Grant.MANAGE_TEAMS,
    Grant.READ_AUDIT,
    Grant.ADMINISTER,
)

SCOPE_MEANING: dict[Grant, str] = {
    Grant.READ: "Read releases, sprints, runs and reports",
    Grant.CONTRIBUTE: "Create and move releases, issues and comments",
    Grant.PILOT: "Pilot runs, force moves, manage services and sprints",
    Grant.SEE_PEOPLE: "See people and teams",
    Grant.MANAGE_TEAMS: "Manage teams and their members",
    Grant.READ_AUDIT: "Read the audit log",
    Grant.ADMINISTER: "Manage people, invitations and integrations",
}


def grants_of(
    role: Role | str | None, *, is_auditor: bool = False, is_superadmin: bool = False
) -> frozenset[Grant]:
    """What a membership allows; a superadmin may do everything, a stranger nothing."""
    if is_superadmin:
        return frozenset(Grant)
    if not role:
        return frozenset()
    granted = ROLE_GRANTS[Role(role)]
    return granted | {Grant.READ_AUDIT} if is_auditor else granted


def narrowed(grants: frozenset[Grant], scopes: Iterable[str]) -> frozenset[Grant]:
    """What is left of these grants under an API key's scopes; a scope adds nothing the person lacks."""
    allowed = {scope.value for scope in KEY_SCOPES}.intersection(scopes)
    return frozenset(grant for grant in grants if grant.value in allowed)


def outranks(role: Role | str, other: Role | str) -> bool:
    """Whether the first role stands above the second."""
    order = list(Role)
    return order.index(Role(role)) < order.index(Role(other))
