"""The API of releases: one shape, ETags, refusals with obstacles, foreign ids that do not exist."""

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.releases.comments.service import add_comment
from cutwater.releases.core.facts import Status
from cutwater.releases.items.service import ItemDraft, add_item
from cutwater.releases.records.service import block_release
from tests import world
from tests.releases.factories import a_service, codes, made_by, release_at


async def test_a_release_is_made_read_edited_and_listed(api: httpx2.AsyncClient) -> None:
    release = await made_by(api, version="2.4.0", priority="HIGH", target_date="2026-12-01")
    assert (release["key"], release["status"], release["service_slug"]) == ("R-1", "PLANNING", "payments")
    read = await api.get("/releases/R-1")
    assert (read.headers["etag"], read.json()["data"]) == ('"1"', release)
    assert (await api.get(f"/releases/{release['id']}")).json()["data"]["key"] == "R-1"
    edited = await api.patch("/releases/R-1", json={"title": "Faster", "target_date": None})
    assert edited.json()["data"]["title"] == "Faster"
    assert edited.json()["data"]["target_date"] is None
    assert edited.headers["etag"] == '"2"'
    listed = (await api.get("/releases?q=service:payments%20faster&sort=-priority")).json()
    assert [row["key"] for row in listed["data"]] == ["R-1"]
    assert listed["meta"]["total"] == 1
    assert {key: listed["data"][0][key] for key in listed["data"][0]} == {
        key: value
        for key, value in edited.json()["data"].items()
        if key not in ("description", "blocked_at", "blocked_by_id")
    }


async def test_the_status_is_moved_and_never_edited(api: httpx2.AsyncClient) -> None:
    await made_by(api)
    refused = await api.patch("/releases/R-1", json={"status": "DEPLOYED"})
    assert refused.status_code == 400
    assert "/moves" in refused.text
    moved = await api.post("/releases/R-1/moves", json={"target": "IN_DEVELOPMENT"})
    assert moved.json()["data"]["status"] == "IN_DEVELOPMENT"
    refused = await api.post("/releases/R-1/moves", json={"target": "IN_REVIEW"})
    assert (refused.status_code, codes(refused)) == (409, ["requirement.has_items"])


async def test_what_was_seen_is_checked_by_if_match_and_by_revision(api: httpx2.AsyncClient) -> None:
    await made_by(api)
    move = {"target": "IN_DEVELOPMENT"}
    stale = await api.post("/releases/R-1/moves", json=move, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await api.post("/releases/R-1/moves", json={**move, "revision": 7})).status_code == 409
    assert (await api.patch("/releases/R-1", json={}, headers={"If-Match": "seven"})).status_code == 400
    fresh = await api.post("/releases/R-1/moves", json=move, headers={"If-Match": '"1"'})
    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"2"')


async def test_items_dependencies_comments_and_their_feed(api: httpx2.AsyncClient) -> None:
    await made_by(api)
    await made_by(api, title="Ledger")
    item = (await api.post("/releases/R-1/items", json={"reference": "acme/payments#7"})).json()["data"]
    one = f"/releases/R-1/items/{item['id']}"
    assert (await api.patch(one, json={"status": "Merged"})).json()["data"]["is_done"] is True
    assert (await api.get(one)).headers["etag"] == '"2"'
    added = await api.post("/releases/R-1/dependencies", json={"blocker": "R-2", "kind": "BLOCKS"})
    assert added.json()["data"]["peer_key"] == "R-2"
    cycle = await api.post("/releases/R-2/dependencies", json={"blocker": "R-1", "kind": "REQUIRES_SYNC"})
    assert codes(cycle) == ["dependency.there_already"] or codes(cycle) == ["dependency.cycle"]
    dependency = f"/releases/R-1/dependencies/{added.json()['data']['id']}"
    assert (await api.get(dependency)).status_code == 200
    body = "**Bold** <script>alert(1)</script> [x](javascript:alert(1))"
    comment = (await api.post("/releases/R-1/comments", json={"body": body})).json()["data"]
    assert "<strong>Bold</strong>" in comment["html"]
    assert "<script" not in comment["html"]
    assert "href" not in comment["html"]
    explained = (await api.get("/releases/R-1/explain")).json()["data"]
    assert (explained["standing"], [line["key"] for line in explained["lines"]]) == (
        "BLOCKED",
        ["R-1", "R-2"],
    )
    assert (await api.delete(dependency)).status_code == 204
    first = (await api.get("/releases/R-1/activities?limit=2")).json()
    assert [each["name"] for each in first["data"]] == [
        "release.dependency_removed",
        "release.comment_added",
    ]
    cursor = first["meta"]["next_cursor"]
    then = (await api.get(f"/releases/R-1/activities?limit=2&cursor={cursor}")).json()
    assert [each["name"] for each in then["data"]] == ["release.dependency_added", "release.item_changed"]


async def test_the_dashboard_counts(database: Database, boss: Actor, api: httpx2.AsyncClient) -> None:
    async with database.tx(boss) as tx:
        of = (await a_service(tx, boss)).slug
        await release_at(tx, boss, Status.DEPLOYED, service=of)
        await release_at(tx, boss, Status.READY_STAGING, service=of)
        blocked = await release_at(tx, boss, Status.READY_PRODUCTION, service=of)
        await block_release(tx, boss, blocked.key, "Audit", seen_revision=None)
    assert (await api.get("/dashboard/stats")).json()["data"] == {
        "active": 2,
        "blocked": 1,
        "ready_staging": 1,
        "ready_production": 1,
        "deployed_this_month": 1,
        "overdue": 0,
    }


async def test_another_organizations_things_do_not_exist(database: Database, api: httpx2.AsyncClient) -> None:
    theirs = await world.organization_in(database)
    async with database.tx(theirs) as tx:
        release = await release_at(tx, theirs, Status.IN_REVIEW)
        comment = await add_comment(tx, theirs, release.key, "Secret")
        item = await add_item(tx, theirs, release.key, ItemDraft(reference="PAY-1"))
    await made_by(api)
    for path in (
        f"/releases/{release.id}",
        f"/releases/{release.id}/moves",
        f"/releases/{release.id}/explain",
        f"/releases/{release.id}/comments",
        f"/releases/R-1/comments/{comment.comment_id}",
        f"/releases/R-1/items/{item.item_id}",
        f"/services/{release.service_id}",
    ):
        assert (await api.get(path)).status_code == 404, path
    foreign = await api.post("/releases/R-1/dependencies", json={"blocker": str(release.id)})
    assert foreign.status_code == 409
    assert (await api.post(f"/releases/{release.id}/moves", json={"target": "PLANNING"})).status_code == 404
    taken = await api.post("/releases", json={"service": str(release.service_id), "title": "Mine"})
    assert taken.status_code == 409


@pytest.mark.parametrize(
    "key", ["R-999", "nothing", "%00", "R-1%27", "01a1f8ce-0000-7000-8000-000000000000", "%F0%9F%9A%80"]
)
async def test_a_key_that_is_none_is_not_found(api: httpx2.AsyncClient, key: str) -> None:
    for path in (
        f"/releases/{key}",
        f"/releases/{key}/explain",
        f"/releases/{key}/items",
        f"/services/{key}",
    ):
        assert (await api.get(path)).status_code == 404, path


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/releases?q=status:nonsense", "no status"),
        ("/releases?q=is:asleep", "is:asleep is not known"),
        ("/releases?sort=mood", "sort"),
        ("/releases?per_page=100000", "per_page"),
        ("/releases?q=a%00b", "cannot be stored"),
        ("/releases/R-1/activities?cursor=bm8", "cursor"),
    ],
)
async def test_a_filter_that_means_nothing_is_refused_by_name(
    api: httpx2.AsyncClient, address: str, says: str
) -> None:
    await made_by(api)
    refused = await api.get(address)
    assert refused.status_code == 400
    assert says in refused.text
