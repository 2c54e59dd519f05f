"""Imports, sites and field mappings as pages and the API show them."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.files import FileRow
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader
from cutwater.sprints.models import (
    FieldMapping,
    ImportFile,
    ImportRun,
    Issue,
    Project,
    Site,
    SiteField,
    Sprint,
)

_HEAD = (
    ImportRun.id,
    ImportRun.key,
    ImportRun.state,
    ImportRun.created_at,
    ImportRun.read_at,
    ImportRun.applied_at,
    ImportRun.contents,
    ImportRun.counts,
    ImportRun.failure,
    ImportRun.revision,
    ImportRun.started_by,
    ImportRun.work_id,
    ImportRun.site_id,
    Site.name.label("site_name"),
    Sprint.key.label("sprint_key"),
    ImportRun.new_sprint,
)


def _runs(*more: Any) -> Any:
    return (
        select(*_HEAD, *more)
        .select_from(ImportRun)
        .join(Site, Site.id == ImportRun.site_id)
        .outerjoin(Sprint, Sprint.id == ImportRun.sprint_id)
    )


async def imports(reader: Reader, offset: Offset) -> Page[Any]:
    """Imports, newest first: one trip."""
    rows = _runs().order_by(ImportRun.id.desc()).limit(offset.per_page).offset(offset.skip)
    found, total = await reader.batch(rows, select(func.count()).select_from(ImportRun))
    return Page(rows=found, per_page=offset.per_page, page=offset.page, total=total[0][0])


async def import_whole(reader: Reader, key: str) -> tuple[Any, list[Any]]:
    """One import with all it found, and the names of its files: one trip."""
    more = (ImportRun.choices, ImportRun.mapping, ImportRun.coverage, ImportRun.oddities)
    run = select(ImportRun.id).where(ImportRun.key == key).scalar_subquery()
    names = (
        select(FileRow.name, FileRow.size)
        .join(ImportFile, ImportFile.file_id == FileRow.id)
        .where(ImportFile.import_run_id == run)
        .order_by(ImportFile.position)
    )
    rows, files = await reader.batch(_runs(*more).where(ImportRun.key == key), names)
    if not rows:
        raise NotFound(f"Import {key[:60]}")
    return rows[0], files


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
