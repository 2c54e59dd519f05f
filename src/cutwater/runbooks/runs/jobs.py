"""Waking runs whose lags and fixed starts are over."""

from uuid import UUID

from cutwater.kernel.jobs import JobRun, job
from cutwater.runbooks.runs.service import readiness
from cutwater.runbooks.runs.service.runs import held_run


@job("runbooks.wake")
async def wake(context: JobRun, *, organization_id: UUID, run_id: UUID) -> None:
    """Make steps ready whose lag or fixed start is over; harmless when nothing is."""
    async with context.tx() as tx:
        run = await held_run(tx, run_id)
        if await readiness.settle(tx, run):
            run.tick += 1
