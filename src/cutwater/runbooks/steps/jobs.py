"""Putting releases live when their steps are finished."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, notifications, releases
from cutwater.kernel.errors import Refused
from cutwater.kernel.jobs import JobRun, job
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.runs.models import Run, RunStep
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.steps import events


@job("runbooks.deploy_release")
async def deploy_release(
    run: JobRun, *, organization_id: UUID, step_id: UUID, person_id: UUID | None = None
) -> None:
    """Record the step's release as deployed; a refusal is written down and told, never lost."""
    try:
        async with run.tx() as tx:
            await _deploy(tx, run, step_id)
    except Refused as refusal:
        async with run.tx() as tx:
            await _keep_refusal(tx, run, step_id, refusal, person_id)


async def _step(tx: AsyncSession, step_id: UUID) -> tuple[Run, RunStep] | None:
    """The step while its release waits to go live, with its run locked; None when that is done or off."""
    run_id = await tx.scalar(select(RunStep.iteration_id).where(RunStep.id == step_id))
    if run_id is None:
        return None
    iteration = await runs.run_by_id_for_update(tx, run_id)
    step = await tx.get_one(RunStep, step_id, populate_existing=True)
    is_waiting = step.deploy_state == DeployState.QUEUED and step.release_id is not None
    return (iteration, step) if is_waiting else None


async def _deploy(tx: AsyncSession, run: JobRun, step_id: UUID) -> None:
    found = await _step(tx, step_id)
    if found is None:
        return
    iteration, step = found
    about = await _about(tx, iteration, step)
    if iteration.is_rehearsal:
        await _settle(tx, iteration, step, DeployState.REHEARSED)
        await audit.record(tx, run.actor, events.ReleaseRehearsedByStep(**about))
        return
    await releases.deploy_from_step(tx, run.actor, about["release_id"], f"{iteration.key}/{step.code}")
    await _settle(tx, iteration, step, DeployState.DEPLOYED)
    await audit.record(tx, run.actor, events.ReleaseDeployedByStep(**about))


async def _keep_refusal(
    tx: AsyncSession, run: JobRun, step_id: UUID, refusal: Refused, person_id: UUID | None
) -> None:
    found = await _step(tx, step_id)
    if found is None:
        return
    iteration, step = found
    why = refusal.message
    await _settle(tx, iteration, step, DeployState.REFUSED, why)
    about = await _about(tx, iteration, step)
    codes = tuple(each.code for each in refusal.obstacles)
    said = events.ReleaseRefusedStep(**about, obstacles=codes)
    event_id = await audit.record(tx, run.actor, said, note=why)
    people = {id for id in (person_id, iteration.created_by_id) if id is not None}
    title = f"{about['release_key']} could not be put live by {step.code}: {why}"
    path = f"/runs/{iteration.key}/steps/{step.code}"
    await notifications.tell(tx, people, title, path, kind="step.release_refused", event_id=event_id)


async def _settle(
    tx: AsyncSession, iteration: Run, step: RunStep, state: DeployState, note: str = ""
) -> None:
    await tx.execute(
        update(RunStep)
        .where(RunStep.id == step.id)
        .values(deploy_state=state, deploy_note=note)
        .execution_options(synchronize_session=False)
    )
    iteration.tick += 1


async def _about(tx: AsyncSession, iteration: Run, step: RunStep) -> dict[str, Any]:
    linked = [step.release_id] if step.release_id else []
    found = await releases.releases_by_ids(SessionReader(tx), linked)
    return {
        "step_id": step.id,
        "key": step.code,
        "run_id": iteration.id,
        "run_key": iteration.key,
        "release_id": step.release_id,
        "release_key": found[0].key if found else "",
    }
