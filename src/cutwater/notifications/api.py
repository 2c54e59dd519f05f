"""The API of inboxes, deliveries and long work."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from cutwater.kernel.actor import CurrentActor, members_only, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import KeysetDep
from cutwater.notifications import queries, service
from cutwater.notifications.models import DeliveryState
from cutwater.notifications.schemas import DeliveryRead, InboxCount, InboxItemRead, InboxMarked, WorkRead

router = APIRouter(route_class=IdempotentRoute)
MEMBERS_ONLY = [members_only]
MAY_CONFIGURE = [needs(Grant.NOTIFICATIONS_CONFIGURE, "see the delivery log")]


@router.get("/inbox", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Many[InboxItemRead])
async def list_inbox(
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    keyset: KeysetDep,
    unread: Annotated[bool, Query(description="Only what is not read.")] = False,
) -> dict[str, Any]:
    """What you were told, newest first."""
    return many(await queries.inbox(reader, actor, keyset, unread_only=unread), request)


@router.get("/inbox/count", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Item[InboxCount])
async def count_inbox(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, Any]:
    """How much of it is unread."""
    return item({"unread": await queries.unread_count(reader, actor)}, request)


@router.post("/inbox/reads", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Item[InboxMarked])
async def read_whole_inbox(request: Request, tx: Tx, actor: CurrentActor) -> dict[str, Any]:
    """Mark everything as read."""
    return item({"marked": await service.read_all(tx, actor)}, request)


@router.put(
    "/inbox/{item_id}/read", tags=["inbox"], dependencies=MEMBERS_ONLY, response_model=Item[InboxItemRead]
)
async def read_inbox_item(item_id: UUID, request: Request, tx: Tx, actor: CurrentActor) -> dict[str, Any]:
    """Mark one item as read."""
    return item(await service.read_item(tx, actor, item_id), request)


@router.get("/deliveries", tags=["deliveries"], dependencies=MAY_CONFIGURE, response_model=Many[DeliveryRead])
async def list_deliveries(
    request: Request,
    reader: ReaderDep,
    keyset: KeysetDep,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
) -> dict[str, Any]:
    """The mails of the organization, newest first."""
    return many(await queries.deliveries(reader, keyset, state=state), request)


@router.get(
    "/deliveries/{delivery_id}",
    tags=["deliveries"],
    dependencies=MAY_CONFIGURE,
    response_model=Item[DeliveryRead],
)
async def read_delivery(delivery_id: UUID, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """One mail: where it stands and what the mail server said last."""
    return item(await queries.delivery(reader, delivery_id), request)


@router.post(
    "/deliveries/{delivery_id}/retries",
    tags=["deliveries"],
    dependencies=MAY_CONFIGURE,
    response_model=Item[DeliveryRead],
)
async def retry_delivery(delivery_id: UUID, request: Request, tx: Tx, actor: CurrentActor) -> dict[str, Any]:
    """Send a mail again that failed, was kept, or waits for its next attempt."""
    return item(await service.retry_delivery(tx, actor, delivery_id), request)


@router.get("/work", tags=["work"], dependencies=MEMBERS_ONLY, response_model=Many[WorkRead])
async def list_work(
    request: Request, reader: ReaderDep, actor: CurrentActor, keyset: KeysetDep
) -> dict[str, Any]:
    """The long work you started, newest first."""
    return many(await queries.works(reader, actor, keyset), request)


@router.get("/work/{work_id}", tags=["work"], dependencies=MEMBERS_ONLY, response_model=Item[WorkRead])
async def read_work(
    work_id: UUID, request: Request, reader: ReaderDep, actor: CurrentActor
) -> dict[str, Any]:
    """How far long work is, and what came of it."""
    return item(await queries.work(reader, actor, work_id), request)
