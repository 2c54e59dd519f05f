"""Sites with how much is in them, and their field mappings."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, Rows, any_of, columns_of
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.sites.models import Project, Site, SiteField


class SiteRow(NamedTuple):
    """A site with how many issues it has and how fresh they are."""

    id: UUID
    name: str
    kind: str
    url: str
    revision: int
    issues: int
    synced_at: datetime | None


class MappingRow(NamedTuple):
    """A confirmed field mapping, of a site or of one of its projects."""

    id: UUID
    site_id: UUID
    site_name: str
    project: str | None
    discipline: str
    points: str
    owner: str
    sprint: str
    flagged: str
    priority_scale: dict[str, int]
    confirmed_at: datetime | None
    revision: int


class FilledField(NamedTuple):
    """A field, and how many issues have a value in it."""

    field_id: str
    issues: int


class FieldName(NamedTuple):
    """What a field is called."""

    field_id: str
    name: str


class PriorityRow(NamedTuple):
    """A priority, and how many issues have it."""

    priority: str
    issues: int


@frozen
class MappingPage:
    """A site with its mappings, the fields of its issues, their names, and the priorities in use."""

    site: SiteRow
    mappings: list[MappingRow]
    filled: list[FilledField]
    names: list[FieldName]
    priorities: list[PriorityRow]

    @property
    def current(self) -> MappingRow | None:
        """The mapping of the site itself."""
        return next((row for row in self.mappings if row.project is None), None)

    @property
    def of_projects(self) -> list[MappingRow]:
        """The mappings that projects have of their own."""
        return [row for row in self.mappings if row.project is not None]


def _sites(*where: ColumnElement[bool]) -> Rows[SiteRow]:
    figures = (
        select(Issue.site_id, func.count().label("issues"), func.max(Issue.synced_at).label("synced_at"))
        .where(Issue.deleted_at.is_(None))
        .group_by(Issue.site_id)
        .subquery("figures")
    )
    columns = columns_of(
        SiteRow, Site, issues=func.coalesce(figures.c.issues, 0), synced_at=figures.c.synced_at
    )
    statement = (
        select(*columns)
        .select_from(Site)
        .outerjoin(figures, figures.c.site_id == Site.id)
        .where(Site.deleted_at.is_(None), *where)
        .order_by(Site.name)
    )
    return Rows(SiteRow, statement)


async def sites(reader: Reader) -> list[SiteRow]:
    """Every site."""
    return await reader.all(_sites())


async def site(reader: Reader, site_id: UUID) -> SiteRow:
    """One site; NotFound when it is not this organization's."""
    row = await reader.first(_sites(Site.id == site_id))
    if row is None:
        raise NotFound("This site")
    return row


def _mappings(*where: ColumnElement[bool]) -> Rows[MappingRow]:
    statement = (
        select(*columns_of(MappingRow, FieldMapping, site_name=Site.name, project=Project.key))
        .select_from(FieldMapping)
        .join(Site, Site.id == FieldMapping.site_id)
        .outerjoin(Project, Project.id == FieldMapping.project_id)
        .where(Site.deleted_at.is_(None), *where)
        .order_by(Site.name, Project.key.nulls_first())
    )
    return Rows(MappingRow, statement)


async def mappings(reader: Reader) -> list[MappingRow]:
    """Every confirmed field mapping, by site and project."""
    return await reader.all(_mappings())


async def mapping(reader: Reader, mapping_id: UUID) -> MappingRow:
    """One confirmed field mapping; NotFound when it is not this organization's."""
    row = await reader.first(_mappings(FieldMapping.id == mapping_id))
    if row is None:
        raise NotFound("This field mapping")
    return row


async def mapping_for(reader: Reader, site_id: UUID, projects: list[str]) -> MappingRow | None:
    """The mapping of the first of these projects that has its own, else of the site, else None."""
    own = _mappings(FieldMapping.site_id == site_id, any_of(Project.key, projects)).limit(1)
    whole = _mappings(FieldMapping.site_id == site_id, FieldMapping.project_id.is_(None))
    of_project, of_site = await reader.batch(own, whole)
    return next(iter([*of_project, *of_site]), None)


async def mapping_page(reader: Reader, site_id: UUID) -> MappingPage:
    """All that the page of a site's mapping shows: one trip."""
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
    head, mapped, fields, named, scale = await reader.batch(
        _sites(Site.id == site_id),
        _mappings(FieldMapping.site_id == site_id),
        Rows(FilledField, filled),
        Rows(FieldName, names),
        Rows(PriorityRow, priorities),
    )
    if not head:
        raise NotFound("This site")
    return MappingPage(site=head[0], mappings=mapped, filled=fields, names=named, priorities=scale)
