"""The delivery log over the API."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import KeysetDep
from cutwater.kernel.reader import SessionReader
from cutwater.notifications.mail import queries, service
from cutwater.notifications.mail.models import DeliveryState
from cutwater.notifications.mail.schemas import DeliveryRead

router = APIRouter(route_class=IdempotentRoute)

MAY_CONFIGURE = [needs(Grant.NOTIFICATIONS_CONFIGURE, "see the delivery log")]


@router.get("/deliveries", tags=["deliveries"], dependencies=MAY_CONFIGURE, response_model=Many[DeliveryRead])
async def list_deliveries(
    request: Request,
    reader: ReaderDep,
    keyset: KeysetDep,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
) -> dict[str, object]:
    """The mails of the organization, newest first."""
    return many(await queries.deliveries(reader, keyset, state=state), request)


@router.get(
    "/deliveries/{delivery_id}",
    tags=["deliveries"],
    dependencies=MAY_CONFIGURE,
    response_model=Item[DeliveryRead],
)
async def read_delivery(delivery_id: UUID, request: Request, reader: ReaderDep) -> dict[str, object]:
    """One mail: where it stands and what the mail server said last."""
    return item(await queries.delivery(reader, delivery_id), request)


@router.post(
    "/deliveries/{delivery_id}/retries",
    tags=["deliveries"],
    dependencies=MAY_CONFIGURE,
    response_model=Item[DeliveryRead],
)
async def retry_delivery(
    delivery_id: UUID, request: Request, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Send a mail again that failed, was kept, or waits for its next attempt."""
    await service.retry_delivery(tx, actor, delivery_id)
    return item(await queries.delivery(SessionReader(tx), delivery_id), request)
