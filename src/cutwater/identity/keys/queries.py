"""API keys as lists show them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE, Rows
from cutwater.identity.keys.models import ApiKey
from cutwater.kernel.errors import NotFound


def api_keys(*, user_id: UUID | None = None) -> Rows:
    """Keys that are not revoked: a person's, or all of the organization with their holders."""
    statement = (
        select(
            ApiKey.id,
            ApiKey.name,
            ApiKey.start,
            ApiKey.scopes,
            ApiKey.role,
            ApiKey.user_id,
            ApiKey.created_at,
            ApiKey.expires_at,
            ApiKey.last_used_at,
            UserAccount.name.label("holder"),
        )
        .outerjoin(UserAccount, UserAccount.id == ApiKey.user_id)
        .where(ApiKey.organization_id == HERE, ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.created_at.desc(), ApiKey.id)
    )
    return statement.where(ApiKey.user_id == user_id) if user_id is not None else statement


async def api_key_for_update(tx: AsyncSession, id: UUID) -> ApiKey:
    """A key that is not revoked, locked."""
    found = await tx.scalar(
        select(ApiKey)
        .where(ApiKey.id == id, ApiKey.organization_id == HERE, ApiKey.revoked_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This key")
    return found
