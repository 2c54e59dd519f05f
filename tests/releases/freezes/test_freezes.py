"""Freezes: planned, changed, lifted; what the log keeps of them."""

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.releases.catalogue.service import EnvironmentDraft, add_environment
from cutwater.releases.core.facts import EnvironmentKind
from cutwater.releases.freezes.queries import freeze_row, freezes, open_freezes
from cutwater.releases.freezes.service import FreezeDraft, create_freeze, delete_freeze, update_freeze
from tests import world
from tests.releases.factories import logged


async def planned(tx: AsyncSession, owner: Actor, *, in_hours: int = -1, reason: str = "") -> FreezeDraft:
    """A day's freeze of an environment called Stage."""
    draft = EnvironmentDraft(name="Stage", kind=EnvironmentKind.STAGING)
    await add_environment(tx, owner, draft)
    start = clock.now() + timedelta(hours=in_hours)
    return FreezeDraft(
        environment="STAGE",
        title="Quarter end",
        reason=reason,
        starts_at=start,
        ends_at=start + timedelta(days=1),
    )


async def test_a_freeze_is_open_from_its_start_to_its_end(tx: AsyncSession, owner: Actor) -> None:
    reader, draft = SessionReader(tx), await planned(tx, owner)
    created = await create_freeze(tx, owner, draft)
    assert [row.title for row in await reader.all(open_freezes())] == ["Quarter end"]
    with clock.frozen(draft.ends_at + timedelta(seconds=1)):
        assert await reader.all(open_freezes()) == []
        assert await reader.all(freezes()) == []
        assert (await freeze_row(reader, created.id)).environment_slug == "stage"


async def test_the_log_keeps_the_times_and_none_of_the_reason(tx: AsyncSession, owner: Actor) -> None:
    draft = await planned(tx, owner, reason="Omar is ill")
    created = await create_freeze(tx, owner, draft)
    later = draft.ends_at + timedelta(days=1)
    updated = await update_freeze(
        tx, owner, created.id, {"ends_at": later, "reason": "Omar is back"}, seen_revision=1
    )
    assert set(updated.changes.fields) == {"ends_at"}
    assert updated.changes.texts == {"reason": ("Omar is ill", "Omar is back")}
    assert "Omar" not in str(await logged(tx, "freeze.updated"))


async def test_what_does_not_fit_is_refused_by_its_field(tx: AsyncSession, owner: Actor) -> None:
    draft = await planned(tx, owner)
    created = await create_freeze(tx, owner, draft)
    for edits, field in (
        ({"ends_at": draft.starts_at}, "ends_at"),
        ({"starts_at": draft.ends_at}, "ends_at"),
        ({"starts_at": draft.starts_at.replace(year=1999)}, "starts_at"),
        ({"title": " "}, "title"),
    ):
        with pytest.raises(Invalid) as wrong:
            await update_freeze(tx, owner, created.id, edits, seen_revision=None)  # type: ignore[arg-type]
        assert [each.field for each in wrong.value.fields] == [field]
    with pytest.raises(Conflict, match="Choose an environment"):
        await update_freeze(tx, owner, created.id, {"environment": "nowhere"}, seen_revision=None)


async def test_no_grant_comes_before_an_old_revision(tx: AsyncSession, owner: Actor) -> None:
    created = await create_freeze(tx, owner, await planned(tx, owner))
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden):
        await delete_freeze(tx, member, created.id, seen_revision=7)
    with pytest.raises(Stale):
        await delete_freeze(tx, owner, created.id, seen_revision=7)
    await delete_freeze(tx, owner, created.id, seen_revision=1)
    assert await SessionReader(tx).all(freezes()) == []


async def test_a_freeze_is_planned_changed_and_lifted_on_its_page(page: httpx2.AsyncClient) -> None:
    made = await page.post("/environments", data={"name": "Stage", "kind": "STAGING", "position": "3"})
    assert made.status_code == 303
    window = {
        "environment": "stage",
        "title": "Load",
        "starts_at": "2026-01-01T00:00",
        "ends_at": "2029-01-01T00:00",
    }
    assert (await page.post("/freezes", data=window)).status_code == 303
    shown = (await page.get("/freezes")).text
    assert "Open now" in shown
    edit = shown.split("/edit")[0].split('"')[-1].split("/freezes/")[1]
    assert 'value="2026-01-01T00:00"' in (await page.get(f"/freezes/{edit}/edit")).text
    wrong = await page.post(f"/freezes/{edit}/edit", data={**window, "ends_at": "2025-01-01T00:00"})
    assert (wrong.status_code, "It must end after it starts." in wrong.text) == (400, True)
    assert (await page.post(f"/freezes/{edit}/delete", data={})).status_code == 303
