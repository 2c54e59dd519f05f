"""Sealing the log every few seconds, and keeping the coming months' partitions ready."""

import asyncio
from contextlib import suppress
from time import monotonic

import psycopg
from prometheus_client import Counter
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cutwater.kernel import log
from cutwater.kernel.db import Database
from cutwater.kernel.settings import Settings

SEAL_SECONDS = 5.0
MONTHS_AHEAD = 6
DAY_SECONDS = 86_400.0
MOST_AT_ONCE = 100_000
SEALED = Counter("cutwater_log_events_sealed_total", "Events that this process sealed into blocks.")
LOST = (psycopg.Error, PoolTimeout, DBAPIError, OSError, TimeoutError)
_SEAL = text("select seal_log(:most)")
_MONTHS = text("select ensure_log_months(:ahead)")


async def seal(database: Database) -> int:
    """Seal what no running transaction can still precede, one process at a time; how many events."""
    total = 0
    while True:
        async with database.tx(None) as tx:
            sealed = int(await tx.scalar(_SEAL, {"most": MOST_AT_ONCE}) or 0)
        total += sealed
        if sealed < MOST_AT_ONCE:
            SEALED.inc(total)
            return total


async def ensure_months(database: Database) -> int:
    """Make the partitions of the coming months; how many were missing."""
    async with database.tx(None) as tx:
        return int(await tx.scalar(_MONTHS, {"ahead": MONTHS_AHEAD}) or 0)


async def sealing_loop(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Seal every few seconds, and once more at the end, through lost connections."""
    months_at = -DAY_SECONDS
    while True:
        is_last = stop.is_set()
        try:
            if monotonic() - months_at >= DAY_SECONDS:
                await ensure_months(database)
                months_at = monotonic()
            await seal(database)
        except LOST as failure:
            log.logger(__name__).warning("sealing_failed", reason=str(failure).splitlines()[0])
        if is_last:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SEAL_SECONDS)
