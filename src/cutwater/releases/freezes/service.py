"""Planning, changing and lifting freezes."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.releases.catalogue.service import chosen_environment
from cutwater.releases.core.refusals import filled, in_range
from cutwater.releases.freezes.events import FreezeCreated, FreezeDeleted, FreezeUpdated
from cutwater.releases.freezes.models import FreezeWindow


@frozen
class FreezeDraft:
    """A new freeze; `environment` is a slug or id."""

    environment: str
    title: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


class FreezeEdits(TypedDict, total=False):
    """What to change of a freeze; `environment` is a slug or id."""

    environment: str
    title: str
    reason: str
    starts_at: datetime
    ends_at: datetime


async def create_freeze(tx: AsyncSession, actor: Actor, draft: FreezeDraft) -> FreezeCreated:
    """Say when nothing goes to an environment without an override."""
    refuse(may=lacking(actor, Grant.FREEZES_WRITE, "plan a freeze"))
    environment = await chosen_environment(tx, draft.environment)
    _check_order(draft.starts_at, draft.ends_at)
    freeze = FreezeWindow(
        id=new_id(),
        environment_id=environment.id,
        title=_titled(draft.title),
        reason=draft.reason,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
    )
    tx.add(freeze)
    await tx.flush()
    created = FreezeCreated(id=freeze.id, key=environment.slug, title=freeze.title)
    await audit.record(tx, actor, created)
    return created


async def update_freeze(
    tx: AsyncSession, actor: Actor, freeze_id: UUID, edits: FreezeEdits, *, seen_revision: int | None
) -> FreezeUpdated:
    """Change a freeze's title, reason, times or environment. What comes back says what changed."""
    freeze = await held(tx, FreezeWindow, freeze_id, what="This freeze")
    refuse(
        may=lacking(actor, Grant.FREEZES_WRITE, "change a freeze"),
        seen=await audit.stale(tx, "freeze", freeze, seen_revision),
    )
    changes = changed(freeze, await _wanted(tx, freeze, edits), private=("reason",))
    updated = FreezeUpdated(id=freeze.id, key="", title=freeze.title, changes=changes)
    if changes:
        await audit.record(tx, actor, updated)
    return updated


async def delete_freeze(
    tx: AsyncSession, actor: Actor, freeze_id: UUID, *, seen_revision: int | None
) -> FreezeDeleted:
    """Lift a freeze before its time, or take a planned one away."""
    freeze = await held(tx, FreezeWindow, freeze_id, what="This freeze")
    refuse(
        may=lacking(actor, Grant.FREEZES_WRITE, "delete a freeze"),
        seen=await audit.stale(tx, "freeze", freeze, seen_revision),
    )
    changed(freeze, {"deleted_at": clock.now()})
    deleted = FreezeDeleted(id=freeze.id, key="", title=freeze.title)
    await audit.record(tx, actor, deleted)
    return deleted


async def _wanted(tx: AsyncSession, freeze: FreezeWindow, edits: FreezeEdits) -> dict[str, object]:
    """The columns as they are to be, each checked."""
    wanted: dict[str, object] = {name: value for name, value in edits.items() if name != "environment"}
    if "environment" in edits:
        wanted["environment_id"] = (await chosen_environment(tx, edits["environment"])).id
    if "title" in edits:
        wanted["title"] = _titled(edits["title"])
    _check_order(edits.get("starts_at", freeze.starts_at), edits.get("ends_at", freeze.ends_at))
    return wanted


def _check_order(starts_at: datetime, ends_at: datetime) -> None:
    in_range("starts_at", starts_at)
    in_range("ends_at", ends_at)
    if ends_at <= starts_at:
        raise Invalid({"ends_at": "It must end after it starts."})


def _titled(title: str) -> str:
    return filled("title", title, "Give the freeze a title.")
