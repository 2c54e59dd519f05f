"""Files are read and confirmed imports applied."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from cutwater import notifications
from cutwater.kernel.jobs import JobRun, job
from cutwater.sprints.core.records import Batch
from cutwater.sprints.imports.ports import IssueFiles
from cutwater.sprints.imports.service import runs

RETRIES = 3


@asynccontextmanager
async def _ending(run: JobRun, import_id: UUID) -> AsyncIterator[None]:
    """Let an import that crashes for the last time end as failed, so that nobody waits for it for ever."""
    try:
        yield
    except Exception:
        if run.attempt >= RETRIES:
            async with run.tx() as tx:
                text = "Something went wrong on our side; the log has the details. Nothing was applied."
                await runs.fail_import(tx, run.actor, import_id, text)
        raise


async def _read(run: JobRun, import_id: UUID) -> Batch:
    async with run.tx() as tx:
        uploads = await runs.uploads_of(tx, import_id)
    return await asyncio.to_thread(run.port(IssueFiles).read, uploads)  # type: ignore[type-abstract]


@job("sprints.read_import", retries=RETRIES)
async def read_import(run: JobRun, *, organization_id: UUID, import_id: UUID) -> None:
    """Read the files of an import and show what is in them."""
    async with _ending(run, import_id):
        batch = await _read(run, import_id)
        async with run.tx() as tx:
            await runs.show_for_review(tx, run.actor, import_id, batch)


@job("sprints.apply_import", retries=RETRIES)
async def apply_import(run: JobRun, *, organization_id: UUID, import_id: UUID) -> None:
    """Apply a confirmed import, all of it or nothing."""
    async with _ending(run, import_id):
        batch = await _read(run, import_id)
        async with run.tx() as tx:
            work_id = (await runs.held_run(tx, import_id)).work_id

        async def tell(done: int, total: int) -> None:
            if work_id is not None:
                async with run.tx() as beside:  # seen at once, not with the import
                    await notifications.advance_work(beside, work_id, done, total)

        async with run.tx() as tx:
            await runs.apply_import(tx, run.actor, import_id, batch, tell=tell)
