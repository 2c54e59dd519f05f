"""Who: organizations, people, teams, and how they get in."""

from cutwater.identity.face import names, people, person_in_organization, teams
from cutwater.identity.mails import mailed_link
from cutwater.identity.roles import Role
from cutwater.identity.service import act_as, add_member, create_organization, create_team, invite, sign_up

__all__ = [
    "Role",
    "act_as",
    "add_member",
    "create_organization",
    "create_team",
    "invite",
    "mailed_link",
    "names",
    "people",
    "person_in_organization",
    "sign_up",
    "teams",
]
