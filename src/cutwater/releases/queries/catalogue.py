"""Services, environments, freezes and requirement switches."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from cutwater.kernel import clock
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.releases.facts import Requirement, Status
from cutwater.releases.models import Environment, FreezeWindow, Release, RequirementSwitch, Service
from cutwater.releases.queries.columns import Rows, by_slug_or_id, is_active


def services(*, with_archived: bool = False) -> Rows:
    """The services by name, each with how many releases it has under way and in all."""
    under_way = func.count(Release.id).filter(is_active())
    found = (
        select(
            Service.id,
            Service.slug,
            Service.name,
            Service.description,
            Service.repository,
            Service.jira_project,
            Service.colour,
            Service.archived_at,
            Service.revision,
            Service.created_at,
            Service.updated_at,
            under_way.label("releases_active"),
            func.count(Release.id).label("releases_total"),
        )
        .select_from(Service)
        .outerjoin(Release, and_(Release.service_id == Service.id, Release.deleted_at.is_(None)))
        .where(Service.deleted_at.is_(None))
        .group_by(Service.id)
        .order_by(Service.archived_at.is_not(None), func.lower(Service.name))
    )
    return found if with_archived else found.where(Service.archived_at.is_(None))


async def service_row(reader: Reader, slug: str) -> Any:
    """One service by slug or id; NotFound when there is none."""
    return await _one(reader, services(with_archived=True), Service, slug, "This service")


def environments() -> Rows:
    """The environments in their order."""
    return (
        select(
            Environment.id,
            Environment.slug,
            Environment.name,
            Environment.kind,
            Environment.position,
            Environment.revision,
            Environment.created_at,
            Environment.updated_at,
        )
        .where(Environment.deleted_at.is_(None))
        .order_by(Environment.position, func.lower(Environment.name))
    )


async def environment_row(reader: Reader, slug: str) -> Any:
    """One environment by slug or id; NotFound when there is none."""
    return await _one(reader, environments(), Environment, slug, "This environment")


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


async def switches(reader: Reader) -> dict[tuple[Status, Requirement], bool]:
    """Where the organization differs from the default requirements."""
    return switched(await reader.all(switch_rows()))


def switch_rows() -> Rows:
    """The switches that somebody has used."""
    return select(RequirementSwitch.target, RequirementSwitch.requirement, RequirementSwitch.is_on)


def switched(rows: Iterable[Any]) -> dict[tuple[Status, Requirement], bool]:
    """Those rows as the rules read them."""
    return {(Status(row.target), Requirement(row.requirement)): row.is_on for row in rows}


async def _one(reader: Reader, rows: Rows, kind: Any, slug: str, what: str) -> Any:
    row = await reader.first(rows.where(by_slug_or_id(kind, slug)))
    if row is None:
        raise NotFound(what)
    return row
