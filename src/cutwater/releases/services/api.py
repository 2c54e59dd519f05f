"""The API of services."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.releases.records.permissions import MAY_READ
from cutwater.releases.services import queries, service
from cutwater.releases.services.schemas import ServiceCreate, ServicePatch, ServiceRead
from cutwater.releases.services.service import ServiceDraft, ServiceEdits

KEEPS_SERVICES = [needs(Grant.SERVICES_WRITE, "change services")]

reading = APIRouter(tags=["services"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services"], route_class=IdempotentRoute)


@reading.get("/services", response_model=Many[ServiceRead])
async def list_services(
    request: Request,
    reader: ReaderDep,
    archived: Annotated[bool, Query(description="Also archived ones.")] = False,
) -> dict[str, object]:
    """The services, with how many releases each has."""
    return every(await reader.all(queries.services(with_archived=archived)), request)


@changing.post("/services", dependencies=KEEPS_SERVICES, status_code=201, response_model=Item[ServiceRead])
async def create_service(
    body: ServiceCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Add a service."""
    draft = ServiceDraft(**{**body.model_dump(), "slug": body.slug or ""})
    created = await service.create_service(tx, actor, draft)
    row = await queries.service_row(SessionReader(tx), created.id)
    return one(row, row.revision, request, response)


@reading.get("/services/{slug}", response_model=Item[ServiceRead])
async def read_service(
    slug: str, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One service by its slug or id."""
    row = await queries.service_row(reader, slug)
    return one(row, row.revision, request, response)


@changing.patch("/services/{slug}", dependencies=KEEPS_SERVICES, response_model=Item[ServiceRead])
async def update_service(
    slug: str,
    body: ServicePatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Change or archive a service."""
    edits = cast(ServiceEdits, body.model_dump(exclude_none=True))
    updated = await service.update_service(tx, actor, slug, edits, seen_revision=seen)
    row = await queries.service_row(SessionReader(tx), updated.id)
    return one(row, row.revision, request, response)


@changing.delete("/services/{slug}", dependencies=KEEPS_SERVICES, status_code=204)
async def delete_service(slug: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete a service that has no releases."""
    await service.delete_service(tx, actor, slug, seen_revision=seen)
