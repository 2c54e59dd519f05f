"""Services and environments: what releases are of, and where they go."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases import queries, slugs
from cutwater.releases.drafts import EnvironmentDraft, ServiceDraft
from cutwater.releases.events import (
    EnvironmentCreated,
    EnvironmentDeleted,
    EnvironmentUpdated,
    ServiceCreated,
    ServiceDeleted,
    ServiceUpdated,
)
from cutwater.releases.facts import EnvironmentKind
from cutwater.releases.models import Deployment, Environment, FreezeWindow, Release, Service
from cutwater.releases.refusals import unfit

STANDARD = {
    EnvironmentKind.DEVELOPMENT: ("Development", 10),
    EnvironmentKind.STAGING: ("Staging", 20),
    EnvironmentKind.PRODUCTION: ("Production", 30),
}


async def create_service(tx: AsyncSession, actor: Actor, draft: ServiceDraft) -> Service:
    """Add a service that releases can be made of."""
    refuse_if(lacking(actor, Grant.SERVICES_WRITE, "create a service"))
    service = Service(
        id=new_id(),
        slug=await _free_slug(tx, Service, draft.slug or slugs.slug_of(draft.name)),
        name=_named(draft.name),
        description=draft.description,
        repository=draft.repository,
        jira_project=draft.jira_project.upper(),
        colour=draft.colour,
    )
    tx.add(service)
    await tx.flush()
    created = ServiceCreated(id=service.id, key=service.slug, title=service.name, differences={})
    await audit.record(tx, actor, created)
    await _find_by(tx, service)
    return service


async def edit_service(
    tx: AsyncSession, actor: Actor, slug: str, changes: Mapping[str, Any], *, seen_revision: int | None
) -> Service:
    """Change a service; `is_archived` hides it from new releases and keeps its history."""
    service = await queries.service_for_update(tx, slug)
    refuse_if(lacking(actor, Grant.SERVICES_WRITE, "edit a service"))
    refuse_stale(service.revision, seen_revision)
    before = _values(service, ("slug", "name", "repository", "jira_project", "colour", "archived_at"))
    described = service.description
    if "slug" in changes and changes["slug"] != service.slug:
        service.slug = await _free_slug(tx, Service, changes["slug"])
    for name in ("name", "description", "repository", "jira_project", "colour"):
        if name in changes:
            setattr(service, name, _named(changes[name]) if name == "name" else changes[name])
    if "is_archived" in changes and changes["is_archived"] is not (service.archived_at is not None):
        service.archived_at = clock.now() if changes["is_archived"] else None
    differences = _differences(before, service)
    if described != service.description:
        differences["description"] = ("…", "…")
    if differences:
        service.revision += 1
        updated = ServiceUpdated(id=service.id, key=service.slug, title=service.name, differences=differences)
        await audit.record(tx, actor, updated)
        await _find_by(tx, service)
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
        refuse_if([_in_use("service", f"{service.name} has {count} release(s).", "Archive it instead.")])
    service.deleted_at = clock.now()
    service.revision += 1
    gone = ServiceDeleted(id=service.id, key=service.slug, title=service.name, differences={})
    await audit.record(tx, actor, gone)
    await search.drop(tx, service.id)


async def create_environment(tx: AsyncSession, actor: Actor, draft: EnvironmentDraft) -> Environment:
    """Add an environment."""
    refuse_if(lacking(actor, Grant.ENVIRONMENTS_WRITE, "create an environment"))
    return await _add_environment(tx, actor, draft)


async def edit_environment(
    tx: AsyncSession, actor: Actor, slug: str, changes: Mapping[str, Any], *, seen_revision: int | None
) -> Environment:
    """Rename or reorder an environment; its kind stays, because deployments were made under it."""
    environment = await queries.environment_for_update(tx, slug)
    refuse_if(lacking(actor, Grant.ENVIRONMENTS_WRITE, "edit an environment"))
    refuse_stale(environment.revision, seen_revision)
    before = _values(environment, ("slug", "name", "position"))
    if "slug" in changes and changes["slug"] != environment.slug:
        environment.slug = await _free_slug(tx, Environment, changes["slug"])
    if "name" in changes:
        environment.name = _named(changes["name"])
    if "position" in changes:
        environment.position = changes["position"]
    differences = _differences(before, environment)
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
            _in_use("environment", f"{deployments} deployment(s) were made to it.", "Rename it instead.")
        )
    if freezes:
        found.append(_in_use("environment", f"{freezes} freeze(s) name it.", "Delete those freezes first."))
    refuse_if(found)
    environment.deleted_at = clock.now()
    environment.revision += 1
    gone = EnvironmentDeleted(id=environment.id, key=environment.slug, title=environment.name, differences={})
    await audit.record(tx, actor, gone)


async def environment_of_kind(tx: AsyncSession, actor: Actor, kind: EnvironmentKind) -> Environment:
    """The first environment of a kind; an organization that named none gets the standard one."""
    wanted = (
        select(Environment)
        .where(Environment.kind == kind.value, Environment.deleted_at.is_(None))
        .order_by(Environment.position, Environment.created_at)
        .limit(1)
    )
    found = await tx.scalar(wanted)
    if found is not None:
        return found
    await queries.lock_environments(tx, actor.organization_id)
    found = await tx.scalar(wanted)
    if found is not None:
        return found
    name, position = STANDARD[kind]
    return await _add_environment(tx, actor, EnvironmentDraft(name=name, kind=kind, position=position))


async def _add_environment(tx: AsyncSession, actor: Actor, draft: EnvironmentDraft) -> Environment:
    environment = Environment(
        id=new_id(),
        slug=await _free_slug(tx, Environment, draft.slug or slugs.slug_of(draft.name)),
        name=_named(draft.name),
        kind=draft.kind.value,
        position=draft.position,
    )
    tx.add(environment)
    await tx.flush()
    created = EnvironmentCreated(
        id=environment.id, key=environment.slug, title=environment.name, differences={}
    )
    await audit.record(tx, actor, created)
    return environment


async def _free_slug(tx: AsyncSession, kind: type[Service] | type[Environment], slug: str) -> str:
    wrong = slugs.problem(slug)
    if wrong:
        raise Invalid({"slug": wrong})
    taken = await tx.scalar(select(kind.id).where(kind.slug == slug, kind.deleted_at.is_(None)))
    if taken is not None:
        raise unfit("slug", f"`{slug}` is taken; choose another.")
    return slug


async def _find_by(tx: AsyncSession, service: Service) -> None:
    await search.put(
        tx,
        kind="service",
        id=service.id,
        key=service.slug,
        title=service.name,
        path=f"/services/{service.slug}",
        words=f"{service.repository} {service.jira_project}",
    )


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid({"name": "Give it a name."})
    return name.strip()


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _differences(before: dict[str, Any], row: Any) -> dict[str, tuple[Any, Any]]:
    return {name: (was, getattr(row, name)) for name, was in before.items() if was != getattr(row, name)}


def _in_use(what: str, text: str, hint: str) -> Obstacle:
    return Obstacle(code=f"{what}.in_use", text=text, hint=hint, cleared_by="a manager")
