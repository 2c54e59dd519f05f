"""Sites and field mappings over the API."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.mapping import queries, service
from cutwater.sprints.mapping.schemas import MappingConfirm, MappingRead
from cutwater.sprints.sites import service as site_service
from cutwater.sprints.sites.schemas import SiteBody, SiteChange, SiteRead

router = APIRouter(tags=["sites"], route_class=IdempotentRoute)
reads, administers, writes = (
    needs(Grant.SPRINTS_READ),
    needs(Grant.SITES_MANAGE, "manage sites"),
    needs(Grant.SPRINTS_WRITE),
)
Answer = dict[str, object]


async def _site(site_id: UUID, reader: Reader, request: Request, response: Response) -> Answer:
    row = await queries.site(reader, site_id)
    return one(row, row.revision, request, response)


@router.get("/sites", response_model=Many[SiteRead], dependencies=[reads])
async def sites(request: Request, reader: ReaderDep) -> Answer:
    """Where issues come from, with how many and how fresh."""
    return every(await queries.sites(reader), request)


@router.post("/sites", response_model=Item[SiteRead], status_code=201, dependencies=[administers])
async def add_site(
    request: Request, response: Response, tx: Tx, actor: CurrentActor, body: SiteBody
) -> Answer:
    """Add a Jira site, or one for files."""
    created = await site_service.create_site(tx, actor, body.name, body.kind, url=body.url)
    return await _site(created.site_id, SessionReader(tx), request, response)


@router.get("/sites/{site_id}", response_model=Item[SiteRead], dependencies=[reads])
async def site(request: Request, response: Response, reader: ReaderDep, site_id: UUID) -> Answer:
    """One site."""
    return await _site(site_id, reader, request, response)


@router.patch("/sites/{site_id}", response_model=Item[SiteRead], dependencies=[administers])
async def update_site(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    site_id: UUID,
    body: SiteChange,
    seen: SeenRevision,
) -> Answer:
    """Rename a site or change its address."""
    await site_service.update_site(tx, actor, site_id, name=body.name, url=body.url, seen_revision=seen)
    return await _site(site_id, SessionReader(tx), request, response)


@router.get("/field-mappings", response_model=Many[MappingRead], dependencies=[reads])
async def mappings(request: Request, reader: ReaderDep) -> Answer:
    """Every confirmed field mapping."""
    return every(await queries.mappings(reader), request)


@router.put("/field-mappings/{site_id}", response_model=Item[MappingRead], dependencies=[writes])
async def confirm_mapping(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    site_id: UUID,
    body: MappingConfirm,
    seen: SeenRevision,
) -> Answer:
    """Confirm which field plays which role; the stored issues follow in the background."""
    mapping_id = await service.confirm_mapping(
        tx,
        actor,
        site_id,
        FieldMap.of(body),
        project=body.project,
        scale=body.priority_scale or None,
        seen_revision=seen,
    )
    row = await queries.mapping(SessionReader(tx), mapping_id)
    return one(row, row.revision, request, response)
