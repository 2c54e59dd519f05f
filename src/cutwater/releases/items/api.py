"""The API of a release's items."""

from typing import cast
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.releases.items import queries, service
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.items.schemas import ItemCreate, ItemPatch, ItemRead
from cutwater.releases.items.service import ItemDraft, ItemEdits
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.releases.records.queries import row_of, rows_of

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")
changing = APIRouter(
    tags=["releases"], dependencies=[MAY_CHANGE], prefix="/releases/{key}", route_class=IdempotentRoute
)


@reading.get("/items", response_model=Many[ItemRead])
async def list_items(key: str, request: Request, reader: ReaderDep) -> dict[str, object]:
    """The tickets and pull requests of a release."""
    return every(await rows_of(reader, key, queries.items_of(key)), request)


@changing.post("/items", status_code=201, response_model=Item[ItemRead])
async def add_item(
    key: str, body: ItemCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Add a ticket or pull request; an imported issue brings its title and status."""
    added = await service.add_item(tx, actor, key, ItemDraft(**body.model_dump()))
    return await _answer(SessionReader(tx), key, added.item_id, request, response)


@reading.get("/items/{item_id}", response_model=Item[ItemRead])
async def read_item(
    key: str, item_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One item."""
    return await _answer(reader, key, item_id, request, response)


@changing.patch("/items/{item_id}", response_model=Item[ItemRead])
async def update_item(
    key: str,
    item_id: UUID,
    body: ItemPatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Change what was typed for an item."""
    edits = cast(ItemEdits, body.model_dump(exclude_unset=True))
    await service.update_item(tx, actor, key, item_id, edits, seen_revision=seen)
    return await _answer(SessionReader(tx), key, item_id, request, response)


@changing.delete("/items/{item_id}", status_code=204)
async def remove_item(key: str, item_id: UUID, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Take an item out."""
    await service.remove_item(tx, actor, key, item_id, seen_revision=seen)


async def _answer(
    reader: Reader, key: str, item_id: UUID, request: Request, response: Response
) -> dict[str, object]:
    this = queries.items_of(key).where(ReleaseItem.id == item_id)
    row = await row_of(reader, key, this, "This item")
    return one(row, row.revision, request, response)
