"""What runs afterwards: files are read and imports applied, mappings reach the stored issues."""

import asyncio
from uuid import UUID

from cutwater.kernel.jobs import JobRun, job
from cutwater.sprints.ports import IssueFiles
from cutwater.sprints.records import Batch
from cutwater.sprints.service import imports, mappings

SUBSCRIBERS: dict[str, tuple[str, ...]] = {}


async def _read(run: JobRun, import_id: UUID) -> Batch:
    async with run.tx() as tx:
        uploads = await imports.uploads_of(tx, import_id)
    return await asyncio.to_thread(run.port(IssueFiles).read, uploads)  # type: ignore[type-abstract]


@job("sprints.read_import", retries=3)
async def read_import(run: JobRun, *, organization_id: UUID, import_id: UUID) -> None:
    """Read the files of an import and show what is in them."""
    batch = await _read(run, import_id)
    async with run.tx() as tx:
        await imports.show_for_review(tx, run.actor, import_id, batch)


@job("sprints.apply_import", retries=3)
async def apply_import(run: JobRun, *, organization_id: UUID, import_id: UUID) -> None:
    """Apply a confirmed import, all of it or nothing."""
    batch = await _read(run, import_id)
    async with run.tx() as tx:
        await imports.apply_import(tx, run.actor, import_id, batch)


@job("sprints.remap", retries=3)
async def remap(run: JobRun, *, organization_id: UUID, site_id: UUID) -> None:
    """Read the stored issues of a site anew by its field mapping."""
    async with run.tx() as tx:
        await mappings.remap(tx, site_id)
