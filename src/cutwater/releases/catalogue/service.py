"""Services and environments that others name, and the environments that come with a first deployment."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held_if, named, one_at_a_time
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.catalogue.events import EnvironmentCreated
from cutwater.releases.catalogue.models import Environment, Service
from cutwater.releases.core import slugs
from cutwater.releases.core.facts import EnvironmentKind
from cutwater.releases.core.refusals import filled, unfit

STANDARD = {
    EnvironmentKind.DEVELOPMENT: ("Development", 10),
    EnvironmentKind.STAGING: ("Staging", 20),
    EnvironmentKind.PRODUCTION: ("Production", 30),
}


@frozen
class EnvironmentDraft:
    """A new environment; an empty slug is made from the name."""

    name: str
    kind: EnvironmentKind
    slug: str = ""
    position: int = 0


async def chosen_service(tx: AsyncSession, given: str) -> Service:
    """The service somebody chose, locked; refused at the field when there is none or it is archived."""
    service = await held_if(tx, Service, named(Service, given))
    if service is None:
        raise unfit("service", "Choose a service of the list.")
    if service.archived_at is not None:
        raise unfit("service", f"{service.name} is archived; choose another service.")
    return service


async def chosen_environment(tx: AsyncSession, given: str) -> Environment:
    """The environment somebody chose, locked; refused at the field when there is none."""
    environment = await held_if(tx, Environment, named(Environment, given))
    if environment is None:
        raise unfit("environment", "Choose an environment of the list.")
    return environment


async def environment_of_kind(tx: AsyncSession, actor: Actor, kind: EnvironmentKind) -> UUID:
    """The first environment of a kind; an organization that named none gets the standard one.

    One is made at a time in an organization. The place is waited for after releases, never before.
    """
    first = (
        select(Environment.id)
        .where(Environment.kind == kind.value, Environment.deleted_at.is_(None))
        .order_by(Environment.position, Environment.created_at)
        .limit(1)
    )
    known = await tx.scalar(first)
    if known is not None:
        return known
    await one_at_a_time(tx, f"releases.environments:{actor.organization_id}")
    known = await tx.scalar(first)
    if known is not None:
        return known
    name, position = STANDARD[kind]
    created = await add_environment(tx, actor, EnvironmentDraft(name=name, kind=kind, position=position))
    return created.id


async def add_environment(tx: AsyncSession, actor: Actor, draft: EnvironmentDraft) -> EnvironmentCreated:
    """Add an environment, asking nobody."""
    environment = Environment(
        id=new_id(),
        slug=await free_slug(tx, Environment, draft.slug or slugs.slug_of(draft.name)),
        name=filled("name", draft.name, "Give it a name."),
        kind=draft.kind.value,
        position=draft.position,
    )
    tx.add(environment)
    await tx.flush()
    created = EnvironmentCreated(id=environment.id, key=environment.slug, title=environment.name)
    await audit.record(tx, actor, created)
    return created


async def free_slug(tx: AsyncSession, model: type[Service] | type[Environment], slug: str) -> str:
    """A short name that nothing of its kind has yet."""
    wrong = slugs.problem(slug)
    if wrong:
        raise Invalid({"slug": wrong})
    taken = await tx.scalar(select(model.id).where(model.slug == slug, model.deleted_at.is_(None)))
    if taken is not None:
        raise unfit("slug", f"`{slug}` is taken; choose another.")
    return slug


def in_use(what: str, text: str, hint: str) -> Obstacle:
    """Why a service or an environment cannot be deleted."""
    return Obstacle(code=f"{what}.in_use", text=text, hint=hint, cleared_by="a manager")
