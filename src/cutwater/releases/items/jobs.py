"""Copies of imported issues are brought up to date."""

from uuid import UUID

from cutwater.kernel.jobs import JobRun, job
from cutwater.releases.items import service

SUBSCRIBERS: dict[str, tuple[str, ...]] = {
    "import.applied": ("releases.refresh_items",),
    "issue.updated": ("releases.refresh_items",),
}


@job("releases.refresh_items")
async def refresh_items(run: JobRun, *, organization_id: UUID, event_id: int) -> None:
    """Issues changed: the items that follow them take it over."""
    async with run.tx() as tx:
        await service.refresh_items(tx, run.actor)
