"""People whom notifications tell something."""

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from tests import world


async def colleague(tx: AsyncSession, actor: Actor) -> Actor:
    """Another person in the same organization."""
    return await world.person(tx, actor, "MEMBER", "Carl")
