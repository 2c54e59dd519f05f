"""The API of releases: one shape, ETags, refusals with obstacles, foreign ids that do not exist."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.releases import service
from cutwater.releases.drafts import ItemDraft
from cutwater.releases.facts import Status, Verdict
from tests import world
from tests.releases.factories import a_release, a_service, release_at
from tests.serving import Served


@pytest.fixture
async def api(served: Served, boss: Actor) -> AsyncIterator[httpx2.AsyncClient]:
    async with await served.program(boss) as client:
        yield client


async def made(api: httpx2.AsyncClient, **given: object) -> dict[str, object]:
    """A release made through the API, of a service made through the API."""
    found = await api.get("/services/payments")
    if found.status_code == 404:
        answer = await api.post("/services", json={"name": "Payments", "repository": "acme/payments"})
        assert answer.status_code == 201, answer.text
    answer = await api.post("/releases", json={"service": "payments", "title": "Instant payments", **given})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


def codes(answer: httpx2.Response) -> list[str]:
    return [each["code"] for each in answer.json()["error"]["obstacles"]]


async def test_a_release_is_made_read_edited_and_listed(api: httpx2.AsyncClient) -> None:
    release = await made(api, version="2.4.0", priority="HIGH", target_date="2026-12-01")
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
    await made(api)
    refused = await api.patch("/releases/R-1", json={"status": "DEPLOYED"})
    assert refused.status_code == 400
    assert "/moves" in refused.text
    moved = await api.post("/releases/R-1/moves", json={"target": "IN_DEVELOPMENT"})
    assert moved.json()["data"]["status"] == "IN_DEVELOPMENT"
    refused = await api.post("/releases/R-1/moves", json={"target": "IN_REVIEW"})
    assert (refused.status_code, codes(refused)) == (409, ["requirement.has_items"])


async def test_the_moves_say_beforehand_what_the_move_would_be_refused_for(api: httpx2.AsyncClient) -> None:
    await made(api)
    await api.post("/releases/R-1/moves", json={"target": "IN_DEVELOPMENT"})
    options = (await api.get("/releases/R-1/moves")).json()["data"]
    assert [(each["target"], [o["code"] for o in each["obstacles"]]) for each in options] == [
        ("IN_REVIEW", ["requirement.has_items"]),
        ("PLANNING", []),
        ("CANCELLED", []),
    ]


async def test_what_was_seen_is_checked_by_if_match_and_by_revision(api: httpx2.AsyncClient) -> None:
    await made(api)
    move = {"target": "IN_DEVELOPMENT"}
    stale = await api.post("/releases/R-1/moves", json=move, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await api.post("/releases/R-1/moves", json={**move, "revision": 7})).status_code == 409
    assert (await api.patch("/releases/R-1", json={}, headers={"If-Match": "seven"})).status_code == 400
    fresh = await api.post("/releases/R-1/moves", json=move, headers={"If-Match": '"1"'})
    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"2"')


@pytest.mark.parametrize("reference", ["", "PAY", "acme/api#0", "https://acme.example/x", "<b>"])
async def test_what_is_no_reference_is_answered_with_what_would_be_one(
    api: httpx2.AsyncClient, reference: str
) -> None:
    await api.post("/services", json={"name": "Payments"})
    await api.post("/releases", json={"service": "payments", "title": "One"})
    answer = await api.post("/releases/R-1/items", json={"reference": reference})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "reference")
    assert detail["message"].startswith("Use an issue key such as PAY-12, acme/api#12")


async def test_items_dependencies_comments_and_their_feed(api: httpx2.AsyncClient) -> None:
    await made(api)
    await made(api, title="Ledger")
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


async def test_only_the_author_edits_a_comment(served: Served, database: Database, boss: Actor) -> None:
    async with database.tx(boss) as tx:
        release = await a_release(tx, boss)
        comment = await service.add_comment(tx, boss, release.key, "Mine")
        member = await world.person(tx, boss, "MEMBER")
    address = f"/releases/{release.key}/comments/{comment.id}"
    async with await served.program(member) as theirs, await served.program(boss) as mine:
        refused = await theirs.patch(address, json={"body": "Theirs"})
        assert (refused.status_code, codes(refused)) == (403, ["permission.author"])
        assert (await theirs.delete(address)).status_code == 403
        edited = (await mine.patch(address, json={"body": "Still mine"})).json()["data"]
        assert (edited["body"], edited["edited_at"] is not None) == ("Still mine", True)
        assert (await mine.delete(address)).status_code == 204
        assert (await mine.get(address)).status_code == 404


async def test_only_the_named_approver_approves(served: Served, database: Database, boss: Actor) -> None:
    async with database.tx(boss) as tx:
        release = await a_release(tx, boss)
        dana, member = await world.person(tx, boss, "VIEWER", "Dana"), await world.person(tx, boss, "MEMBER")
        approval = await service.name_approver(tx, boss, release.key, dana.user_id)
    address = f"/releases/{release.key}/approvals/{approval.id}"
    async with await served.program(dana) as hers, await served.program(boss) as mine:
        refused = await mine.patch(address, json={"verdict": "APPROVED"})
        assert (refused.status_code, codes(refused)) == (403, ["permission.approver"])
        assert (await hers.patch(address, json={"verdict": "REFUSED"})).status_code == 400
        given = await hers.patch(address, json={"verdict": "APPROVED", "note": "Fine"})
        assert given.json()["data"]["verdict"] == Verdict.APPROVED
        myself = {"approver_id": str(boss.user_id)}
        assert (await mine.post(f"/releases/{release.key}/approvals", json=myself)).status_code == 409
        reasoned = {**myself, "reason": "Dana is ill"}
        assert (await mine.post(f"/releases/{release.key}/approvals", json=reasoned)).status_code == 201
        assert (await mine.delete(address)).status_code == 409
        assert (await mine.delete(f"{address}?reason=Left")).status_code == 204
    async with await served.program(member) as theirs:
        assert (
            await theirs.post(f"/releases/{release.key}/approvals", json={"approver_id": str(member.user_id)})
        ).status_code == 403


async def test_services_environments_freezes_and_requirements(api: httpx2.AsyncClient) -> None:
    await made(api)
    assert (await api.post("/services", json={"name": "Payments"})).json()["error"]["details"] == [
        {"field": "slug", "message": "`payments` is taken; choose another."}
    ]
    assert (await api.delete("/services/payments")).status_code == 409
    archived = await api.patch("/services/payments", json={"is_archived": True, "colour": "teal"})
    assert archived.json()["data"]["archived_at"] is not None
    refused = await api.post("/releases", json={"service": "payments", "title": "More"})
    assert refused.json()["error"]["details"][0]["field"] == "service"
    stage = await api.post("/environments", json={"name": "Stage 1", "kind": "STAGING"})
    assert stage.json()["data"]["slug"] == "stage-1"
    window = {"environment": "stage-1", "title": "Load test"}
    window |= {"starts_at": "2026-01-01T00:00:00+01:00", "ends_at": "2030-01-01T00:00:00Z"}
    freeze = (await api.post("/freezes", json=window)).json()["data"]
    wrong = await api.patch(f"/freezes/{freeze['id']}", json={"ends_at": "2025-01-01T00:00:00Z"})
    assert wrong.json()["error"]["details"][0]["field"] == "ends_at"
    assert codes(await api.delete("/environments/stage-1")) == ["environment.in_use"]
    assert (await api.delete(f"/freezes/{freeze['id']}")).status_code == 204
    assert (await api.delete("/environments/stage-1")).status_code == 204
    switched = await api.put("/requirements/IN_REVIEW/HAS_ITEMS", json={"is_on": False})
    assert switched.json()["data"]["is_on"] is False
    assert (await api.put("/requirements/PLANNING/HAS_ITEMS", json={"is_on": True})).status_code == 404
    table = {
        (r["target"], r["requirement"]): r["is_on"] for r in (await api.get("/requirements")).json()["data"]
    }
    assert table["IN_REVIEW", "HAS_ITEMS"] is False
    assert table["READY_STAGING", "ITEMS_DONE"] is True


async def test_the_dashboard_counts(database: Database, boss: Actor, api: httpx2.AsyncClient) -> None:
    async with database.tx(boss) as tx:
        of = (await a_service(tx, boss)).slug
        await release_at(tx, boss, Status.DEPLOYED, service=of)
        await release_at(tx, boss, Status.READY_STAGING, service=of)
        blocked = await release_at(tx, boss, Status.READY_PRODUCTION, service=of)
        await service.block_release(tx, boss, blocked.key, "Audit", seen_revision=None)
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
        comment = await service.add_comment(tx, theirs, release.key, "Secret")
        item = await service.add_item(tx, theirs, release.key, ItemDraft(reference="PAY-1"))
    await made(api)
    for path in (
        f"/releases/{release.id}",
        f"/releases/{release.id}/moves",
        f"/releases/{release.id}/explain",
        f"/releases/{release.id}/comments",
        f"/releases/R-1/comments/{comment.id}",
        f"/releases/R-1/items/{item.id}",
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
    await made(api)
    refused = await api.get(address)
    assert refused.status_code == 400
    assert says in refused.text
