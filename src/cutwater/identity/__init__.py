"""Who: organizations, people, teams, and how they get in."""

from cutwater.identity.accounts.service.accounts import sign_up
from cutwater.identity.accounts.views import mailed_link, names
from cutwater.identity.core.roles import Role
from cutwater.identity.members.service.invitations import invite
from cutwater.identity.members.service.members import act_as, add_member
from cutwater.identity.organizations.service import create_organization
from cutwater.identity.organizations.views import people, person_in_organization
from cutwater.identity.teams.service import create_team
from cutwater.identity.teams.views import all_teams

__all__ = [
    "Role",
    "act_as",
    "add_member",
    "all_teams",
    "create_organization",
    "create_team",
    "invite",
    "mailed_link",
    "names",
    "people",
    "person_in_organization",
    "sign_up",
]
