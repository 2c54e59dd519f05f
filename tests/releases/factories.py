"""Releases for tests, walked there by the real verbs."""

from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.releases import service
from cutwater.releases.drafts import ItemDraft, ReleaseDraft, ServiceDraft
from cutwater.releases.facts import PATH, Status
from cutwater.releases.models import Release, Service

_numbers = count(1)


async def a_service(tx: AsyncSession, actor: Actor, name: str = "") -> Service:
    """A service."""
    return await service.create_service(tx, actor, ServiceDraft(name=name or f"Service {next(_numbers)}"))


async def a_release(tx: AsyncSession, actor: Actor, **given: Any) -> Release:
    """A release in planning, of a service of its own unless one is named."""
    if "service" not in given:
        given["service"] = (await a_service(tx, actor)).slug
    given.setdefault("title", f"Release {next(_numbers)}")
    return await service.create_release(tx, actor, ReleaseDraft(**given))


async def release_at(tx: AsyncSession, actor: Actor, status: Status, **given: Any) -> Release:
    """A release at a status, with one item that is done, walked there move by move."""
    release = await a_release(tx, actor, **given)
    await service.add_item(
        tx, actor, release.key, ItemDraft(reference=f"acme/api#{next(_numbers)}", status="Merged")
    )
    await walk(tx, actor, release, status)
    return release


async def walk(tx: AsyncSession, actor: Actor, release: Release, status: Status) -> None:
    """Move a release to a status, one legal step after the other."""
    way = list(PATH)
    last = {Status.CANCELLED: Status.PLANNING, Status.ROLLED_BACK: Status.DEPLOYED}.get(status, status)
    for target in way[way.index(Status(release.status)) + 1 : way.index(last) + 1]:
        await service.move_release(tx, actor, release.key, target, seen_revision=None)
    if last is not status:
        await service.move_release(tx, actor, release.key, status, seen_revision=None, note="Because.")
