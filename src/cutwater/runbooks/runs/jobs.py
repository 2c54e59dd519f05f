"""Waking runs whose lags and fixed starts are over."""

from uuid import UUID

from cutwater.kernel.jobs import JobRun, job
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.runs.service import readiness


@job("runbooks.wake")
async def wake(run: JobRun, *, organization_id: UUID, run_id: UUID) -> None:
    """Make steps ready whose lag or fixed start is over; harmless when nothing is."""
    async with run.tx() as tx:
        iteration = await runs.run_by_id_for_update(tx, run_id)
        if await readiness.settle(tx, iteration):
            iteration.tick += 1
