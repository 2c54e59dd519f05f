"""Services with how many releases each has."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, Rows
from cutwater.releases.catalogue.models import Service
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active


class ServiceRow(NamedTuple):
    """A service, and how many releases it has under way and in all."""

    id: UUID
    slug: str
    name: str
    description: str
    repository: str
    jira_project: str
    colour: str
    archived_at: datetime | None
    revision: int
    created_at: datetime
    updated_at: datetime
    releases_active: int
    releases_total: int


def services(*, with_archived: bool = False) -> Rows[ServiceRow]:
    """The services by name, the archived ones last."""
    under_way = func.count(Release.id).filter(is_active())
    rows = Rows(
        ServiceRow,
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
        .order_by(Service.archived_at.is_not(None), func.lower(Service.name)),
    )
    return rows if with_archived else rows.where(Service.archived_at.is_(None))


async def service_row(reader: Reader, slug: str | UUID) -> ServiceRow:
    """One service by slug or id, archived or not; NotFound when there is none."""
    row = await reader.first(services(with_archived=True).where(named(Service, slug)))
    if row is None:
        raise NotFound("This service")
    return row
