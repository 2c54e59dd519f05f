"""Environments come by themselves with the first deployment; short names are unique."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.events import EnvironmentCreated
from cutwater.releases.catalogue.models import Environment, Service
from cutwater.releases.core import slugs
from cutwater.releases.core.facts import EnvironmentKind
from cutwater.releases.core.refusals import unfit


@frozen
class EnvironmentDraft:
    """A new environment; an empty slug is made from the name."""

    name: str
    kind: EnvironmentKind
    slug: str = ""
    position: int = 0


STANDARD = {
    EnvironmentKind.DEVELOPMENT: ("Development", 10),
    EnvironmentKind.STAGING: ("Staging", 20),
    EnvironmentKind.PRODUCTION: ("Production", 30),
}


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
    return await add_environment(tx, actor, EnvironmentDraft(name=name, kind=kind, position=position))


async def add_environment(tx: AsyncSession, actor: Actor, draft: EnvironmentDraft) -> Environment:
    environment = Environment(
        id=new_id(),
        slug=await free_slug(tx, Environment, draft.slug or slugs.slug_of(draft.name)),
        name=checked_name(draft.name),
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


async def free_slug(tx: AsyncSession, kind: type[Service] | type[Environment], slug: str) -> str:
    wrong = slugs.problem(slug)
    if wrong:
        raise Invalid({"slug": wrong})
    taken = await tx.scalar(select(kind.id).where(kind.slug == slug, kind.deleted_at.is_(None)))
    if taken is not None:
        raise unfit("slug", f"`{slug}` is taken; choose another.")
    return slug


def checked_name(name: str) -> str:
    if not name.strip():
        raise Invalid({"name": "Give it a name."})
    return name.strip()


def values_of(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def differences_of(before: dict[str, Any], row: Any) -> dict[str, tuple[Any, Any]]:
    return {name: (was, getattr(row, name)) for name, was in before.items() if was != getattr(row, name)}


def in_use(what: str, text: str, hint: str) -> Obstacle:
    return Obstacle(code=f"{what}.in_use", text=text, hint=hint, cleared_by="a manager")
