"""Who does a step, and which release it puts live: the pilot's to say."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity, releases
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.runs import permissions
from cutwater.runbooks.runs.models import RunStep
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.steps import events, queries


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
) -> RunStep:
    """Give a step its owning team, assignee and deputy."""
    refuse_if(permissions.to_pilot(actor, "say who does a step"))
    run = await runs.run_for_update(tx, run_key)
    step = await queries.step_for_update(tx, run.id, code)
    refuse_stale(step.revision, seen_revision)
    for field, person_id in (("assignee_id", owners.assignee_id), ("deputy_id", owners.deputy_id)):
        if person_id is not None and person_id != getattr(step, field):
            await identity.person_in_organization(tx, person_id)
    if owners.team_id is not None and owners.team_id not in {
        team.id for team in await identity.teams(SessionReader(tx))
    }:
        raise Invalid({"team_id": "Choose a team of the list."})
    differences = {
        name: (getattr(step, name), getattr(owners, name))
        for name in ("team_id", "assignee_id", "deputy_id")
        if getattr(step, name) != getattr(owners, name)
    }
    if differences:
        for name, (_, value) in differences.items():
            setattr(step, name, value)
        step.revision, run.tick = step.revision + 1, run.tick + 1
        said = events.StepAssigned(
            step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, differences=differences
        )
        await audit.record(tx, actor, said)
    return step


async def link_release(
    tx: AsyncSession,
    actor: Actor,
    run_key: str,
    code: str,
    release_key: str,
    *,
    seen_revision: int | None = None,
) -> RunStep:
    """Have a step put a release live when it is finished; an empty key takes the link away."""
    refuse_if(permissions.to_pilot(actor, "link a release to a step"))
    run = await runs.run_for_update(tx, run_key)
    step = await queries.step_for_update(tx, run.id, code)
    refuse_stale(step.revision, seen_revision)
    release_key = release_key.strip().upper()
    found = None
    if release_key:
        found = await releases.release_brief(SessionReader(tx), release_key)
        if found is None:
            raise Invalid({"release": f"There is no release {release_key}."})
    if (found.id if found else None) == step.release_id:
        return step
    was = await _key_of(tx, step.release_id)
    step.release_id = found.id if found else None
    step.deploy_state, step.deploy_note = DeployState.NONE, ""
    step.revision, run.tick = step.revision + 1, run.tick + 1
    said = events.StepReleaseLinked(
        step_id=step.id, key=step.code, run_id=run.id, run_key=run.key, release_id=step.release_id,
        release_key=release_key, was=was,
    )  # fmt: skip
    await audit.record(tx, actor, said)
    return step


async def _key_of(tx: AsyncSession, release_id: UUID | None) -> str:
    if release_id is None:
        return ""
    found = await releases.releases_by_ids(SessionReader(tx), [release_id])
    return found[0].key if found else ""
