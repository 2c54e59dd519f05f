"""Sites and field mappings over the API."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import Page
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core.facts import ROLES
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.mapping import queries, service
from cutwater.sprints.mapping.schemas import MappingConfirm, MappingRead
from cutwater.sprints.sites.schemas import SiteBody, SiteChange, SiteRead
from cutwater.sprints.sites.service import create_site, update_site

router = APIRouter(tags=["sites"], route_class=IdempotentRoute)
reads, administers, writes = (
    needs(Grant.SPRINTS_READ),
    needs(Grant.SITES_MANAGE, "manage sites"),
    needs(Grant.SPRINTS_WRITE),
)


@router.get("/sites", response_model=Many[SiteRead], dependencies=[reads])
async def sites(request: Request, reader: ReaderDep) -> Any:
    """Where issues come from, with how many and how fresh."""
    rows = await queries.sites(reader)
    return many(Page(rows=rows, per_page=max(len(rows), 1), total=len(rows)), request)


@router.post("/sites", response_model=Item[SiteRead], status_code=201, dependencies=[administers])
async def add_site(request: Request, response: Response, tx: Tx, actor: CurrentActor, body: SiteBody) -> Any:
    """Add a Jira site, or one for files."""
    site = await create_site(tx, actor, body.name, body.kind, url=body.url)
    set_etag(response, site.revision)
    return item(site, request)


@router.get("/sites/{site_id}", response_model=Item[SiteRead], dependencies=[reads])
async def site(request: Request, response: Response, reader: ReaderDep, site_id: UUID) -> Any:
    """One site."""
    found = await queries.site(reader, site_id)
    set_etag(response, found.revision)
    return item(found, request)


@router.patch("/sites/{site_id}", response_model=Item[SiteRead], dependencies=[administers])
async def change_site(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    site_id: UUID,
    body: SiteChange,
    seen: SeenRevision,
) -> Any:
    """Rename a site or change its address."""
    found = await update_site(tx, actor, site_id, name=body.name, url=body.url, seen_revision=seen)
    set_etag(response, found.revision)
    return item(found, request)


@router.get("/field-mappings", response_model=Many[MappingRead], dependencies=[reads])
async def mappings(request: Request, reader: ReaderDep) -> Any:
    """Every confirmed field mapping."""
    rows = await queries.mappings(reader)
    return many(Page(rows=rows, per_page=max(len(rows), 1), total=len(rows)), request)


@router.put("/field-mappings/{site_id}", response_model=Item[MappingRead], dependencies=[writes])
async def confirm_mapping(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    site_id: UUID,
    body: MappingConfirm,
    seen: SeenRevision,
) -> Any:
    """Confirm which field plays which role; the stored issues follow in the background."""
    mapping = FieldMap(**{role: getattr(body, role) for role in ROLES})
    row = await service.confirm_mapping(
        tx,
        actor,
        site_id,
        mapping,
        project=body.project,
        scale=body.priority_scale or None,
        seen_revision=seen,
    )
    set_etag(response, row.revision)
    found = await queries.mappings(SessionReader(tx))
    return item(next(each for each in found if each.id == row.id), request)
