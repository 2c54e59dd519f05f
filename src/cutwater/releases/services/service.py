"""Adding, changing and deleting services."""

from typing import TypedDict

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.catalogue.events import ServiceCreated, ServiceDeleted, ServiceUpdated
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.service import free_slug, in_use
from cutwater.releases.core import slugs
from cutwater.releases.core.facts import Colour
from cutwater.releases.core.refusals import filled
from cutwater.releases.records.models import Release


@frozen
class ServiceDraft:
    """A new service; an empty slug is made from the name."""

    name: str
    slug: str = ""
    description: str = ""
    repository: str = ""
    jira_project: str = ""
    colour: str = Colour.BLUE


class ServiceEdits(TypedDict, total=False):
    """What to change; `is_archived` hides a service from new releases and keeps its history."""

    slug: str
    name: str
    description: str
    repository: str
    jira_project: str
    colour: str
    is_archived: bool


async def create_service(tx: AsyncSession, actor: Actor, draft: ServiceDraft) -> ServiceCreated:
    """Add a service that releases can be made of."""
    refuse(may=lacking(actor, Grant.SERVICES_WRITE, "create a service"))
    service = Service(
        id=new_id(),
        slug=await free_slug(tx, Service, draft.slug or slugs.slug_of(draft.name)),
        name=filled("name", draft.name, "Give it a name."),
        description=draft.description,
        repository=draft.repository,
        jira_project=draft.jira_project.upper(),
        colour=draft.colour,
    )
    tx.add(service)
    await tx.flush()
    created = ServiceCreated(id=service.id, key=service.slug, title=service.name)
    await audit.record(tx, actor, created)
    await _index(tx, service)
    return created


async def update_service(
    tx: AsyncSession, actor: Actor, slug: str, edits: ServiceEdits, *, seen_revision: int | None
) -> ServiceUpdated:
    """Change a service. What comes back says what changed, and by which short name it is known now."""
    service = await held(tx, Service, slug, what="This service")
    refuse(
        may=lacking(actor, Grant.SERVICES_WRITE, "edit a service"),
        seen=await audit.stale(tx, "service", service, seen_revision),
    )
    changes = changed(service, await _wanted(tx, service, edits), private=("description",))
    updated = ServiceUpdated(id=service.id, key=service.slug, title=service.name, changes=changes)
    if changes:
        await audit.record(tx, actor, updated)
        await _index(tx, service)
    return updated


async def delete_service(
    tx: AsyncSession, actor: Actor, slug: str, *, seen_revision: int | None
) -> ServiceDeleted:
    """Take a service away; refused while it has releases: archive it instead."""
    service = await held(tx, Service, slug, what="This service")
    refuse(
        may=lacking(actor, Grant.SERVICES_WRITE, "delete a service"),
        seen=await audit.stale(tx, "service", service, seen_revision),
        rules=await _in_use(tx, service),
    )
    changed(service, {"deleted_at": clock.now()})
    deleted = ServiceDeleted(id=service.id, key=service.slug, title=service.name)
    await audit.record(tx, actor, deleted)
    await search.drop(tx, service.id)
    return deleted


async def _wanted(tx: AsyncSession, service: Service, edits: ServiceEdits) -> dict[str, object]:
    """The columns as they are to be, each checked."""
    wanted: dict[str, object] = {name: value for name, value in edits.items() if name != "is_archived"}
    if "slug" in edits and edits["slug"] != service.slug:
        wanted["slug"] = await free_slug(tx, Service, edits["slug"])
    if "name" in edits:
        wanted["name"] = filled("name", edits["name"], "Give it a name.")
    if "is_archived" in edits and edits["is_archived"] is not (service.archived_at is not None):
        wanted["archived_at"] = clock.now() if edits["is_archived"] else None
    return wanted


async def _in_use(tx: AsyncSession, service: Service) -> list[Obstacle]:
    of_it = select(func.count()).where(Release.service_id == service.id, Release.deleted_at.is_(None))
    count = await tx.scalar(of_it)
    if not count:
        return []
    return [in_use("service", f"{service.name} has {count} release(s).", "Archive it instead.")]


async def _index(tx: AsyncSession, service: Service) -> None:
    await search.put(
        tx,
        kind="service",
        id=service.id,
        key=service.slug,
        title=service.name,
        path=f"/services/{service.slug}",
        words=f"{service.repository} {service.jira_project}",
    )
