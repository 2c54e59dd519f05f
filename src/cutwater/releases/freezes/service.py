"""Planning, changing and lifting freezes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.releases.catalogue.models import Environment
from cutwater.releases.catalogue.queries import environment_for_update
from cutwater.releases.core.refusals import unfit
from cutwater.releases.freezes import queries
from cutwater.releases.freezes.events import FreezeCreated, FreezeDeleted, FreezeUpdated
from cutwater.releases.freezes.models import FreezeWindow
from cutwater.releases.records.service import FIRST_YEAR, LAST_YEAR


@frozen
class FreezeDraft:
    """A new freeze window; `environment` is a slug or id."""

    environment: str
    title: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


async def create_freeze(tx: AsyncSession, actor: Actor, draft: FreezeDraft) -> FreezeWindow:
    """Say when nothing goes to an environment without an override."""
    refuse_if(lacking(actor, Grant.FREEZES_WRITE, "plan a freeze"))
    environment = await _environment(tx, draft.environment)
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
    created = FreezeCreated(id=freeze.id, key=environment.slug, title=freeze.title, differences={})
    await audit.record(tx, actor, created)
    return freeze


async def update_freeze(
    tx: AsyncSession, actor: Actor, freeze_id: UUID, changes: Mapping[str, Any], *, seen_revision: int | None
) -> FreezeWindow:
    """Change a freeze's title, reason, times or environment."""
    freeze = await queries.freeze_for_update(tx, freeze_id)
    refuse_if(lacking(actor, Grant.FREEZES_WRITE, "change a freeze"))
    refuse_stale(freeze.revision, seen_revision)
    before = {name: getattr(freeze, name) for name in ("title", "starts_at", "ends_at", "environment_id")}
    reason = freeze.reason
    if "environment" in changes:
        freeze.environment_id = (await _environment(tx, changes["environment"])).id
    for name in ("title", "reason", "starts_at", "ends_at"):
        if name in changes:
            setattr(freeze, name, _titled(changes[name]) if name == "title" else changes[name])
    _check_order(freeze.starts_at, freeze.ends_at)
    differences = {n: (was, getattr(freeze, n)) for n, was in before.items() if was != getattr(freeze, n)}
    if reason != freeze.reason:
        differences["reason"] = ("…", "…")
    if differences:
        freeze.revision += 1
        updated = FreezeUpdated(id=freeze.id, key="", title=freeze.title, differences=differences)
        await audit.record(tx, actor, updated)
    return freeze


async def delete_freeze(
    tx: AsyncSession, actor: Actor, freeze_id: UUID, *, seen_revision: int | None
) -> None:
    """Lift a freeze before its time, or take a planned one away."""
    freeze = await queries.freeze_for_update(tx, freeze_id)
    refuse_if(lacking(actor, Grant.FREEZES_WRITE, "delete a freeze"))
    refuse_stale(freeze.revision, seen_revision)
    freeze.deleted_at = clock.now()
    freeze.revision += 1
    gone = FreezeDeleted(id=freeze.id, key="", title=freeze.title, differences={})
    await audit.record(tx, actor, gone)


async def _environment(tx: AsyncSession, slug: str) -> Environment:
    try:
        return await environment_for_update(tx, slug)
    except NotFound:
        raise unfit("environment", "Choose an environment of the list.") from None


def _check_order(starts_at: datetime, ends_at: datetime) -> None:
    for name, at in (("starts_at", starts_at), ("ends_at", ends_at)):
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise Invalid({name: f"Use a year between {FIRST_YEAR} and {LAST_YEAR}."})
    if ends_at <= starts_at:
        raise Invalid({"ends_at": "It must end after it starts."})


def _titled(title: str) -> str:
    if not title.strip():
        raise Invalid({"title": "Give the freeze a title."})
    return title.strip()
