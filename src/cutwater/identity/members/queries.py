"""Open invitations."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.members.models import Invitation
from cutwater.kernel.reader import Rows


class InvitationRow(NamedTuple):
    """An invitation that is neither accepted nor withdrawn."""

    id: UUID
    email: str
    role: str
    created_at: datetime
    expires_at: datetime
    invited_by: UUID | None
    inviter: str | None


def invitations() -> Rows[InvitationRow]:
    """Open invitations, newest first."""
    return Rows(
        InvitationRow,
        select(
            Invitation.id,
            Invitation.email,
            Invitation.role,
            Invitation.created_at,
            Invitation.expires_at,
            Invitation.invited_by,
            UserAccount.name.label("inviter"),
        )
        .outerjoin(UserAccount, UserAccount.id == Invitation.invited_by)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id),
    )


def invitation(id: UUID) -> Rows[InvitationRow]:
    """One of them."""
    return invitations().where(Invitation.id == id)
