"""The API of freezes."""

from typing import cast
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.releases.freezes import queries, service
from cutwater.releases.freezes.schemas import FreezeCreate, FreezePatch, FreezeRead
from cutwater.releases.freezes.service import FreezeDraft, FreezeEdits
from cutwater.releases.records.permissions import MAY_READ

KEEPS_FREEZES = [needs(Grant.FREEZES_WRITE, "change freezes")]

reading = APIRouter(tags=["services", "freezes"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services", "freezes"], route_class=IdempotentRoute)


@reading.get("/freezes", response_model=Many[FreezeRead])
async def list_freezes(request: Request, reader: ReaderDep) -> dict[str, object]:
    """The freezes that are open or planned, the next first."""
    return every(await reader.all(queries.freezes()), request)


@changing.post("/freezes", dependencies=KEEPS_FREEZES, status_code=201, response_model=Item[FreezeRead])
async def create_freeze(
    body: FreezeCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Plan a freeze."""
    created = await service.create_freeze(tx, actor, FreezeDraft(**body.model_dump()))
    row = await queries.freeze_row(SessionReader(tx), created.id)
    return one(row, row.revision, request, response)


@reading.get("/freezes/{freeze_id}", response_model=Item[FreezeRead])
async def read_freeze(
    freeze_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One freeze."""
    row = await queries.freeze_row(reader, freeze_id)
    return one(row, row.revision, request, response)


@changing.patch("/freezes/{freeze_id}", dependencies=KEEPS_FREEZES, response_model=Item[FreezeRead])
async def update_freeze(
    freeze_id: UUID,
    body: FreezePatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Change a freeze."""
    edits = cast(FreezeEdits, body.model_dump(exclude_none=True))
    await service.update_freeze(tx, actor, freeze_id, edits, seen_revision=seen)
    row = await queries.freeze_row(SessionReader(tx), freeze_id)
    return one(row, row.revision, request, response)


@changing.delete("/freezes/{freeze_id}", dependencies=KEEPS_FREEZES, status_code=204)
async def delete_freeze(freeze_id: UUID, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Lift a freeze."""
    await service.delete_freeze(tx, actor, freeze_id, seen_revision=seen)
