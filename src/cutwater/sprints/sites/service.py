"""Add and change sites, and keep what files say of their projects, boards, statuses and fields."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.bulk import pieces
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, NotFound, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.sprints.core.facts import Category, SiteKind
from cutwater.sprints.core.records import Batch
from cutwater.sprints.sites import permissions, queries
from cutwater.sprints.sites.events import SiteCreated, SiteUpdated
from cutwater.sprints.sites.models import Board, IssueStatus, Project, Site, SiteField

NATIVE_NAME, FILES_NAME = "Cutwater", "Imported files"
Mirrored = type[Board] | type[IssueStatus] | type[Project] | type[SiteField]


async def create_site(tx: AsyncSession, actor: Actor, name: str, kind: str, *, url: str = "") -> SiteCreated:
    """Add a Jira site; the two of our own make themselves."""
    refuse(may=permissions.to_manage(actor, "add a site"))
    _check(name, kind, url)
    await _refuse_double(tx, name)
    site = Site(id=new_id(), name=name, kind=kind, url=url, revision=1)
    tx.add(site)
    await tx.flush()
    created = SiteCreated(site_id=site.id, title=name, kind=kind)
    await audit.record(tx, actor, created)
    return created


async def update_site(
    tx: AsyncSession, actor: Actor, site_id: UUID, *, name: str, url: str, seen_revision: int | None
) -> UUID:
    """Rename a site or change its address."""
    site = await held(tx, Site, site_id, what="This site")
    refuse(
        may=permissions.to_manage(actor, "change a site"),
        seen=await audit.stale(tx, "site", site, seen_revision),
    )
    _check(name, SiteKind.FILES if queries.is_native(site.kind) else site.kind, url)
    await _refuse_double(tx, name, site_id)
    changes = changed(site, {"name": name, "url": url})
    if changes:
        await audit.record(tx, actor, SiteUpdated(site_id=site_id, title=name, changes=changes))
    return site_id


def _check(name: str, kind: str, url: str) -> None:
    wrong = {}
    if not name:
        wrong["name"] = "Give the site a name."
    if kind not in (SiteKind.FILES, SiteKind.JIRA_CLOUD, SiteKind.JIRA_SERVER):
        wrong["kind"] = "Choose files, Jira Cloud or Jira Server."
    if url and not url.startswith(("https://", "http://")):
        wrong["url"] = "Write a whole address, such as https://example.atlassian.net."
    if wrong:
        raise Invalid(wrong)


async def _refuse_double(tx: AsyncSession, name: str, site_id: UUID | None = None) -> None:
    other = await tx.scalar(queries.site_ids(Site.name == name).limit(1))
    if other is not None and other != site_id:
        raise Invalid({"name": f"There is a site called {name} already."})


async def own_site(tx: AsyncSession, kind: SiteKind) -> UUID:
    """The organization's site of what is made here, or of imported files; made when it is first needed."""
    site_id = await tx.scalar(queries.site_ids(Site.kind == kind).limit(1))
    if site_id is not None:
        return site_id
    name = NATIVE_NAME if kind is SiteKind.NATIVE else FILES_NAME
    await tx.execute(insert(Site).values(id=new_id(), name=name, kind=kind).on_conflict_do_nothing())
    site_id = await tx.scalar(queries.site_ids(Site.name == name).limit(1))
    if site_id is None:
        raise NotFound("This site")
    return site_id


async def mirror_lists(tx: AsyncSession, site_id: UUID, batch: Batch) -> None:
    """Keep the statuses, fields and boards that a batch tells of a site."""
    stages = {(item.external_id, item.name): item.category for item in batch.statuses}
    for issue in batch.issues:
        if issue.status and issue.category is not Category.UNKNOWN:
            stages.setdefault((issue.status_id, issue.status), issue.category)
    statuses = [
        {"external_id": id_, "name": name, "category": stage} for (id_, name), stage in stages.items()
    ]
    await _upsert(tx, IssueStatus, site_id, statuses, ("external_id", "name"), ("category",))
    fields = [
        {
            "field_id": item.id,
            "name": item.name or item.id,
            "custom": item.custom,
            "type_name": item.type_name,
        }
        for item in batch.fields
    ]
    await _upsert(tx, SiteField, site_id, fields, ("field_id",), ("name", "custom", "type_name"))
    boards = [
        {"external_id": item.external_id, "name": item.name, "kind": item.kind} for item in batch.boards
    ]
    await _upsert(tx, Board, site_id, boards, ("external_id",), ("name", "kind"))


async def mirror_projects(tx: AsyncSession, site_id: UUID, batch: Batch) -> dict[str, UUID]:
    """Keep the projects of a batch, also those that only its issues name; gives the site's ids by key."""
    listed = [
        {"external_id": item.external_id, "key": item.key, "name": item.name} for item in batch.projects
    ]
    await _upsert(tx, Project, site_id, listed, ("key",), ("name", "external_id"))
    named = {item.project_key for item in batch.issues if item.project_key}
    return await project_ids(tx, site_id, sorted(named - {item.key for item in batch.projects}))


async def project_ids(tx: AsyncSession, site_id: UUID, keys: Sequence[str]) -> dict[str, UUID]:
    """The ids of a site's projects by key; those of these keys that it lacks are made."""
    await _upsert(tx, Project, site_id, [{"key": key, "name": key} for key in keys], ("key",), ())
    rows = await tx.execute(select(Project.key, Project.id).where(Project.site_id == site_id))
    return {row.key: row.id for row in rows}


async def board_ids(tx: AsyncSession, site_id: UUID, external_ids: Sequence[str]) -> dict[str, UUID]:
    """The ids of a site's boards by the ids of their own; those it lacks are made, without a name."""
    boards = [{"external_id": each} for each in external_ids]
    await _upsert(tx, Board, site_id, boards, ("external_id",), ())
    rows = await tx.execute(select(Board.external_id, Board.id).where(Board.site_id == site_id))
    return {row.external_id: row.id for row in rows}


async def _upsert(
    tx: AsyncSession,
    table: Mirrored,
    site_id: UUID,
    rows: Sequence[Mapping[str, object]],
    keys: Sequence[str],
    values: Sequence[str],
) -> None:
    for piece in pieces(rows):
        statement = insert(table)
        index = ["organization_id", "site_id", *keys]
        if values:
            taken = {name: statement.excluded[name] for name in values}
            statement = statement.on_conflict_do_update(index_elements=index, set_=taken)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=index)
        await tx.execute(statement, [{"id": new_id(), "site_id": site_id, **row} for row in piece])
