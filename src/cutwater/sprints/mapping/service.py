"""Confirm a field mapping, and read every stored issue anew by it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.jobs import defer
from cutwater.kernel.reader import any_of
from cutwater.sprints.core import fields
from cutwater.sprints.core.facts import ROLES
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.reading import Notes, Spot
from cutwater.sprints.core.staging import mapped_columns
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.service import mirror
from cutwater.sprints.mapping.events import FieldMappingConfirmed
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.sites.models import Project
from cutwater.sprints.sites.service import site_for_update


async def confirm_mapping(
    tx: AsyncSession,
    actor: Actor,
    site_id: UUID,
    mapping: FieldMap,
    *,
    project: str = "",
    scale: Mapping[str, int] | None = None,
    seen_revision: int | None = None,
) -> FieldMapping:
    """Confirm which field plays which role, for a site or a project of it; stored issues follow in a job."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "confirm a field mapping"))
    site = await site_for_update(tx, site_id)
    project_id = await _project(tx, site_id, project) if project else None
    chosen = {role: getattr(mapping, role) for role in ROLES}
    _check(chosen, scale)
    row: FieldMapping | None = await tx.scalar(_of(site_id, project_id).with_for_update())
    before = {role: getattr(row, role) if row else "" for role in ROLES}
    if row is None:
        row = FieldMapping(id=new_id(), site_id=site_id, project_id=project_id, revision=0, priority_scale={})
        tx.add(row)
    else:
        refuse_stale(row.revision, seen_revision)
    for role, field_id in chosen.items():
        setattr(row, role, field_id)
    if scale is not None:
        row.priority_scale = dict(scale)
    row.confirmed_by, row.confirmed_at, row.revision = actor.user_id, clock.now(), row.revision + 1
    await tx.flush()
    changed = {role: (before[role], chosen[role]) for role in ROLES if before[role] != chosen[role]}
    event = FieldMappingConfirmed(site_id=site_id, title=site.name, project=project, fields=changed)
    await audit.record(tx, actor, event)
    if changed:
        await defer(tx, "sprints.remap", organization_id=actor.organization_id, site_id=site_id)
    return row


def _check(chosen: Mapping[str, str], scale: Mapping[str, int] | None) -> None:
    wrong: dict[str, str] = {}
    used: dict[str, str] = {}
    for role, field_id in chosen.items():
        if field_id and field_id in used:
            wrong[role] = f"{field_id} is the {used[field_id]} already; a field plays one role."
        used.setdefault(field_id, role)
    for name, score in (scale or {}).items():
        if not 0 <= score <= 100:
            wrong["priority_scale"] = f"The score of {name} must be from 0 to 100."
    if wrong:
        raise Invalid(wrong)


async def _project(tx: AsyncSession, site_id: UUID, key: str) -> UUID:
    found = await tx.scalar(select(Project.id).where(Project.site_id == site_id, Project.key == key))
    if found is None:
        raise Invalid({"project": f"The site has no project {key}."})
    return found


def _of(site_id: UUID, project_id: UUID | None) -> Any:
    wanted = FieldMapping.project_id == project_id if project_id else FieldMapping.project_id.is_(None)
    return select(FieldMapping).where(FieldMapping.site_id == site_id, wanted)


async def mapping_of(tx: AsyncSession, site_id: UUID, projects: Sequence[str] = ()) -> FieldMap | None:
    """The confirmed mapping of the first of these projects that has its own, else of the site, else None."""
    own = (
        select(FieldMapping)
        .join(Project, Project.id == FieldMapping.project_id)
        .where(FieldMapping.site_id == site_id, any_of(Project.key, projects))
        .order_by(Project.key)
        .limit(1)
    )
    row = (await tx.scalar(own) if projects else None) or await tx.scalar(_of(site_id, None))
    return as_map(row) if row else None


async def confirm_for_import(
    tx: AsyncSession, actor: Actor, site_id: UUID, mapping: FieldMap, projects: Sequence[str]
) -> None:
    """Keep the mapping of an import: for the site if it has none, else for these projects only.

    One site may hold projects with different fields; confirming the fields of some never changes the others.
    """
    if await tx.scalar(_of(site_id, None)) is None:
        await confirm_mapping(tx, actor, site_id, mapping)
        return
    if mapping == await mapping_of(tx, site_id, projects) or not projects:
        return
    site = await site_for_update(tx, site_id)
    rows = [
        {"id": new_id(), "site_id": site_id, "external_id": None, "key": key, "name": key} for key in projects
    ]
    await tx.execute(insert(Project).on_conflict_do_nothing(), rows)
    ids = await tx.scalars(
        select(Project.id).where(Project.site_id == site_id, any_of(Project.key, projects))
    )
    chosen = {role: getattr(mapping, role) for role in ROLES}
    told: dict[str, Any] = chosen | {"confirmed_by": actor.user_id, "confirmed_at": clock.now()}
    statement = insert(FieldMapping).values(
        [{"id": new_id(), "site_id": site_id, "project_id": each, **told} for each in ids]
    )
    again = statement.on_conflict_do_update(
        index_elements=["organization_id", "project_id"], set_=told | {"revision": FieldMapping.revision + 1}
    )
    await tx.execute(again)
    shown = ", ".join(projects[:10]) + (f" and {len(projects) - 10} more" if len(projects) > 10 else "")
    event = FieldMappingConfirmed(site_id=site_id, title=site.name, project=shown)
    await audit.record(tx, actor, event)
    await defer(tx, "sprints.remap", organization_id=actor.organization_id, site_id=site_id)


def as_map(row: Any) -> FieldMap:
    """A stored mapping as the value the pure functions take."""
    return FieldMap(**{role: getattr(row, role) for role in ROLES})


async def remap(tx: AsyncSession, site_id: UUID) -> int:
    """Read every stored issue of a site anew by its confirmed mappings; gives how many changed."""
    mappings = (await tx.scalars(select(FieldMapping).where(FieldMapping.site_id == site_id))).all()
    by_project = {row.project_id: as_map(row) for row in mappings}
    changed, last = 0, UUID(int=0)
    while True:
        page = select(Issue.id, Issue.project_id, Issue.fields).where(
            Issue.site_id == site_id, Issue.id > last
        )
        issues = (await tx.execute(page.order_by(Issue.id).limit(mirror.SIZE))).all()
        if not issues:
            return changed
        last = issues[-1].id
        rows = []
        for issue in issues:
            mapping = by_project.get(issue.project_id) or by_project.get(None)
            if mapping is not None:
                mapped = fields.apply(mapping, issue.fields, Spot(notes=Notes(file="")))
                rows.append({"id": issue.id, **mapped_columns(mapped)})
        changed += len(await mirror.write(tx, mirror.REMAP, rows))
