"""What the forms of people and invitations send."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.identity.accounts.schemas import Address
from cutwater.identity.core.roles import Role
from cutwater.kernel.wire import Body, Line, Revision, Text


class JoinForm(Body):
    """An account for somebody who was invited; empty for somebody who is signed in."""

    name: Annotated[Line, Field(max_length=120)] = ""
    password: Annotated[Text, Field(max_length=200)] = ""


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
