"""Runbooks and runs for the tests, made by the real verbs."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import runbooks
from cutwater.kernel.actor import Actor
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks import RunPlan, Worksheet
from cutwater.runbooks.core.rows import RunHead
from cutwater.runbooks.runs.models import RunStep
from cutwater.runbooks.runs.queries.runs import read_head

START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)

CHAIN = """Code,Title,Phase,Duration,Depends On,Deadline,Instructions
A-1,Freeze the ledger,Freeze,30,,,
A-2,Dump the ledger,Freeze,60,A-1,,"! check the size
tell ops"
A-3,Load the ledger,Load,90,A-2 FS+15,T+4h,
A-4,Reconcile,Load,30,A-2 SS,,
"""


async def runbook(
    tx: AsyncSession, actor: Actor, csv: str = CHAIN, *, publish: bool = True, key: str = ""
) -> str:
    """A runbook made of a worksheet; its key."""
    given = Worksheet(
        file_name="ledger-move.csv", media_type="text/csv", content=csv.encode(), runbook_key=key
    )
    made = await runbooks.import_worksheet(tx, actor, given)
    if publish:
        await runbooks.publish_version(tx, actor, made.key)
    return made.key


async def run(
    tx: AsyncSession, actor: Actor, csv: str = CHAIN, *, type: str = "CUTOVER", started: bool = True
) -> RunHead:
    """A run of a worksheet, started unless told otherwise."""
    key = await runbook(tx, actor, csv)
    migration = await runbooks.create_migration(tx, actor, "Ledger to the new core")
    plan = RunPlan(runbook_key=key, type=type, planned_start=START)
    made = await runbooks.create_run(tx, actor, migration.key, plan)
    if started:
        await runbooks.move_run(tx, actor, made.key, "start")
    return await read_head(SessionReader(tx), made.key)


async def step(tx: AsyncSession, run: RunHead, code: str) -> RunStep:
    """A step as it is now."""
    found = select(RunStep).where(RunStep.run_id == run.id, RunStep.code == code)
    return (await tx.scalars(found.execution_options(populate_existing=True))).one()


async def states(tx: AsyncSession, run: RunHead) -> dict[str, str]:
    """Where every step of a run stands."""
    found = await tx.execute(
        select(RunStep.code, RunStep.state).where(RunStep.run_id == run.id).order_by(RunStep.position)
    )
    return {row.code: row.state for row in found}


async def logged(tx: AsyncSession, name: str) -> list[Any]:
    """The events of a name, in order: subject key and data."""
    found = await tx.execute(
        text("select subject_key, data from event_log where name = :name order by id"), {"name": name}
    )
    return list(found.all())
