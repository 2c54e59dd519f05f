"""Adding, renaming and deleting environments."""

from typing import TypedDict

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import refuse
from cutwater.kernel.grants import Grant
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.catalogue.events import EnvironmentCreated, EnvironmentDeleted, EnvironmentUpdated
from cutwater.releases.catalogue.models import Environment
from cutwater.releases.catalogue.service import EnvironmentDraft, add_environment, free_slug, in_use
from cutwater.releases.core.refusals import filled
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.freezes.models import FreezeWindow


class EnvironmentEdits(TypedDict, total=False):
    """What to change of an environment; its kind stays, because deployments were made under it."""

    slug: str
    name: str
    position: int


async def create_environment(tx: AsyncSession, actor: Actor, draft: EnvironmentDraft) -> EnvironmentCreated:
    """Add an environment."""
    refuse(may=lacking(actor, Grant.ENVIRONMENTS_WRITE, "create an environment"))
    return await add_environment(tx, actor, draft)


async def update_environment(
    tx: AsyncSession, actor: Actor, slug: str, edits: EnvironmentEdits, *, seen_revision: int | None
) -> EnvironmentUpdated:
    """Rename or reorder an environment. What comes back says what changed."""
    environment = await held(tx, Environment, slug, what="This environment")
    refuse(
        may=lacking(actor, Grant.ENVIRONMENTS_WRITE, "edit an environment"),
        seen=await audit.stale(tx, "environment", environment, seen_revision),
    )
    changes = changed(environment, await _wanted(tx, environment, edits))
    updated = EnvironmentUpdated(
        id=environment.id, key=environment.slug, title=environment.name, changes=changes
    )
    if changes:
        await audit.record(tx, actor, updated)
    return updated


async def delete_environment(
    tx: AsyncSession, actor: Actor, slug: str, *, seen_revision: int | None
) -> EnvironmentDeleted:
    """Take an environment away; refused while deployments or freezes point at it."""
    environment = await held(tx, Environment, slug, what="This environment")
    refuse(
        may=lacking(actor, Grant.ENVIRONMENTS_WRITE, "delete an environment"),
        seen=await audit.stale(tx, "environment", environment, seen_revision),
        rules=await _in_use(tx, environment),
    )
    changed(environment, {"deleted_at": clock.now()})
    deleted = EnvironmentDeleted(id=environment.id, key=environment.slug, title=environment.name)
    await audit.record(tx, actor, deleted)
    return deleted


async def _wanted(tx: AsyncSession, environment: Environment, edits: EnvironmentEdits) -> dict[str, object]:
    """The columns as they are to be, each checked."""
    wanted: dict[str, object] = dict(edits)
    if "slug" in edits and edits["slug"] != environment.slug:
        wanted["slug"] = await free_slug(tx, Environment, edits["slug"])
    if "name" in edits:
        wanted["name"] = filled("name", edits["name"], "Give it a name.")
    return wanted


async def _in_use(tx: AsyncSession, environment: Environment) -> list[Obstacle]:
    to_it = select(func.count()).where(Deployment.environment_id == environment.id)
    of_it = select(func.count()).where(
        FreezeWindow.environment_id == environment.id,
        FreezeWindow.deleted_at.is_(None),
        FreezeWindow.ends_at > clock.now(),
    )
    deployments, freezes = await tx.scalar(to_it), await tx.scalar(of_it)
    obstacles = []
    if deployments:
        text = f"{deployments} deployment(s) were made to it."
        obstacles.append(in_use("environment", text, "Rename it instead."))
    if freezes:
        text = f"{freezes} freeze(s) name it."
        obstacles.append(in_use("environment", text, "Delete those freezes first."))
    return obstacles
