"""Adding, renaming and deleting environments."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.events import EnvironmentDeleted, EnvironmentUpdated
from cutwater.releases.catalogue.models import Environment
from cutwater.releases.catalogue.service import (
    EnvironmentDraft,
    add_environment,
    checked_name,
    differences_of,
    free_slug,
    in_use,
    values_of,
)
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.freezes.models import FreezeWindow


async def create_environment(tx: AsyncSession, actor: Actor, draft: EnvironmentDraft) -> Environment:
    """Add an environment."""
    refuse_if(lacking(actor, Grant.ENVIRONMENTS_WRITE, "create an environment"))
    return await add_environment(tx, actor, draft)


async def update_environment(
    tx: AsyncSession, actor: Actor, slug: str, changes: Mapping[str, Any], *, seen_revision: int | None
) -> Environment:
    """Rename or reorder an environment; its kind stays, because deployments were made under it."""
    environment = await queries.environment_for_update(tx, slug)
    refuse_if(lacking(actor, Grant.ENVIRONMENTS_WRITE, "edit an environment"))
    refuse_stale(environment.revision, seen_revision)
    before = values_of(environment, ("slug", "name", "position"))
    if "slug" in changes and changes["slug"] != environment.slug:
        environment.slug = await free_slug(tx, Environment, changes["slug"])
    if "name" in changes:
        environment.name = checked_name(changes["name"])
    if "position" in changes:
        environment.position = changes["position"]
    differences = differences_of(before, environment)
    if differences:
        environment.revision += 1
        updated = EnvironmentUpdated(
            id=environment.id, key=environment.slug, title=environment.name, differences=differences
        )
        await audit.record(tx, actor, updated)
    return environment


async def delete_environment(tx: AsyncSession, actor: Actor, slug: str, *, seen_revision: int | None) -> None:
    """Take an environment away; refused while deployments or freezes point at it."""
    environment = await queries.environment_for_update(tx, slug)
    refuse_if(lacking(actor, Grant.ENVIRONMENTS_WRITE, "delete an environment"))
    refuse_stale(environment.revision, seen_revision)
    deployments = await tx.scalar(select(func.count()).where(Deployment.environment_id == environment.id))
    freezes = await tx.scalar(
        select(func.count()).where(
            FreezeWindow.environment_id == environment.id,
            FreezeWindow.deleted_at.is_(None),
            FreezeWindow.ends_at > clock.now(),
        )
    )
    found = []
    if deployments:
        found.append(
            in_use("environment", f"{deployments} deployment(s) were made to it.", "Rename it instead.")
        )
    if freezes:
        found.append(in_use("environment", f"{freezes} freeze(s) name it.", "Delete those freezes first."))
    refuse_if(found)
    environment.deleted_at = clock.now()
    environment.revision += 1
    gone = EnvironmentDeleted(id=environment.id, key=environment.slug, title=environment.name, differences={})
    await audit.record(tx, actor, gone)
