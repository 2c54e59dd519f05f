"""A confirmed mapping reaches the stored issues."""

from uuid import UUID

from cutwater.kernel.jobs import JobRun, job
from cutwater.sprints.mapping import service

RETRIES = 3


@job("sprints.remap", retries=RETRIES)
async def remap(run: JobRun, *, organization_id: UUID, site_id: UUID) -> None:
    """Read the stored issues of a site anew by its field mappings."""
    async with run.tx() as tx:
        await service.remap(tx, site_id)
