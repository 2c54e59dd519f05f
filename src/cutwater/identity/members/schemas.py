"""What the API takes and gives of members and invitations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.identity.accounts.schemas import Address
from cutwater.identity.core.roles import Role
from cutwater.kernel.wire import Body, Out


class MemberRead(Out):
    """A person of the organization."""

    id: UUID
    name: str
    email: str
    username: str
    role: Role
    is_auditor: bool
    revision: int
    joined_at: datetime
    ended_at: datetime | None


class MemberChange(Body):
    """Another role, or the auditor grant."""

    role: Role | None = None
    is_auditor: bool | None = None


class InvitationRead(Out):
    """An open invitation."""

    id: UUID
    email: str
    role: Role
    inviter: str | None
    created_at: datetime
    expires_at: datetime


class InvitationCreate(Body):
    """Whom to invite, as what, into which teams."""

    email: Address
    role: Role
    team_ids: Annotated[list[UUID], Field(max_length=50)] = []
