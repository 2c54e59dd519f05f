"""Environments: found in any case, renamed, and kept while something points at them."""

import httpx2

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.releases.core.facts import Status
from tests.releases.factories import codes, release_at

STAGE = {"name": "Stage 1", "kind": "STAGING"}


async def test_an_environment_is_found_by_its_name_in_any_case_by_page_and_api(
    page: httpx2.AsyncClient, api: httpx2.AsyncClient
) -> None:
    made = (await api.post("/environments", json=STAGE)).json()["data"]
    assert made["slug"] == "stage-1"
    for name in ("stage-1", "STAGE-1", made["id"]):
        assert (await api.get(f"/environments/{name}")).json()["data"]["id"] == made["id"]
    renamed = await page.post("/environments/Stage-1", data={"name": "Stage 2", "revision": "1"})
    assert renamed.status_code == 303
    assert "Stage 2" in (await page.get("/environments")).text


async def test_an_environment_with_a_freeze_or_a_deployment_is_not_deleted(
    database: Database, boss: Actor, api: httpx2.AsyncClient
) -> None:
    await api.post("/environments", json=STAGE)
    window = {"environment": "STAGE-1", "title": "Load test"}
    window |= {"starts_at": "2027-01-01T00:00:00+01:00", "ends_at": "2030-01-01T00:00:00Z"}
    freeze = (await api.post("/freezes", json=window)).json()["data"]
    async with database.tx(boss) as tx:
        await release_at(tx, boss, Status.IN_STAGING)
    refused = await api.delete("/environments/stage-1")
    assert codes(refused) == ["environment.in_use", "environment.in_use"]
    assert (await api.delete(f"/freezes/{freeze['id']}")).status_code == 204
    assert codes(await api.delete("/environments/stage-1")) == ["environment.in_use"]


async def test_an_old_revision_is_told_by_whom_it_was_changed(api: httpx2.AsyncClient, boss: Actor) -> None:
    await api.post("/environments", json=STAGE)
    await api.patch("/environments/stage-1", json={"position": 7})
    stale = await api.patch("/environments/stage-1", json={"position": 8}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert f"{boss.name}" in stale.json()["error"]["message"]
