"""What the pages' forms send."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.identity.models import TeamKind
from cutwater.identity.roles import Role
from cutwater.identity.schemas import Address, Scope, Secret, Short, Slug, Zone
from cutwater.kernel.wire import Body, Int, Line, Revision, Text


class SignUpForm(Body):
    """A new account."""

    name: Short
    email: Address
    password: Secret
    next: Line = ""


class SignInForm(Body):
    """Name and password, and where to go then."""

    login: Annotated[Line, Field(min_length=1)]
    password: Secret
    next: Line = ""


class ForgotForm(Body):
    """Whom to mail a link."""

    email: Address


class ResetForm(Body):
    """The new password."""

    password: Secret


class JoinForm(Body):
    """An account for somebody who was invited; empty for somebody who is signed in."""

    name: Annotated[Line, Field(max_length=120)] = ""
    password: Annotated[Text, Field(max_length=200)] = ""


class OrganizationForm(Body):
    """A new organization."""

    name: Short
    slug: Slug = ""


class SettingsForm(Body):
    """The organization's name and time zone."""

    name: Short
    zone: Zone
    revision: Revision | None = None


class DeleteForm(Body):
    """The typed confirmation."""

    typed_slug: Slug = ""


class MemberForm(Body):
    """A person's role and the auditor grant."""

    role: Role
    is_auditor: bool = False
    revision: Revision | None = None


class InviteForm(Body):
    """Whom to invite, as what, into which teams."""

    email: Address
    role: Role = Role.MEMBER
    team_ids: list[UUID] = []


class TeamForm(Body):
    """A team's name and kind."""

    name: Short
    kind: TeamKind = TeamKind.DISCIPLINE
    description: Annotated[Text, Field(max_length=2000)] = ""
    slug: Slug = ""
    revision: Revision | None = None


class TeamMemberForm(Body):
    """Who joins the team."""

    user_id: UUID
    is_lead: bool = False


class LeadForm(Body):
    """Lead or not."""

    is_lead: bool = False


class KeyForm(Body):
    """A new API key."""

    name: Short
    scopes: list[Scope] = []
    days: Annotated[Int, Field(ge=0, le=3650)] = 90
    service_role: Line = ""


class ProfileForm(Body):
    """What one says of oneself."""

    name: Short
    username: Annotated[Line, Field(max_length=40)]
    zone: Zone
    revision: Revision | None = None


class PasswordForm(Body):
    """The old and the new password."""

    current_password: Secret
    new_password: Secret
