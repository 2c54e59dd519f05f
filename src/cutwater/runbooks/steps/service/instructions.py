"""Ticking the instructions of a step."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.runs.models import Run, RunInstruction, RunStep
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.steps import events, permissions, queries


async def _team_name(tx: AsyncSession, actor: Actor, step: RunStep) -> str:
    """Whose the step is, which only a refusal says."""
    if step.team_id is None or not permissions.to_execute(actor, step):
        return ""
    return (await identity.names(SessionReader(tx), [step.team_id])).get(step.team_id, "")


async def tick_instruction(
    tx: AsyncSession, actor: Actor, run_key: str, code: str, instruction_id: UUID, *, is_done: bool
) -> RunInstruction:
    """Tick an instruction of a step, or take the tick back; doing it twice changes nothing."""
    run = await runs.run_for_update(tx, run_key)
    step = await queries.step_for_update(tx, run.id, code)
    line = await queries.instruction_for_update(tx, step.id, instruction_id)
    refuse_if(
        permissions.to_execute(actor, step, team=await _team_name(tx, actor, step)) + _tickable(run, step)
    )
    if is_done is (line.done_at is not None):
        return line
    line.done_at = clock.now() if is_done else None
    line.done_by_id = actor.user_id if is_done else None
    run.tick += 1
    said = events.InstructionTicked(
        step_id=step.id,
        key=step.code,
        run_id=run.id,
        run_key=run.key,
        instruction_id=line.id,
        is_done=is_done,
    )
    await audit.record(tx, actor, said)
    return line


def _tickable(run: Run, step: RunStep) -> list[Obstacle]:
    if run.state == RunState.RUNNING and step.state in (StepState.READY, StepState.IN_PROGRESS):
        return []
    return [
        Obstacle(
            code="step.not_open",
            text=f"{step.code} is {step.state.lower().replace('_', ' ')} and the run is {run.state.lower()}.",
            hint="Instructions are ticked while the step is ready or in progress.",
            cleared_by="its owners",
        )
    ]
