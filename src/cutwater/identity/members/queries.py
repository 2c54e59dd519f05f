"""Open invitations."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import Rows
from cutwater.identity.members.models import Invitation

# ---------------------------------------------------------------- invitations, keys, sessions


def invitations() -> Rows:
    """Open invitations, newest first."""
    return (
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
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )


async def open_invitation_for_update(
    tx: AsyncSession, *, id: UUID | None = None, email: str = ""
) -> Invitation | None:
    """An invitation that is neither accepted nor withdrawn, locked."""
    statement = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    wanted = Invitation.id == id if id is not None else Invitation.email == email
    found: Invitation | None = await tx.scalar(
        statement.where(wanted).with_for_update().execution_options(populate_existing=True)
    )
    return found
