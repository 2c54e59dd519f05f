"""READY, derived and kept: after every change of a run, for the steps it can have touched, set-based."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, jobs
from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.reader import any_of
from cutwater.runbooks import events
from cutwater.runbooks.critical_path import LinkKind
from cutwater.runbooks.models import Iteration, RunStep
from cutwater.runbooks.queries import steps as queries
from cutwater.runbooks.step_machine import (
    NOT_STARTED,
    Gate,
    RunState,
    StepFacts,
    StepState,
    is_ready,
    startable_at,
)


async def settle(tx: AsyncSession, run: Iteration, *, after_step: UUID | None = None) -> int:
    """Bring PENDING and READY up to date behind one step, or in the whole run; how many steps changed.

    The run's row must be locked: two predecessors that end at once would otherwise each miss the other.
    """
    if run.state != RunState.RUNNING:
        return 0
    await tx.flush()
    now = clock.now()
    waiting, gates = await _waiting(tx, run.id, after_step)
    ready, unready, wakes = [], [], []
    for row in waiting:
        facts = StepFacts(
            code=row.code, state=StepState(row.state), run=RunState(run.state),
            gates=gates.get(row.id, ()), fixed_start=row.fixed_start,
        )  # fmt: skip
        if is_ready(facts, now):
            if row.state != StepState.READY:
                ready.append(row)
            continue
        known, moment = startable_at(facts.gates, facts.fixed_start)
        if known and moment is not None:
            wakes.append(moment)
        if row.state == StepState.READY:
            unready.append(row)
    await _store(tx, run, ready, unready, now)
    if wakes:
        await wake_at(tx, run, min(wakes))
    return len(ready) + len(unready)


async def _waiting(
    tx: AsyncSession, run_id: UUID, after_step: UUID | None
) -> tuple[list[Any], dict[UUID, list[Gate]]]:
    """The steps that may change between PENDING and READY, and the gates into each."""
    touched: set[UUID] | None = None
    if after_step is None:
        states = {row.id: row for row in await tx.execute(queries.states_of_run(run_id))}
        links = (await tx.execute(queries.start_gates(run_id))).all()
    else:
        touched = {after_step, *(await tx.scalars(queries.successors_of(after_step)))}
        links = (await tx.execute(queries.start_gates(run_id, touched))).all()
        wanted = touched | {link.before_id for link in links}
        states = {row.id: row for row in await tx.execute(queries.states_of(wanted))}
    waiting = [
        row for row in states.values() if row.state in NOT_STARTED and (touched is None or row.id in touched)
    ]
    gates: dict[UUID, list[Gate]] = {row.id: [] for row in waiting}
    for link in links:
        if link.after_id in gates:
            before = states[link.before_id]
            gates[link.after_id].append(
                Gate(
                    code=before.code,
                    kind=LinkKind(link.kind),
                    lag_minutes=link.lag_minutes,
                    state=StepState(before.state),
                    started_at=before.started_at,
                    finished_at=before.finished_at,
                    releases=before.lets_successors_go,
                )
            )
    return waiting, gates


def gate_of(row: Any) -> Gate:
    """One link into a step, as the rules see it."""
    return Gate(
        code=row.code,
        title=row.title,
        kind=LinkKind(row.kind),
        lag_minutes=row.lag_minutes,
        hard=row.is_hard,
        state=StepState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        releases=row.lets_successors_go,
    )


async def _store(
    tx: AsyncSession, run: Iteration, ready: list[Any], unready: list[Any], now: datetime
) -> None:
    if ready:
        first = func.coalesce(RunStep.ready_at, now)
        ids = [row.id for row in ready]
        await tx.execute(
            update(RunStep)
            .where(any_of(RunStep.id, ids))
            .values(state=StepState.READY, ready_at=first, updated_at=now)
            .execution_options(synchronize_session=False)
        )
    if unready:
        ids = [row.id for row in unready]
        await tx.execute(
            update(RunStep)
            .where(any_of(RunStep.id, ids))
            .values(state=StepState.PENDING, updated_at=now)
            .execution_options(synchronize_session=False)
        )
    said = [
        events.StepBecameReady(
            step_id=row.id, key=row.code, run_id=run.id, run_key=run.key, team_id=row.team_id,
            assignee_id=row.assignee_id,
        )
        for row in ready if row.ready_at is None
    ]  # fmt: skip
    await audit.record_all(tx, _engine(run), said)


def _engine(run: Iteration) -> Actor:
    """Readiness is nobody's move: the log names the rule."""
    return job_actor("runbooks.readiness", run.organization_id)


async def wake_at(tx: AsyncSession, run: Iteration, moment: datetime) -> None:
    """Have the run looked at again when the next lag or fixed start is over."""
    at = (moment + timedelta(microseconds=999_999)).replace(microsecond=0)
    await jobs.defer(
        tx, "runbooks.wake", organization_id=run.organization_id, run_id=run.id, schedule_at=at,
        queueing_lock=f"runbooks.wake:{run.id}:{at.isoformat()}",
    )  # fmt: skip
