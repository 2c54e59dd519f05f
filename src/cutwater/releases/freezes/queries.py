"""Freezes: those that are planned and those that are open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import clock
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue.models import Environment
from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.freezes.models import FreezeWindow


def freezes(*, ending_after: datetime | None = None) -> Rows:
    """The freeze windows with their environments, the next first; by default those that are not over."""
    return (
        select(
            FreezeWindow.id,
            FreezeWindow.title,
            FreezeWindow.reason,
            FreezeWindow.starts_at,
            FreezeWindow.ends_at,
            FreezeWindow.revision,
            FreezeWindow.created_at,
            FreezeWindow.updated_at,
            FreezeWindow.environment_id,
            Environment.slug.label("environment_slug"),
            Environment.name.label("environment_name"),
            Environment.kind.label("environment_kind"),
        )
        .select_from(FreezeWindow)
        .join(Environment, Environment.id == FreezeWindow.environment_id)
        .where(FreezeWindow.deleted_at.is_(None), FreezeWindow.ends_at > (ending_after or clock.now()))
        .order_by(FreezeWindow.starts_at, FreezeWindow.id)
    )


async def freeze_row(reader: Reader, freeze_id: UUID) -> Any:
    """One freeze window, past or coming; NotFound when there is none."""
    every = freezes(ending_after=datetime(1970, 1, 1, tzinfo=clock.now().tzinfo))
    row = await reader.first(every.where(FreezeWindow.id == freeze_id))
    if row is None:
        raise NotFound("This freeze")
    return row


async def freeze_for_update(tx: AsyncSession, id: UUID) -> FreezeWindow:
    """A freeze window, locked."""
    wanted = select(FreezeWindow).where(FreezeWindow.id == id, FreezeWindow.deleted_at.is_(None))
    found = await tx.scalar(wanted.with_for_update())
    if found is None:
        raise NotFound("This freeze")
    return found


def open_freezes() -> Any:
    """The freeze windows that are open now, with their environments."""
    now = clock.now()
    return (
        select(
            FreezeWindow.id,
            FreezeWindow.title,
            FreezeWindow.ends_at,
            Environment.name.label("environment"),
            Environment.kind.label("environment_kind"),
        )
        .select_from(FreezeWindow)
        .join(Environment, Environment.id == FreezeWindow.environment_id)
        .where(
            FreezeWindow.deleted_at.is_(None),
            Environment.deleted_at.is_(None),
            FreezeWindow.starts_at <= now,
            FreezeWindow.ends_at > now,
        )
        .order_by(FreezeWindow.ends_at)
    )
