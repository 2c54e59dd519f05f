"""Moving a step: start, finish, block, skip and the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock, jobs
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader, SessionReader, any_of
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.core.rows import RunHead
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import (
    MOVES,
    NOT_STARTED,
    StepFacts,
    StepMove,
    StepState,
    after_resume,
    obstacles,
)
from cutwater.runbooks.runs.models import Run, RunInstruction, RunStep
from cutwater.runbooks.runs.queries.readiness import GateRow
from cutwater.runbooks.runs.service import readiness
from cutwater.runbooks.runs.service.runs import held_run
from cutwater.runbooks.steps import events, permissions, queries
from cutwater.runbooks.steps.queries import InstructionRow, StepDetail


@frozen
class Moving:
    """How a step is moved: why, past what, on which state it was decided."""

    reason: str = ""
    override: bool = False
    lets_successors_go: bool = False
    seen_revision: int | None = None


PLAIN = Moving()


async def held_step(tx: AsyncSession, run_key: str, code: str) -> tuple[Run, RunStep]:
    """A run and one of its steps, locked in this order."""
    run = await held_run(tx, run_key)
    return run, await held(tx, RunStep, code, RunStep.run_id == run.id, what="This step", key_share=True)


async def move_step(
    tx: AsyncSession, actor: Actor, run_key: str, code: str, move: str, how: Moving = PLAIN
) -> events.StepMoved:
    """Move a step of a run, or refuse with every reason at once; what becomes READY does so with it."""
    move, now = StepMove(move), clock.now()
    run, step = await held_step(tx, run_key, code)
    before, instructions, behind = await SessionReader(tx).batch(*queries.links_and_instructions(step.id))
    facts = facts_of(run, step, before, instructions)
    may, rules = _hindrances(actor, step, move, how, facts, now)
    if may or rules:
        names = await names_in_refusals(SessionReader(tx), step, before)
        team = names.get(step.team_id, "") if step.team_id else ""
        named_facts = facts_of(run, step, before, instructions, names)
        may, rules = _hindrances(actor, step, move, how, named_facts, now, team)
    refuse(may=may, seen=await audit.stale(tx, "step", step, how.seen_revision), rules=rules)
    waived = tuple(each.code for each in obstacles(move, facts, now, reason="-")) if how.override else ()
    changes = changed(step, {"state": after_resume(facts) if move is StepMove.RESUME else MOVES[move].target})
    _change(step, actor, move, how, now)
    run.tick += 1
    flagged = await _reopen_successors(tx, step, behind) if move is StepMove.REOPEN else ()
    moved = events.StepMoved(
        step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, move=move.value, state=step.state,
        changes=changes, is_override=bool(waived), waived=waived, flagged=flagged,
    )  # fmt: skip
    await audit.record(tx, actor, moved, note=how.reason)
    await _settle_behind(tx, run, step, move, behind)
    if move is StepMove.FINISH:
        await _put_release_live(tx, actor, run, step)
    return moved


def _hindrances(
    actor: Actor,
    step: RunStep,
    move: StepMove,
    how: Moving,
    facts: StepFacts,
    now: datetime,
    team: str = "",
) -> tuple[list[Obstacle], list[Obstacle]]:
    """What keeps this person from the move, and what keeps everybody from it."""
    may = permissions.to_move(actor, step, move, override=how.override, team=team)
    return may, obstacles(move, facts, now, reason=how.reason, override=how.override)


async def names_in_refusals(
    reader: Reader, step: RunStep | StepDetail, before: Sequence[GateRow]
) -> Mapping[UUID, str]:
    """Of whoever changed a step last, of its team and of the teams that it waits for."""
    ids = {step.changed_by_id, step.team_id, *(gate.team_id for gate in before)}
    return await identity.names(reader, ids - {None})


def facts_of(
    run: Run | RunHead,
    step: RunStep | StepDetail,
    before: Sequence[GateRow],
    instructions: Sequence[InstructionRow],
    names: Mapping[UUID, str] = MappingProxyType({}),
) -> StepFacts:
    """All that decides about a step, from its rows."""

    def name(id: UUID | None) -> str:
        return names.get(id, "") if id else ""

    return StepFacts(
        code=step.code,
        state=StepState(step.state),
        run=RunState(run.state),
        gates=[readiness.gate_of(gate, name(gate.team_id)) for gate in before],
        fixed_start=step.fixed_start,
        started_at=step.started_at,
        changed_by=name(step.changed_by_id),
        changed_at=step.changed_at,
        open_mandatory=[line.text for line in instructions if line.is_mandatory and line.done_at is None],
        zone=run.zone,
    )


async def _settle_behind(
    tx: AsyncSession, run: Run, step: RunStep, move: StepMove, behind: Sequence[GateRow]
) -> None:
    """READY for those that the move can have touched: a start only opens SS links, and the step itself
    counts when it is waiting again."""
    touched = {
        gate.after_id for gate in behind if gate.is_hard and (move is not StepMove.START or gate.kind == "SS")
    }
    if step.state in NOT_STARTED:
        touched.add(step.id)
    if touched:
        await readiness.settle(tx, run, touched=touched)


def _change(step: RunStep, actor: Actor, move: StepMove, how: Moving, now: datetime) -> None:
    if move is StepMove.START:
        step.started_at, step.ready_at = now, step.ready_at or now
    elif move in (StepMove.FINISH, StepMove.FAIL, StepMove.SKIP, StepMove.CANCEL):
        step.finished_at = now
    elif move is StepMove.REOPEN:
        step.started_at = step.finished_at = None
        step.deploy_state, step.deploy_note = DeployState.NONE, ""
    step.lets_successors_go = move is StepMove.CANCEL and how.lets_successors_go
    step.is_flagged = False
    step.changed_at, step.changed_by_id, step.reason = now, actor.user_id, how.reason


async def _reopen_successors(tx: AsyncSession, step: RunStep, behind: Sequence[GateRow]) -> tuple[str, ...]:
    """Ticks are open again; successors that started already are flagged (the others fall back by rule)."""
    await tx.flush()
    await tx.execute(
        update(RunInstruction)
        .where(RunInstruction.step_id == step.id)
        .values(done_at=None, done_by_id=None)
        .execution_options(synchronize_session=False)
    )
    started = [gate for gate in behind if gate.is_hard and gate.state not in NOT_STARTED and gate.started_at]
    if started:
        await tx.execute(
            update(RunStep)
            .where(any_of(RunStep.id, [gate.after_id for gate in started]))
            .values(is_flagged=True, revision=RunStep.revision + 1)
            .execution_options(synchronize_session=False)
        )
    return tuple(gate.code for gate in started)


async def _put_release_live(tx: AsyncSession, actor: Actor, run: Run, step: RunStep) -> None:
    """A live run deploys the linked release in a job, so that a refusal never undoes the step."""
    if step.release_id is None:
        return
    step.deploy_state, step.deploy_note = DeployState.QUEUED, ""
    await jobs.defer(
        tx, "runbooks.deploy_release", organization_id=run.organization_id, step_id=step.id,
        person_id=actor.user_id,
    )  # fmt: skip
