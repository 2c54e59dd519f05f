"""Moving a step: start, finish, block, skip and the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock, jobs
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader, SessionReader, any_of
from cutwater.runbooks.core.facts import DeployState
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
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.runs.service import readiness
from cutwater.runbooks.steps import events, permissions, queries


@frozen
class Moving:
    """How a step is moved: why, past what, on which state it was decided."""

    reason: str = ""
    override: bool = False
    lets_successors_go: bool = False
    seen_revision: int | None = None


PLAIN = Moving()


async def move_step(
    tx: AsyncSession, actor: Actor, run_key: str, code: str, move: str, how: Moving = PLAIN
) -> RunStep:
    """Move a step of a run, or refuse with every reason at once; what becomes READY does so with it."""
    move = StepMove(move)
    run = await runs.run_for_update(tx, run_key)
    step = await queries.step_for_update(tx, run.id, code)
    before, instructions, behind = await SessionReader(tx).batch(*queries.around(step.id))
    facts, now = facts_of(run, step, before, instructions), clock.now()

    def hindered(facts: StepFacts, team: str = "") -> list[Obstacle]:
        may = permissions.to_move(actor, step, move, override=how.override, team=team)
        return may + obstacles(move, facts, now, reason=how.reason, override=how.override)

    if hindered(facts):
        names = await names_around(SessionReader(tx), step, before)
        team = names.get(step.team_id, "") if step.team_id else ""
        refuse_if(hindered(facts_of(run, step, before, instructions, names), team))
    refuse_stale(step.revision, how.seen_revision)
    waived = tuple(each.code for each in obstacles(move, facts, now, reason="-")) if how.override else ()
    was = step.state
    _change(step, move, facts, how, now)
    step.changed_at, step.changed_by_id, step.reason = now, actor.user_id, how.reason
    step.revision, run.tick = step.revision + 1, run.tick + 1
    flagged = await _reopen_successors(tx, step, behind) if move is StepMove.REOPEN else ()
    said = events.StepMoved(
        step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, move=move.value, was=was,
        now=step.state, is_override=bool(waived), waived=waived, flagged=flagged,
    )  # fmt: skip
    await audit.record(tx, actor, said, note=how.reason)
    await _settle_behind(tx, run, step, move, behind)
    if move is StepMove.FINISH:
        await _put_release_live(tx, actor, run, step)
    return step


async def names_around(reader: Reader, step: Any, before: Sequence[Any]) -> Mapping[UUID, str]:
    """Of whoever changed a step last, of its team and of the teams that it waits for: what a refusal says."""
    ids = {step.changed_by_id, step.team_id, *(row.team_id for row in before)}
    return await identity.names(reader, ids - {None})


def facts_of(
    run: Any,
    step: Any,
    before: Sequence[Any],
    instructions: Sequence[Any],
    names: Mapping[UUID, str] = MappingProxyType({}),
) -> StepFacts:
    """All that decides about a step, from its rows."""
    return StepFacts(
        code=step.code,
        state=StepState(step.state),
        run=RunState(run.state),
        gates=[readiness.gate_of(row, names.get(row.team_id, "")) for row in before],
        fixed_start=step.fixed_start,
        started_at=step.started_at,
        changed_by=names.get(step.changed_by_id, ""),
        changed_at=step.changed_at,
        open_mandatory=[line.text for line in instructions if line.is_mandatory and line.done_at is None],
        zone=run.zone,
    )


async def _settle_behind(
    tx: AsyncSession, run: Run, step: RunStep, move: StepMove, behind: Sequence[Any]
) -> None:
    """READY for those that the move can have touched: a start only opens SS links, and the step itself
    counts when it is waiting again."""
    touched = {
        row.after_id for row in behind if row.is_hard and (move is not StepMove.START or row.kind == "SS")
    }
    if step.state in NOT_STARTED:
        touched.add(step.id)
    if touched:
        await readiness.settle(tx, run, touched=touched)
    if step.id in touched:
        await tx.refresh(step)


def _change(step: RunStep, move: StepMove, facts: StepFacts, how: Moving, now: datetime) -> None:
    step.state = after_resume(facts) if move is StepMove.RESUME else MOVES[move].target
    if move is StepMove.START:
        step.started_at, step.ready_at = now, step.ready_at or now
    elif move in (StepMove.FINISH, StepMove.FAIL, StepMove.SKIP, StepMove.CANCEL):
        step.finished_at = now
    elif move is StepMove.REOPEN:
        step.started_at = step.finished_at = None
        step.deploy_state, step.deploy_note = DeployState.NONE, ""
    step.lets_successors_go = move is StepMove.CANCEL and how.lets_successors_go
    step.is_flagged = False


async def _reopen_successors(tx: AsyncSession, step: RunStep, behind: Sequence[Any]) -> tuple[str, ...]:
    """Ticks are open again; successors that started already are flagged (the others fall back by rule)."""
    await tx.flush()
    await tx.execute(
        update(RunInstruction)
        .where(RunInstruction.step_id == step.id)
        .values(done_at=None, done_by_id=None)
        .execution_options(synchronize_session=False)
    )
    started = [row for row in behind if row.is_hard and row.state not in NOT_STARTED and row.started_at]
    if started:
        await tx.execute(
            update(RunStep)
            .where(any_of(RunStep.id, [row.after_id for row in started]))
            .values(is_flagged=True, revision=RunStep.revision + 1)
            .execution_options(synchronize_session=False)
        )
    return tuple(row.code for row in started)


async def _put_release_live(tx: AsyncSession, actor: Actor, run: Run, step: RunStep) -> None:
    """A live run deploys the linked release in a job, so that a refusal never undoes the step."""
    if step.release_id is None:
        return
    step.deploy_state, step.deploy_note = DeployState.QUEUED, ""
    await jobs.defer(
        tx, "runbooks.deploy_release", organization_id=run.organization_id, step_id=step.id,
        person_id=actor.user_id,
    )  # fmt: skip
