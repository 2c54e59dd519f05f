"""The inbox over the API."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import KeysetDep
from cutwater.kernel.reader import SessionReader
from cutwater.notifications.inbox import queries, service
from cutwater.notifications.inbox.schemas import InboxCount, InboxItemRead, InboxMarked

router = APIRouter(route_class=IdempotentRoute)
MEMBERS_ONLY = [members_only]


@router.get("/inbox", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Many[InboxItemRead])
async def list_inbox(
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    keyset: KeysetDep,
    unread: Annotated[bool, Query(description="Only what is not read.")] = False,
) -> dict[str, object]:
    """What you were told, newest first."""
    return many(await queries.inbox(reader, actor, keyset, unread_only=unread), request)


@router.get("/inbox/count", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Item[InboxCount])
async def count_inbox(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, object]:
    """How much of it is unread."""
    return item({"unread": await queries.unread_count(reader, actor)}, request)


@router.post("/inbox/reads", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Item[InboxMarked])
async def read_whole_inbox(request: Request, tx: Tx, actor: CurrentActor) -> dict[str, object]:
    """Mark everything as read."""
    return item({"marked": await service.read_all(tx, actor)}, request)


@router.put(
    "/inbox/{item_id}/read", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Item[InboxItemRead]
)
async def read_inbox_item(item_id: UUID, request: Request, tx: Tx, actor: CurrentActor) -> dict[str, object]:
    """Mark one item as read."""
    await service.read_item(tx, actor, item_id)
    return item(await queries.inbox_item(SessionReader(tx), actor, item_id), request)
