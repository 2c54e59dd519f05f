"""Who does a step, and which release it puts live: the pilot's to say."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity, releases
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed, moved
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.runs import permissions
from cutwater.runbooks.runs.models import RunStep
from cutwater.runbooks.steps import events
from cutwater.runbooks.steps.service.moves import held_step


@frozen
class Owners:
    """Who does a step; None takes somebody away."""

    team_id: UUID | None = None
    assignee_id: UUID | None = None
    deputy_id: UUID | None = None


async def assign_step(
    tx: AsyncSession,
    actor: Actor,
    run_key: str,
    code: str,
    owners: Owners,
    *,
    seen_revision: int | None = None,
) -> UUID:
    """Give a step its owning team, assignee and deputy."""
    run, step = await held_step(tx, run_key, code)
    refuse(
        may=permissions.to_pilot(actor, "say who does a step"),
        seen=await audit.stale(tx, "step", step, seen_revision),
    )
    await _refuse_strangers(tx, step, owners)
    wanted = {"team_id": owners.team_id, "assignee_id": owners.assignee_id, "deputy_id": owners.deputy_id}
    if changes := changed(step, wanted):
        run.tick += 1
        assigned = events.StepAssigned(
            step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, changes=changes
        )
        await audit.record(tx, actor, assigned)
    return step.id


async def _refuse_strangers(tx: AsyncSession, step: RunStep, owners: Owners) -> None:
    """Whoever is named anew must be a member, and the team one of the organization's."""
    for was, person_id in ((step.assignee_id, owners.assignee_id), (step.deputy_id, owners.deputy_id)):
        if person_id is not None and person_id != was:
            await identity.person_in_organization(tx, person_id)
    if owners.team_id is not None:
        teams = await identity.all_teams(SessionReader(tx))
        if owners.team_id not in {team.id for team in teams}:
            raise Invalid({"team_id": "Choose a team of the list."})


async def link_release(
    tx: AsyncSession,
    actor: Actor,
    run_key: str,
    code: str,
    release_key: str,
    *,
    seen_revision: int | None = None,
) -> UUID:
    """Have a step put a release live when it is finished; an empty key takes the link away."""
    run, step = await held_step(tx, run_key, code)
    refuse(
        may=permissions.to_pilot(actor, "link a release to a step"),
        seen=await audit.stale(tx, "step", step, seen_revision),
    )
    release = await _release(tx, release_key.strip())
    wanted = release.id if release else None
    if wanted == step.release_id:
        return step.id
    was = await _key_of(tx, step.release_id)
    changed(step, {"release_id": wanted, "deploy_state": DeployState.NONE, "deploy_note": ""})
    run.tick += 1
    key = release.key if release else ""
    linked = events.StepReleaseLinked(
        step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, release_id=wanted,
        release_key=key, changes=moved("release", was, key),
    )  # fmt: skip
    await audit.record(tx, actor, linked)
    return step.id


async def _release(tx: AsyncSession, key: str) -> releases.ReleaseBrief | None:
    if not key:
        return None
    release = await releases.release_brief(SessionReader(tx), key)
    if release is None:
        raise Invalid({"release": f"There is no release {key.upper()}."})
    return release


async def _key_of(tx: AsyncSession, release_id: UUID | None) -> str:
    if release_id is None:
        return ""
    linked = await releases.releases_by_ids(SessionReader(tx), [release_id])
    return linked[0].key if linked else ""
