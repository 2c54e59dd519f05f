"""The bank's migration: two rehearsed iterations, and the cutover in flight."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor


async def run_them(
    tx: AsyncSession, owner: Actor, people: dict[str, UUID], releases: dict[str, UUID]
) -> None:
    """RUN1 and DR1 done, CUTOVER at 40 %."""
