"""Putting releases live when their steps are finished."""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, notifications, releases
from cutwater.kernel.errors import Refused
from cutwater.kernel.jobs import JobRun, job
from cutwater.kernel.keyed import held
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.runs.models import Run, RunStep
from cutwater.runbooks.runs.service.runs import held_run
from cutwater.runbooks.steps import events


class AboutDeploy(TypedDict):
    """What the events of a deployment have in common."""

    step_id: UUID
    key: str
    run_id: UUID
    run_key: str
    release_id: UUID
    release_key: str


@job("runbooks.deploy_release")
async def deploy_release(
    context: JobRun, *, organization_id: UUID, step_id: UUID, person_id: UUID | None = None
) -> None:
    """Record the step's release as deployed; a refusal is written down and told, never lost."""
    try:
        async with context.tx() as tx:
            await _deploy(tx, context, step_id)
    except Refused as refusal:
        async with context.tx() as tx:
            await _keep_refusal(tx, context, step_id, refusal, person_id)


async def _held(tx: AsyncSession, step_id: UUID) -> tuple[Run, RunStep, AboutDeploy] | None:
    """The step while its release waits to go live, with its run locked; None when that is done or off."""
    run_id = await tx.scalar(select(RunStep.run_id).where(RunStep.id == step_id))
    if run_id is None:
        return None
    run = await held_run(tx, run_id)
    step = await held(tx, RunStep, step_id, what="This step", key_share=True)
    if step.deploy_state != DeployState.QUEUED or step.release_id is None:
        return None
    linked = await releases.releases_by_ids(SessionReader(tx), [step.release_id])
    about = AboutDeploy(
        step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, release_id=step.release_id,
        release_key=linked[0].key if linked else "",
    )  # fmt: skip
    return run, step, about


async def _deploy(tx: AsyncSession, context: JobRun, step_id: UUID) -> None:
    waiting = await _held(tx, step_id)
    if waiting is None:
        return
    run, step, about = waiting
    if run.is_rehearsal:
        await _settle(tx, run, step, DeployState.REHEARSED)
        await audit.record(tx, context.actor, events.ReleaseRehearsedByStep(**about))
        return
    await releases.deploy_from_step(tx, context.actor, about["release_id"], f"{run.key}/{step.code}")
    await _settle(tx, run, step, DeployState.DEPLOYED)
    await audit.record(tx, context.actor, events.ReleaseDeployedByStep(**about))


async def _keep_refusal(
    tx: AsyncSession, context: JobRun, step_id: UUID, refusal: Refused, person_id: UUID | None
) -> None:
    waiting = await _held(tx, step_id)
    if waiting is None:
        return
    run, step, about = waiting
    why = refusal.message
    await _settle(tx, run, step, DeployState.REFUSED, why)
    codes = tuple(each.code for each in refusal.obstacles)
    refused = events.ReleaseRefusedStep(**about, obstacles=codes)
    event_id = await audit.record(tx, context.actor, refused, note=why)
    people = {id for id in (person_id, run.created_by_id) if id is not None}
    title = f"{about['release_key']} could not be put live by {step.code}: {why}"
    path = f"/runs/{run.key}/steps/{step.code}"
    await notifications.tell(tx, people, title, path, kind="step.release_refused", event_id=event_id)


async def _settle(tx: AsyncSession, run: Run, step: RunStep, state: DeployState, note: str = "") -> None:
    await tx.execute(
        update(RunStep)
        .where(RunStep.id == step.id)
        .values(deploy_state=state, deploy_note=note)
        .execution_options(synchronize_session=False)
    )
    run.tick += 1
