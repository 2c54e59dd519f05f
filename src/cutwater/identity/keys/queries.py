"""API keys as lists show them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.keys.models import ApiKey
from cutwater.kernel.reader import Rows


class KeyRow(NamedTuple):
    """A key that is not revoked. With a role it is the organization's, else its holder's."""

    id: UUID
    name: str
    start: str
    scopes: list[str]
    role: str | None
    user_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    holder: str | None


def api_keys(*, user_id: UUID | None = None) -> Rows[KeyRow]:
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
    return Rows(KeyRow, statement if user_id is None else statement.where(ApiKey.user_id == user_id))


def api_key(id: UUID) -> Rows[KeyRow]:
    """One of them."""
    return api_keys().where(ApiKey.id == id)
