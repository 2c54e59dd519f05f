"""Keys: UUIDv7 for machines, `R-42` for people."""

import secrets
import time
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits, so that keys sort by birth."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | 0x7 << 76 | 0x2 << 62)


async def next_key(tx: AsyncSession, prefix: str) -> str:
    """The organization's next readable key with this prefix. Gapless: the counter's row stays locked
    until the transaction ends."""
    number = await tx.scalar(_NEXT, {"prefix": prefix, "count": 1})
    return f"{prefix}-{number}"


async def next_keys(tx: AsyncSession, prefix: str, count: int) -> list[str]:
    """`count` consecutive keys at once, for bulk creation."""
    if count < 1:
        return []
    last = int(await tx.scalar(_NEXT, {"prefix": prefix, "count": count}) or 0)
    return [f"{prefix}-{number}" for number in range(last - count + 1, last + 1)]


_NEXT = text(
    """
    insert into key_counter as counter (organization_id, prefix, last)
    values (current_setting('app.organization')::uuid, :prefix, :count)
    on conflict (organization_id, prefix)
    do update set last = counter.last + excluded.last, updated_at = now() returning last
    """
)
