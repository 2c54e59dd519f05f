"""What can be allowed: the words of the permission table, what each means, and from which role up it is held.

A word is `resource:action`. Roles are sets of these words, and API keys are narrowed to some of them.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Grant(StrEnum):
    """One word of the permission table."""

    RELEASES_READ = "releases:read"
    RELEASES_WRITE = "releases:write"
    RELEASES_FORCE = "releases:force"
    RELEASES_CONFIGURE = "releases:configure"
    SERVICES_WRITE = "services:write"
    ENVIRONMENTS_WRITE = "environments:write"
    FREEZES_WRITE = "freezes:write"
    GROUPS_WRITE = "groups:write"
    ISSUES_WRITE = "issues:write"
    SPRINTS_READ = "sprints:read"
    SPRINTS_WRITE = "sprints:write"
    PLANNING_READ = "planning:read"
    PLANNING_WRITE = "planning:write"
    PLANNING_OWN = "planning:own"
    RUNBOOKS_READ = "runbooks:read"
    RUNBOOKS_WRITE = "runbooks:write"
    RUNBOOKS_PUBLISH = "runbooks:publish"
    RUNS_READ = "runs:read"
    RUNS_EXECUTE = "runs:execute"
    RUNS_PILOT = "runs:pilot"
    RUNS_PLAN = "runs:plan"
    REPORTS_READ = "reports:read"
    REPORTS_SHARE = "reports:share"
    PEOPLE_READ = "people:read"
    PEOPLE_MANAGE = "people:manage"
    TEAMS_MANAGE = "teams:manage"
    SITES_MANAGE = "sites:manage"
    NOTIFICATIONS_CONFIGURE = "notifications:configure"
    ORGANIZATION_CONFIGURE = "organization:configure"
    ORGANIZATION_OWN = "organization:own"
    AUDIT_READ = "audit:read"
    PLATFORM_MANAGE = "platform:manage"

    @property
    def resource(self) -> str:
        return self.value.partition(":")[0]

    @property
    def action(self) -> str:
        return self.value.partition(":")[2]


class Held(NamedTuple):
    """The lowest role that holds a grant, and what the grant lets its holder do."""

    lowest: str
    meaning: str


HOLDERS = {
    "VIEWER": "every member",
    "MEMBER": "members, managers, admins and owners",
    "MANAGER": "managers, admins and owners",
    "ADMIN": "admins and owners",
    "OWNER": "owners",
    "SUPERADMIN": "platform superadmins",
}
TABLE: dict[Grant, Held] = {
    Grant.RELEASES_READ: Held("VIEWER", "See releases, services, environments and freezes"),
    Grant.RELEASES_WRITE: Held("MEMBER", "Create, edit, move and comment on releases"),
    Grant.RELEASES_FORCE: Held("MANAGER", "Force a move or override a freeze"),
    Grant.RELEASES_CONFIGURE: Held("MANAGER", "Change what a stage requires"),
    Grant.SERVICES_WRITE: Held("MANAGER", "Add, edit and delete services"),
    Grant.ENVIRONMENTS_WRITE: Held("MANAGER", "Add, edit and delete environments"),
    Grant.FREEZES_WRITE: Held("MANAGER", "Plan, edit and delete freezes"),
    Grant.GROUPS_WRITE: Held("MANAGER", "Plan and order deployment groups"),
    Grant.ISSUES_WRITE: Held("MEMBER", "Create, edit and delete issues"),
    Grant.SPRINTS_READ: Held("VIEWER", "See sprints, issues, imports and sites"),
    Grant.SPRINTS_WRITE: Held("MANAGER", "Plan, fill and close sprints, import issues, map fields"),
    Grant.PLANNING_READ: Held("VIEWER", "See capacity and queues"),
    Grant.PLANNING_WRITE: Held("MANAGER", "Change capacity and queues"),
    Grant.PLANNING_OWN: Held("MEMBER", "Change your own availability"),
    Grant.RUNBOOKS_READ: Held("VIEWER", "See runbooks and their versions"),
    Grant.RUNBOOKS_WRITE: Held("MANAGER", "Create, edit and import runbooks"),
    Grant.RUNBOOKS_PUBLISH: Held("MANAGER", "Publish a runbook version"),
    Grant.RUNS_READ: Held("VIEWER", "See migrations, runs and their steps"),
    Grant.RUNS_EXECUTE: Held("MEMBER", "Work on your own and your teams' steps"),
    Grant.RUNS_PILOT: Held("MANAGER", "Start and end runs, work on every step, override"),
    Grant.RUNS_PLAN: Held("MANAGER", "Plan migrations and runs"),
    Grant.REPORTS_READ: Held("VIEWER", "See reports"),
    Grant.REPORTS_SHARE: Held("MANAGER", "Share and embed reports by link"),
    Grant.PEOPLE_READ: Held("MEMBER", "See people and teams"),
    Grant.PEOPLE_MANAGE: Held("ADMIN", "Invite people, change roles, deactivate people"),
    Grant.TEAMS_MANAGE: Held("MANAGER", "Manage teams and who is in them"),
    Grant.SITES_MANAGE: Held("ADMIN", "Connect Jira sites and other integrations"),
    Grant.NOTIFICATIONS_CONFIGURE: Held("ADMIN", "See and retry sent mail, set up notifications"),
    Grant.ORGANIZATION_CONFIGURE: Held("ADMIN", "Change the organization's settings and service keys"),
    Grant.ORGANIZATION_OWN: Held("OWNER", "Name owners, delete the organization"),
    Grant.AUDIT_READ: Held("MANAGER", "Read and export the audit log"),
    Grant.PLATFORM_MANAGE: Held("SUPERADMIN", "Manage the platform and all its organizations"),
}
"""The permission table of the product. Every role holds what the roles below it hold."""

HELD_BY: dict[Grant, str] = {grant: HOLDERS[held.lowest] for grant, held in TABLE.items()} | {
    Grant.AUDIT_READ: "managers, admins, owners and people with the auditor grant"
}
EVERY_GRANT = frozenset(Grant)
# what one organization can give, to its owner or to a job that works for it
IN_ORGANIZATION = EVERY_GRANT - {Grant.PLATFORM_MANAGE}


def by_resource(grants: Iterable[str]) -> dict[str, list[Grant]]:
    """Grants in the table's order, a list of actions per resource."""
    wanted = set(grants)
    found: dict[str, list[Grant]] = {}
    for grant in Grant:
        if grant.value in wanted:
            found.setdefault(grant.resource, []).append(grant)
    return found
