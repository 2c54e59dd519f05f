"""Who acts in an open transaction, and whose rows it sees.

Only identity changes it: elsewhere the actor decides, once.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.kernel.actor import Actor
from cutwater.kernel.grants import Grant

_SCOPE = text("select set_config('app.organization', :o, true), set_config('app.user', :u, true)")


async def enter(
    tx: AsyncSession, *, organization_id: UUID | None = None, user_id: UUID | None = None
) -> None:
    """Go on as this person and in this organization; what is not given stays as it is."""
    await tx.flush()
    if organization_id is not None:
        tx.info["organization"] = str(organization_id)
    if user_id is not None:
        tx.info["user"] = str(user_id)
    await tx.execute(_SCOPE, {"o": tx.info.get("organization", ""), "u": tx.info.get("user", "")})


@asynccontextmanager
async def inside(
    tx: AsyncSession, *, organization_id: UUID | None = None, user_id: UUID | None = None
) -> AsyncIterator[None]:
    """The same for a few statements, and back."""
    before = {"organization": tx.info.get("organization", ""), "user": tx.info.get("user", "")}
    await enter(tx, organization_id=organization_id, user_id=user_id)
    yield
    await tx.flush()
    tx.info.update(before)
    await tx.execute(_SCOPE, {"o": before["organization"], "u": before["user"]})


def organization_of(tx: AsyncSession) -> UUID | None:
    """The organization the transaction is in."""
    organization = tx.info.get("organization", "")
    return UUID(organization) if organization else None


def person_actor(account: UserAccount) -> Actor:
    """Somebody acting for themselves, outside every organization."""
    return Actor(
        kind="user",
        id=account.id,
        name=account.name,
        zone=account.zone,
        locale=account.locale,
        user_id=account.id,
        grants=frozenset(Grant) if account.is_superadmin else frozenset(),
    )
