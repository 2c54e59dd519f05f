"""The verbs of identity, by noun."""

from cutwater.identity.service.accounts import create_admin, set_account_active, set_active_by_email, sign_up
from cutwater.identity.service.invitations import invite
from cutwater.identity.service.keys import create_api_key
from cutwater.identity.service.organizations import create_organization
from cutwater.identity.service.people import act_as, add_member
from cutwater.identity.service.teams import add_team_member, create_team

__all__ = [
    "act_as",
    "add_member",
    "add_team_member",
    "create_admin",
    "create_api_key",
    "create_organization",
    "create_team",
    "invite",
    "set_account_active",
    "set_active_by_email",
    "sign_up",
]
