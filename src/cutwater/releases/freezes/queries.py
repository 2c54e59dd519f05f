"""Freezes: those that are planned and those that are open."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.kernel import clock
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader, Rows
from cutwater.releases.catalogue.models import Environment
from cutwater.releases.core.facts import EnvironmentKind, Freeze
from cutwater.releases.freezes.models import FreezeWindow

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class FreezeRow(NamedTuple):
    """A freeze with its environment."""

    id: UUID
    title: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    revision: int
    created_at: datetime
    updated_at: datetime
    environment_id: UUID
    environment_slug: str
    environment_name: str
    environment_kind: str


class OpenFreezeRow(NamedTuple):
    """A freeze that is open now, as far as moves ask."""

    title: str
    environment: str
    environment_kind: str
    ends_at: datetime


def freezes(*, ending_after: datetime | None = None) -> Rows[FreezeRow]:
    """The freezes with their environments, the next first; by default those that are not over."""
    return Rows(
        FreezeRow,
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
        .order_by(FreezeWindow.starts_at, FreezeWindow.id),
    )


async def freeze_row(reader: Reader, freeze_id: UUID) -> FreezeRow:
    """One freeze, past or coming; NotFound when there is none."""
    row = await reader.first(freezes(ending_after=LONG_AGO).where(FreezeWindow.id == freeze_id))
    if row is None:
        raise NotFound("This freeze")
    return row


def open_freezes() -> Rows[OpenFreezeRow]:
    """The freezes that are open now, the first to end first."""
    now = clock.now()
    return Rows(
        OpenFreezeRow,
        select(
            FreezeWindow.title,
            Environment.name.label("environment"),
            Environment.kind.label("environment_kind"),
            FreezeWindow.ends_at,
        )
        .select_from(FreezeWindow)
        .join(Environment, Environment.id == FreezeWindow.environment_id)
        .where(
            FreezeWindow.deleted_at.is_(None),
            Environment.deleted_at.is_(None),
            FreezeWindow.starts_at <= now,
            FreezeWindow.ends_at > now,
        )
        .order_by(FreezeWindow.ends_at),
    )


def facts_of(rows: Iterable[OpenFreezeRow]) -> tuple[Freeze, ...]:
    """Those rows as the rules read them."""
    return tuple(
        Freeze(
            title=row.title,
            environment=row.environment,
            environment_kind=EnvironmentKind(row.environment_kind),
            until=row.ends_at,
        )
        for row in rows
    )
