"""The release itself: found in any case, edited with one record of what changed, refused in one order."""

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.releases import find_releases, release_brief, releases_by_ids
from cutwater.releases.core.facts import Priority, Status
from cutwater.releases.moves.service import delete_release
from cutwater.releases.records.service import block_release, unblock_release, update_release
from tests import world
from tests.releases.factories import a_release, a_service, logged, made_by, release_at


async def test_a_release_is_found_by_its_key_in_any_case_by_page_and_api(
    page: httpx2.AsyncClient, api: httpx2.AsyncClient
) -> None:
    release = await made_by(api)
    for key in ("R-1", "r-1", release["id"], str(release["id"]).upper()):
        for path in ("", "/moves", "/explain", "/items", "/dependencies", "/approvals", "/activities"):
            assert (await api.get(f"/releases/{key}{path}")).status_code == 200, (key, path)
        for path in ("", "/edit", "/card", "/explain", "/activity", "/picker"):
            assert (await page.get(f"/releases/{key}{path}")).status_code == 200, (key, path)
    assert (await api.patch("/releases/r-1", json={"title": "Faster"})).json()["data"]["key"] == "R-1"
    moved = await api.post("/releases/r-1/moves", json={"target": "IN_DEVELOPMENT"})
    assert moved.json()["data"]["key"] == "R-1"
    other = await made_by(api, title="Ledger")
    added = await api.post("/releases/r-1/dependencies", json={"blocker": str(other["key"]).lower()})
    assert added.json()["data"]["peer_key"] == other["key"]


async def test_one_edit_is_one_record_of_what_changed_and_the_owner_is_told_apart(
    tx: AsyncSession, owner: Actor
) -> None:
    release = await a_release(tx, owner, title="Slow")
    updated = await update_release(
        tx,
        owner,
        release.key,
        {"title": "Fast", "description": "Ask Omar", "priority": Priority.HIGH, "owner_id": owner.user_id},
        seen_revision=1,
    )
    assert release.revision == 2
    assert updated.changes.fields == {"title": ("Slow", "Fast"), "priority": ("MEDIUM", "HIGH")}
    assert updated.changes.texts == {"description": ("", "Ask Omar")}
    assert updated.headline() == "changed title, priority and description"
    (kept,), (assigned,) = await logged(tx, "release.updated"), await logged(tx, "release.assigned")
    assert "Omar" not in str(kept)
    assert assigned["changes"] == {"owner_id": [None, str(owner.user_id)]}
    assert assigned["headline"] == "gave it a new owner"


async def test_saving_what_is_there_already_changes_and_logs_nothing(tx: AsyncSession, owner: Actor) -> None:
    service = await a_service(tx, owner)
    release = await a_release(tx, owner, service=service.slug)
    same = {"title": release.title, "service": service.slug.upper(), "owner_id": None, "sprint": ""}
    await update_release(tx, owner, release.key, same, seen_revision=1)  # type: ignore[arg-type]
    await unblock_release(tx, owner, release.key, seen_revision=1)
    assert release.revision == 1
    assert await logged(tx, "release.updated") == await logged(tx, "release.unblocked") == []


async def test_no_grant_comes_before_an_old_revision_and_that_before_the_rules(
    tx: AsyncSession, owner: Actor
) -> None:
    release = await release_at(tx, owner, Status.DEPLOYED)
    viewer = await world.person(tx, owner, "VIEWER")
    for verb in (
        lambda actor, seen: block_release(tx, actor, release.key, "Audit", seen_revision=seen),
        lambda actor, seen: delete_release(tx, actor, release.key, seen_revision=seen),
    ):
        with pytest.raises(Forbidden) as forbidden:
            await verb(viewer, 1)
        assert all(obstacle.is_permission for obstacle in forbidden.value.obstacles)
        with pytest.raises(Stale, match=f"{owner.name} changed it since you looked: moved to Deployed"):
            await verb(owner, 1)
        with pytest.raises(Conflict):
            await verb(owner, release.revision)


async def test_a_block_needs_a_reason_and_keeps_when_it_began(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    with pytest.raises(Invalid):
        await block_release(tx, owner, release.key, " ", seen_revision=1)
    await block_release(tx, owner, release.key, "Audit", seen_revision=1)
    since = release.blocked_at
    await block_release(tx, owner, release.key, "Audit and vendor", seen_revision=2)
    assert (release.blocked_reason, release.blocked_at) == ("Audit and vendor", since)


async def test_others_find_releases_by_key_by_id_and_by_words(tx: AsyncSession, owner: Actor) -> None:
    reader = SessionReader(tx)
    one, two = await a_release(tx, owner, title="Fast ledger"), await a_release(tx, owner, title="100 % fast")
    brief = await release_brief(reader, one.key.lower())
    assert (brief and brief.id, brief and brief.status) == (one.id, Status.PLANNING)
    assert await release_brief(reader, "R-999") is None
    assert {each.key for each in await releases_by_ids(reader, [one.id, two.id])} == {one.key, two.key}
    assert await releases_by_ids(reader, []) == []
    assert [each.key for each in await find_releases(reader, "fast LEDGER")] == [one.key]
    assert [each.key for each in await find_releases(reader, "%")] == [two.key]
