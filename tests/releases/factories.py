"""Releases for tests, walked there by the real verbs."""

from itertools import count
from typing import Any

import httpx2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.keyed import held
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import PATH, Status
from cutwater.releases.items.service import ItemDraft, add_item
from cutwater.releases.moves.service import move_release
from cutwater.releases.records.models import Release
from cutwater.releases.records.service import ReleaseDraft, create_release
from cutwater.releases.services.service import ServiceDraft, create_service

_numbers = count(1)


async def a_service(tx: AsyncSession, actor: Actor, name: str = "") -> Service:
    """A service."""
    created = await create_service(tx, actor, ServiceDraft(name=name or f"Service {next(_numbers)}"))
    return await held(tx, Service, created.id, what="This service")


async def a_release(tx: AsyncSession, actor: Actor, **given: Any) -> Release:
    """A release in planning, of a service of its own unless one is named."""
    if "service" not in given:
        given["service"] = (await a_service(tx, actor)).slug
    given.setdefault("title", f"Release {next(_numbers)}")
    created = await create_release(tx, actor, ReleaseDraft(**given))
    return await held(tx, Release, created.release_id, what="This release")


async def release_at(tx: AsyncSession, actor: Actor, status: Status, **given: Any) -> Release:
    """A release at a status, with one item that is done, walked there move by move."""
    release = await a_release(tx, actor, **given)
    await add_item(tx, actor, release.key, ItemDraft(reference=f"acme/api#{next(_numbers)}", status="Merged"))
    await walk(tx, actor, release, status)
    return release


async def walk(tx: AsyncSession, actor: Actor, release: Release, status: Status) -> None:
    """Move a release to a status, one legal step after the other."""
    way = list(PATH)
    last = {Status.CANCELLED: Status.PLANNING, Status.ROLLED_BACK: Status.DEPLOYED}.get(status, status)
    for target in way[way.index(Status(release.status)) + 1 : way.index(last) + 1]:
        await move_release(tx, actor, release.key, target, seen_revision=None)
    if last is not status:
        await move_release(tx, actor, release.key, status, seen_revision=None, note="Because.")


async def made_by(api: httpx2.AsyncClient, **given: object) -> dict[str, object]:
    """A release made through the API, of a service made through the API."""
    if (await api.get("/services/payments")).status_code == 404:
        answer = await api.post("/services", json={"name": "Payments", "repository": "acme/payments"})
        assert answer.status_code == 201, answer.text
    answer = await api.post("/releases", json={"service": "payments", "title": "Instant payments", **given})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


def codes(answer: httpx2.Response) -> list[str]:
    """What was in the way, by its codes."""
    return [obstacle["code"] for obstacle in answer.json()["error"]["obstacles"]]


async def logged(tx: AsyncSession, name: str) -> list[dict[str, Any]]:
    """What the log has of the events of a name, the oldest first."""
    rows = await tx.execute(text("select data from event_log where name = :name order by id"), {"name": name})
    return [row.data for row in rows]
