"""Confirm a field mapping, and read every stored issue anew by it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, etags
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.jobs import defer
from cutwater.kernel.keyed import held, held_if
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core import fields
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.reading import Notes, Spot
from cutwater.sprints.core.staging import mapped_columns
from cutwater.sprints.issues.service import mirror
from cutwater.sprints.mapping import queries
from cutwater.sprints.mapping.events import FieldMappingConfirmed
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.sites.models import Project, Site
from cutwater.sprints.sites.service import project_ids
from cutwater.sprints.sprints import permissions


async def confirm_mapping(
    tx: AsyncSession,
    actor: Actor,
    site_id: UUID,
    mapping: FieldMap,
    *,
    project: str = "",
    scale: Mapping[str, int] | None = None,
    seen_revision: int | None = None,
) -> UUID:
    """Confirm which field plays which role, for a site or a project of it; stored issues follow in a job."""
    site = await held(tx, Site, site_id, what="This site")
    may = permissions.to_write(actor, "confirm a field mapping")
    project_id = await _project(tx, site_id, project) if project and not may else None
    row = await held_if(tx, FieldMapping, *_of(site_id, project_id))
    refuse(may=may, seen=etags.stale(row.revision, seen_revision) if row else None)
    _check(mapping, scale)
    if row is None:
        row = _blank(site_id, project_id)
        tx.add(row)
    wanted: dict[str, object] = {**mapping.as_dict()}
    if scale is not None:
        wanted["priority_scale"] = dict(scale)
    changes = changed(row, wanted | {"confirmed_by": actor.user_id, "confirmed_at": clock.now()})
    await tx.flush()
    roles = changes.without("confirmed_by", "confirmed_at", "priority_scale")
    event = FieldMappingConfirmed(site_id=site_id, title=site.name, project=project, changes=roles)
    await audit.record(tx, actor, event)
    if roles:
        await defer(tx, "sprints.remap", organization_id=actor.organization_id, site_id=site_id)
    return row.id


def _blank(site_id: UUID, project_id: UUID | None) -> FieldMapping:
    roles = FieldMap().as_dict()
    return FieldMapping(
        id=new_id(), site_id=site_id, project_id=project_id, revision=0, priority_scale={}, **roles
    )


def _check(mapping: FieldMap, scale: Mapping[str, int] | None) -> None:
    wrong: dict[str, str] = {}
    used: dict[str, str] = {}
    for role, field_id in mapping.as_dict().items():
        if field_id and field_id in used:
            wrong[role] = f"{field_id} is the {used[field_id]} already; a field plays one role."
        used.setdefault(field_id, role)
    for name, score in (scale or {}).items():
        if not 0 <= score <= 100:
            wrong["priority_scale"] = f"The score of {name} must be from 0 to 100."
    if wrong:
        raise Invalid(wrong)


async def _project(tx: AsyncSession, site_id: UUID, key: str) -> UUID:
    project_id = await tx.scalar(select(Project.id).where(Project.site_id == site_id, Project.key == key))
    if project_id is None:
        raise Invalid({"project": f"The site has no project {key}."})
    return project_id


def _of(site_id: UUID, project_id: UUID | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    of_project = FieldMapping.project_id == project_id if project_id else FieldMapping.project_id.is_(None)
    return FieldMapping.site_id == site_id, of_project


async def mapping_of(tx: AsyncSession, site_id: UUID, projects: Sequence[str] = ()) -> FieldMap | None:
    """The confirmed mapping of the first of these projects that has its own, else of the site, else None."""
    row = await queries.mapping_for(SessionReader(tx), site_id, list(projects))
    return FieldMap.of(row) if row else None


async def confirm_for_import(
    tx: AsyncSession, actor: Actor, site_id: UUID, mapping: FieldMap, projects: Sequence[str]
) -> None:
    """Keep the mapping of an import: for the site if it has none, else for these projects only.

    One site may hold projects with different fields; confirming the fields of some never changes the others.
    """
    if await mapping_of(tx, site_id) is None:
        await confirm_mapping(tx, actor, site_id, mapping)
        return
    if mapping == await mapping_of(tx, site_id, projects) or not projects:
        return
    site = await held(tx, Site, site_id, what="This site")
    ids = await project_ids(tx, site_id, projects)
    told: dict[str, object] = {
        **mapping.as_dict(),
        "confirmed_by": actor.user_id,
        "confirmed_at": clock.now(),
    }
    statement = insert(FieldMapping).values(
        [{"id": new_id(), "site_id": site_id, "project_id": ids[key], **told} for key in projects]
    )
    again = statement.on_conflict_do_update(
        index_elements=["organization_id", "project_id"], set_=told | {"revision": FieldMapping.revision + 1}
    )
    await tx.execute(again)
    shown = ", ".join(projects[:10]) + (f" and {len(projects) - 10} more" if len(projects) > 10 else "")
    await audit.record(tx, actor, FieldMappingConfirmed(site_id=site_id, title=site.name, project=shown))
    await defer(tx, "sprints.remap", organization_id=actor.organization_id, site_id=site_id)


async def remap(tx: AsyncSession, site_id: UUID) -> int:
    """Read every stored issue of a site anew by its confirmed mappings; gives how many changed."""
    rows = await tx.scalars(select(FieldMapping).where(FieldMapping.site_id == site_id))
    by_project = {row.project_id: FieldMap.of(row) for row in rows}
    reader = SessionReader(tx)
    differing, last = 0, UUID(int=0)
    while issues := await mirror.mapped_fields(reader, site_id, last):
        last = issues[-1].id
        columns = []
        for issue in issues:
            mapping = by_project.get(issue.project_id) or by_project.get(None)
            if mapping is not None:
                mapped = fields.apply(mapping, issue.fields, Spot(notes=Notes(file="")))
                columns.append({"id": issue.id, **mapped_columns(mapped)})
        differing += await mirror.remap(tx, columns)
    return differing
