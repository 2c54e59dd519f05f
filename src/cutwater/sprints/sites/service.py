"""Sites: where issues come from."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.sites.events import SiteCreated, SiteUpdated
from cutwater.sprints.sites.models import Site

NATIVE_NAME, FILES_NAME = "Cutwater", "Imported files"


async def create_site(tx: AsyncSession, actor: Actor, name: str, kind: str, *, url: str = "") -> Site:
    """Add a Jira site; the two of our own make themselves."""
    refuse_if(lacking(actor, Grant.SITES_MANAGE, "add a site"))
    _check(name, kind, url)
    if await tx.scalar(select(Site.id).where(Site.name == name, Site.deleted_at.is_(None))):
        raise Invalid({"name": f"There is a site called {name} already."})
    site = Site(id=new_id(), name=name, kind=kind, url=url, revision=1)
    tx.add(site)
    await tx.flush()
    await audit.record(tx, actor, SiteCreated(site_id=site.id, title=name, kind=kind))
    return site


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


async def update_site(
    tx: AsyncSession, actor: Actor, site_id: UUID, *, name: str, url: str, seen_revision: int | None
) -> Site:
    """Rename a site or change its address."""
    refuse_if(lacking(actor, Grant.SITES_MANAGE, "change a site"))
    site = await site_for_update(tx, site_id)
    refuse_stale(site.revision, seen_revision)
    kind = site.kind if site.kind != SiteKind.NATIVE else SiteKind.FILES
    _check(name, kind, url)
    if await tx.scalar(
        select(Site.id).where(Site.name == name, Site.id != site_id, Site.deleted_at.is_(None))
    ):
        raise Invalid({"name": f"There is a site called {name} already."})
    before, after = {"name": site.name, "url": site.url}, {"name": name, "url": url}
    changed = {field: (before[field], after[field]) for field in before if before[field] != after[field]}
    if changed:
        site.name, site.url, site.revision = name, url, site.revision + 1
        await audit.record(tx, actor, SiteUpdated(site_id=site.id, title=name, fields=changed))
    return site


async def site_for_update(tx: AsyncSession, site_id: UUID) -> Site:
    """The site, locked; NotFound when it is not this organization's."""
    site = await tx.scalar(
        select(Site).where(Site.id == site_id, Site.deleted_at.is_(None)).with_for_update()
    )
    if site is None:
        raise NotFound("This site")
    return site


async def own_site(tx: AsyncSession, kind: SiteKind) -> UUID:
    """The organization's site of what is made here, or of imported files; made when it is first needed."""
    found = await tx.scalar(
        select(Site.id).where(Site.kind == kind, Site.deleted_at.is_(None)).order_by(Site.id).limit(1)
    )
    if found is not None:
        return found
    name = NATIVE_NAME if kind is SiteKind.NATIVE else FILES_NAME
    await tx.execute(insert(Site).values(id=new_id(), name=name, kind=kind).on_conflict_do_nothing())
    made = await tx.scalar(select(Site.id).where(Site.name == name, Site.deleted_at.is_(None)))
    if made is None:
        raise NotFound("This site")
    return made
