"""Adding, changing and deleting services."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.events import ServiceCreated, ServiceDeleted, ServiceUpdated
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.service import checked_name, differences_of, free_slug, in_use, values_of
from cutwater.releases.core import slugs
from cutwater.releases.records.models import Release


@frozen
class ServiceDraft:
    """A new service; an empty slug is made from the name."""

    name: str
    slug: str = ""
    description: str = ""
    repository: str = ""
    jira_project: str = ""
    colour: str = "blue"


async def create_service(tx: AsyncSession, actor: Actor, draft: ServiceDraft) -> Service:
    """Add a service that releases can be made of."""
    refuse_if(lacking(actor, Grant.SERVICES_WRITE, "create a service"))
    service = Service(
        id=new_id(),
        slug=await free_slug(tx, Service, draft.slug or slugs.slug_of(draft.name)),
        name=checked_name(draft.name),
        description=draft.description,
        repository=draft.repository,
        jira_project=draft.jira_project.upper(),
        colour=draft.colour,
    )
    tx.add(service)
    await tx.flush()
    created = ServiceCreated(id=service.id, key=service.slug, title=service.name, differences={})
    await audit.record(tx, actor, created)
    await _index(tx, service)
    return service


async def update_service(
    tx: AsyncSession, actor: Actor, slug: str, changes: Mapping[str, Any], *, seen_revision: int | None
) -> Service:
    """Change a service; `is_archived` hides it from new releases and keeps its history."""
    service = await queries.service_for_update(tx, slug)
    refuse_if(lacking(actor, Grant.SERVICES_WRITE, "edit a service"))
    refuse_stale(service.revision, seen_revision)
    before = values_of(service, ("slug", "name", "repository", "jira_project", "colour", "archived_at"))
    described = service.description
    if "slug" in changes and changes["slug"] != service.slug:
        service.slug = await free_slug(tx, Service, changes["slug"])
    for name in ("name", "description", "repository", "jira_project", "colour"):
        if name in changes:
            setattr(service, name, checked_name(changes[name]) if name == "name" else changes[name])
    if "is_archived" in changes and changes["is_archived"] is not (service.archived_at is not None):
        service.archived_at = clock.now() if changes["is_archived"] else None
    differences = differences_of(before, service)
    if described != service.description:
        differences["description"] = ("…", "…")
    if differences:
        service.revision += 1
        updated = ServiceUpdated(id=service.id, key=service.slug, title=service.name, differences=differences)
        await audit.record(tx, actor, updated)
        await _index(tx, service)
    return service


async def delete_service(tx: AsyncSession, actor: Actor, slug: str, *, seen_revision: int | None) -> None:
    """Take a service away; refused while it has releases: archive it instead."""
    service = await queries.service_for_update(tx, slug)
    refuse_if(lacking(actor, Grant.SERVICES_WRITE, "delete a service"))
    refuse_stale(service.revision, seen_revision)
    count = await tx.scalar(
        select(func.count()).where(Release.service_id == service.id, Release.deleted_at.is_(None))
    )
    if count:
        refuse_if([in_use("service", f"{service.name} has {count} release(s).", "Archive it instead.")])
    service.deleted_at = clock.now()
    service.revision += 1
    gone = ServiceDeleted(id=service.id, key=service.slug, title=service.name, differences={})
    await audit.record(tx, actor, gone)
    await search.drop(tx, service.id)


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
