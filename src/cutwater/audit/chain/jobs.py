"""What is done by the clock: each chain's head leaves the system every night; kept answers are forgotten."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cutwater.audit.chain import queries
from cutwater.audit.chain.events import LogHeadTaken
from cutwater.audit.chain.queries import ChainRow
from cutwater.audit.chain.service import ensure_months, seal
from cutwater.audit.core.records import PLATFORM
from cutwater.audit.log.service import record
from cutwater.kernel import clock
from cutwater.kernel.idempotency import forget_old
from cutwater.kernel.jobs import JobRun, job


@job("audit.publish_heads", queue="default", retries=5, cron="5 0 * * *")
async def publish_heads(run: JobRun) -> None:
    """Write yesterday's heads to a file, and log each in its organization, from where it is told on."""
    await ensure_months(run.database)
    await seal(run.database)
    day = (clock.now() - timedelta(days=1)).date().isoformat()
    chains = await run.database.reader(None).all(queries.chains())
    write_heads(heads_folder(run.settings.data_folder), day, chains)
    for chain in chains:
        await _log_head(run, chain, day)


@job("audit.forget_answers", queue="default", retries=5, cron="35 * * * *")
async def forget_answers(run: JobRun) -> None:
    """Drop the answers kept for `Idempotency-Key` once they are a day old: every organization has a chain."""
    for chain in await run.database.reader(None).all(queries.chains()):
        if chain.organization_id != PLATFORM:
            async with run.database.tx(chain.organization_id) as tx:
                await forget_old(tx)


def heads_folder(data_folder: Path) -> Path:
    """Where the heads are kept; copy this folder somewhere that Cutwater's administrators cannot write."""
    return data_folder / "log-heads"


def write_heads(folder: Path, day: str, chains: Iterable[ChainRow]) -> Path:
    """One line of JSON per chain, in a file that appears whole; a second run keeps the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}.jsonl"
    lines = [
        json.dumps(
            {
                "day": day,
                "organization_id": str(chain.organization_id),
                "organization": chain.slug,
                "block": chain.number,
                "hash": chain.hash.hex(),
                "events": chain.events_total,
            }
        )
        for chain in chains
    ]
    if not path.exists():
        made = path.with_suffix(".new")
        made.write_text("".join(f"{line}\n" for line in lines))
        os.replace(made, path)
    return path


async def _log_head(run: JobRun, chain: ChainRow, day: str) -> None:
    organization = None if chain.organization_id == PLATFORM else chain.organization_id
    midnight = datetime.combine(clock.now().date(), datetime.min.time(), UTC)
    reader = run.database.reader(chain.organization_id)
    if await reader.scalar(queries.named_since(LogHeadTaken.name, midnight)):
        return
    head = LogHeadTaken(
        organization_id=chain.organization_id,
        day=day,
        block=chain.number,
        hash=chain.hash.hex(),
        events_total=chain.events_total,
    )
    async with run.database.tx(organization) as tx:
        await record(tx, run.actor, head)
