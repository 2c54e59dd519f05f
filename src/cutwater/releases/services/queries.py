"""Services with how many releases each has."""

from typing import Any

from sqlalchemy import and_, func, select

from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.queries import Rows, row_by_slug
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active


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
    return await row_by_slug(reader, services(with_archived=True), Service, slug, "This service")
