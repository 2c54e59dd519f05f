"""Ticking the instructions of a step."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import refuse
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import STANDINGS, StepState, may_tick
from cutwater.runbooks.runs.models import Run, RunInstruction, RunStep
from cutwater.runbooks.steps import events, permissions
from cutwater.runbooks.steps.service.moves import held_step


async def tick_instruction(
    tx: AsyncSession, actor: Actor, run_key: str, code: str, instruction_id: UUID, *, is_done: bool
) -> UUID:
    """Tick an instruction of a step, or take the tick back; doing it twice changes nothing."""
    run, step = await held_step(tx, run_key, code)
    line = await held(
        tx, RunInstruction, instruction_id, RunInstruction.step_id == step.id, what="This instruction"
    )
    team = await _team_name(tx, actor, step)
    refuse(may=permissions.to_execute(actor, step, team=team), rules=_closed(run, step))
    if is_done is (line.done_at is not None):
        return line.id
    line.done_at = clock.now() if is_done else None
    line.done_by_id = actor.user_id if is_done else None
    run.tick += 1
    ticked = events.InstructionTicked(
        step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, instruction_id=line.id,
        is_done=is_done,
    )  # fmt: skip
    await audit.record(tx, actor, ticked)
    return line.id


async def _team_name(tx: AsyncSession, actor: Actor, step: RunStep) -> str:
    """Whose the step is, which only a refusal says."""
    if step.team_id is None or not permissions.to_execute(actor, step):
        return ""
    return (await identity.names(SessionReader(tx), [step.team_id])).get(step.team_id, "")


def _closed(run: Run, step: RunStep) -> list[Obstacle]:
    state = StepState(step.state)
    if may_tick(RunState(run.state), state):
        return []
    return [
        Obstacle(
            code="step.not_open",
            text=f"{step.code} is {STANDINGS[state].word} and the run is {run.state.lower()}.",
            hint="Instructions are ticked while the step is ready or in progress.",
            cleared_by="its owners",
        )
    ]
