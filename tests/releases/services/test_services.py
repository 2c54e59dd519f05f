"""Services: unique short names, what is under way, and what the log keeps of a change."""

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import Status
from cutwater.releases.services.queries import service_row
from cutwater.releases.services.service import delete_service, update_service
from tests import world
from tests.releases.factories import a_release, a_service, codes, logged, made_by, release_at


async def test_a_service_is_found_by_its_name_in_any_case_by_page_and_api(
    page: httpx2.AsyncClient, api: httpx2.AsyncClient
) -> None:
    release = await made_by(api)
    id = (await api.get("/services/payments")).json()["data"]["id"]
    for name in ("payments", "PAYMENTS", "Payments", id, id.upper()):
        assert (await api.get(f"/services/{name}")).json()["data"]["id"] == id
        assert (await api.patch(f"/services/{name}", json={})).status_code == 200
        assert str(release["key"]) in (await page.get(f"/services/{name}")).text
        assert (await page.get(f"/services/{name}/edit")).status_code == 200
        assert (await page.get(f"/releases/new?service={name}")).status_code == 200


async def test_a_taken_name_an_archived_service_and_one_in_use_are_refused(api: httpx2.AsyncClient) -> None:
    await made_by(api)
    taken = await api.post("/services", json={"name": "Payments"})
    assert taken.json()["error"]["details"] == [
        {"field": "slug", "message": "`payments` is taken; choose another."}
    ]
    assert codes(await api.delete("/services/payments")) == ["service.in_use"]
    archived = await api.patch("/services/payments", json={"is_archived": True, "colour": "teal"})
    assert archived.json()["data"]["archived_at"] is not None
    refused = await api.post("/releases", json={"service": "payments", "title": "More"})
    assert refused.json()["error"]["details"][0]["field"] == "service"


async def test_a_service_counts_its_releases_under_way_and_in_all(tx: AsyncSession, owner: Actor) -> None:
    service = await a_service(tx, owner)
    await release_at(tx, owner, Status.CANCELLED, service=service.slug)
    await a_release(tx, owner, service=service.slug)
    row = await service_row(SessionReader(tx), service.slug.upper())
    assert (row.releases_active, row.releases_total) == (1, 2)


async def test_the_log_keeps_what_changed_and_none_of_the_description(tx: AsyncSession, owner: Actor) -> None:
    service = await a_service(tx, owner, "Payments")
    edits = {"name": "Instant payments", "description": "Run by Omar", "colour": "blue"}
    updated = await update_service(tx, owner, service.slug, edits, seen_revision=1)  # type: ignore[arg-type]
    assert updated.changes.fields == {"name": ("Payments", "Instant payments")}
    assert updated.changes.texts == {"description": ("", "Run by Omar")}
    (kept,) = await logged(tx, "service.updated")
    assert kept["changes"]["name"] == ["Payments", "Instant payments"]
    assert "Omar" not in str(kept)


async def test_saving_what_is_there_already_changes_and_logs_nothing(tx: AsyncSession, owner: Actor) -> None:
    service = await a_service(tx, owner)
    updated = await update_service(tx, owner, service.slug, {"name": service.name}, seen_revision=1)
    assert (bool(updated.changes), service.revision) == (False, 1)
    assert await logged(tx, "service.updated") == []


async def test_no_grant_comes_before_an_old_revision_and_that_before_what_is_in_use(
    tx: AsyncSession, owner: Actor
) -> None:
    service, member = await a_service(tx, owner), await world.person(tx, owner, "MEMBER")
    await a_release(tx, owner, service=service.slug)
    await update_service(tx, owner, service.slug, {"repository": "acme/pay"}, seen_revision=1)
    with pytest.raises(Forbidden) as forbidden:
        await delete_service(tx, member, service.slug, seen_revision=1)
    assert all(obstacle.is_permission for obstacle in forbidden.value.obstacles)
    with pytest.raises(Stale, match=f"{owner.name} changed it since you looked"):
        await delete_service(tx, owner, service.slug, seen_revision=1)
    with pytest.raises(Conflict, match="release"):
        await delete_service(tx, owner, service.slug, seen_revision=2)
