"""READY, derived and kept: after every change of a run, for the steps it can have touched, set-based."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, jobs
from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.reader import Reader, SessionReader, any_of
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import (
    NOT_STARTED,
    Gate,
    StepFacts,
    StepState,
    is_ready,
    startable_at,
)
from cutwater.runbooks.runs import events
from cutwater.runbooks.runs.models import Run, RunStep
from cutwater.runbooks.runs.queries import readiness as queries
from cutwater.runbooks.runs.queries.readiness import GateRow, WaitingRow

Waiting = tuple[list[WaitingRow], dict[UUID, list[Gate]]]
"""Steps that may change between PENDING and READY, and the gates into each."""


async def settle(tx: AsyncSession, run: Run, *, touched: Collection[UUID] | None = None) -> int:
    """Bring PENDING and READY up to date for some steps, or in the whole run; how many steps changed.

    The run's row must be locked: two predecessors that end at once would otherwise each miss the other.
    """
    if run.state != RunState.RUNNING:
        return 0
    now = clock.now()
    reader = SessionReader(tx)
    waiting, gates = await (_all_waiting(reader, run.id) if touched is None else _waiting(reader, touched))
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


async def _waiting(reader: Reader, touched: Collection[UUID]) -> Waiting:
    """Those of some steps that may change between PENDING and READY, and the gates into each."""
    states, links = await reader.batch(queries.states_of(touched), queries.gates_into(touched))
    waiting = [row for row in states if row.state in NOT_STARTED]
    gates: dict[UUID, list[Gate]] = {row.id: [] for row in waiting}
    for link in links:
        if link.after_id in gates:
            gates[link.after_id].append(gate_of(link))
    return waiting, gates


async def _all_waiting(reader: Reader, run_id: UUID) -> Waiting:
    """The same for a whole run, of perhaps 10,000 steps."""
    rows, links = await reader.batch(queries.states_of_run(run_id), queries.start_gates(run_id))
    states = {row.id: row for row in rows}
    waiting = [row for row in rows if row.state in NOT_STARTED]
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


def gate_of(row: GateRow, team: str = "") -> Gate:
    """One link into a step, as the rules see it; `team` owns the step that is waited for."""
    return Gate(
        code=row.code,
        title=row.title,
        team=team,
        kind=LinkKind(row.kind),
        lag_minutes=row.lag_minutes,
        hard=row.is_hard,
        state=StepState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        releases=row.lets_successors_go,
    )


async def _store(
    tx: AsyncSession, run: Run, ready: list[WaitingRow], unready: list[WaitingRow], now: datetime
) -> None:
    if ready:
        await _set(
            tx, ready, state=StepState.READY, ready_at=func.coalesce(RunStep.ready_at, now), updated_at=now
        )
    if unready:
        await _set(tx, unready, state=StepState.PENDING, updated_at=now)
    became_ready = [
        events.StepBecameReady(
            step_id=row.id, key=row.code, run_id=run.id, run_key=run.key, team_id=row.team_id,
            assignee_id=row.assignee_id,
        )
        for row in ready if row.ready_at is None
    ]  # fmt: skip
    await audit.record_all(tx, _engine(run), became_ready)


async def _set(tx: AsyncSession, rows: list[WaitingRow], **values: object) -> None:
    await tx.execute(
        update(RunStep)
        .where(any_of(RunStep.id, [row.id for row in rows]))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _engine(run: Run) -> Actor:
    """Readiness is nobody's move: the log names the rule."""
    return job_actor("runbooks.readiness", run.organization_id)


async def wake_at(tx: AsyncSession, run: Run, moment: datetime) -> None:
    """Have the run looked at again when the next lag or fixed start is over."""
    at = (moment + timedelta(microseconds=999_999)).replace(microsecond=0)
    await jobs.defer(
        tx, "runbooks.wake", organization_id=run.organization_id, run_id=run.id, schedule_at=at,
        queueing_lock=f"runbooks.wake:{run.id}:{at.isoformat()}",
    )  # fmt: skip
