"""Sites with how much is in them, and their field mappings."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.sites.models import Project, Site, SiteField


def sites_statement() -> Any:
    """Every site with how many issues it has and how fresh they are."""
    figures = (
        select(Issue.site_id, func.count().label("issues"), func.max(Issue.synced_at).label("synced_at"))
        .where(Issue.deleted_at.is_(None))
        .group_by(Issue.site_id)
        .subquery("figures")
    )
    return (
        select(
            Site.id,
            Site.name,
            Site.kind,
            Site.url,
            Site.revision,
            func.coalesce(figures.c.issues, 0).label("issues"),
            figures.c.synced_at,
        )
        .outerjoin(figures, figures.c.site_id == Site.id)
        .where(Site.deleted_at.is_(None))
        .order_by(Site.name)
    )


async def sites(reader: Reader) -> list[Any]:
    """Every site."""
    return await reader.all(sites_statement())


async def site(reader: Reader, site_id: UUID) -> Any:
    """One site; NotFound when it is not this organization's."""
    row = await reader.first(sites_statement().where(Site.id == site_id))
    if row is None:
        raise NotFound("This site")
    return row


async def mappings(reader: Reader) -> list[Any]:
    """Every confirmed field mapping, by site and project."""
    return await reader.all(
        select(
            FieldMapping.id,
            FieldMapping.site_id,
            Site.name.label("site_name"),
            Project.key.label("project"),
            FieldMapping.discipline,
            FieldMapping.points,
            FieldMapping.owner,
            FieldMapping.sprint,
            FieldMapping.flagged,
            FieldMapping.priority_scale,
            FieldMapping.confirmed_at,
            FieldMapping.revision,
        )
        .join(Site, Site.id == FieldMapping.site_id)
        .outerjoin(Project, Project.id == FieldMapping.project_id)
        .where(Site.deleted_at.is_(None))
        .order_by(Site.name, Project.key.nulls_first())
    )


async def mapping_page(
    reader: Reader, site_id: UUID
) -> tuple[Any, list[Any], list[Any], list[Any], list[Any]]:
    """A site with its mappings, the fields of its issues with counts and names, and priorities: one trip."""
    name = func.jsonb_object_keys(Issue.fields).label("field_id")
    used = select(name).where(Issue.site_id == site_id, Issue.deleted_at.is_(None)).subquery("used")
    filled = (
        select(used.c.field_id, func.count().label("issues"))
        .group_by(used.c.field_id)
        .order_by(used.c.field_id)
    )
    names = select(SiteField.field_id, SiteField.name).where(SiteField.site_id == site_id)
    priorities = (
        select(Issue.priority, func.count().label("issues"))
        .where(Issue.site_id == site_id, Issue.priority.is_not(None), Issue.deleted_at.is_(None))
        .group_by(Issue.priority)
        .order_by(func.count().desc())
    )
    confirmed = (
        select(*FieldMapping.__table__.c, Project.key.label("project"))
        .outerjoin(Project, Project.id == FieldMapping.project_id)
        .where(FieldMapping.site_id == site_id)
        .order_by(Project.key.nulls_first())
    )
    head, mapped, fields, named, scale = await reader.batch(
        sites_statement().where(Site.id == site_id), confirmed, filled, names, priorities
    )
    if not head:
        raise NotFound("This site")
    return head[0], mapped, fields, named, scale
