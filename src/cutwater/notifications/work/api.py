"""Background jobs over the API."""

from uuid import UUID

from fastapi import APIRouter, Request

from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import KeysetDep
from cutwater.notifications.work import queries
from cutwater.notifications.work.schemas import WorkRead

router = APIRouter(route_class=IdempotentRoute)
MEMBERS_ONLY = [members_only]


@router.get("/work", tags=["work"], dependencies=MEMBERS_ONLY, response_model=Many[WorkRead])
async def list_work(
    request: Request, reader: ReaderDep, actor: CurrentActor, keyset: KeysetDep
) -> dict[str, object]:
    """The background jobs you started, newest first."""
    return many(await queries.works(reader, actor, keyset), request)


@router.get("/work/{work_id}", tags=["work"], dependencies=MEMBERS_ONLY, response_model=Item[WorkRead])
async def read_work(
    work_id: UUID, request: Request, reader: ReaderDep, actor: CurrentActor
) -> dict[str, object]:
    """How far a background job of yours is, and what came of it."""
    return item(await queries.work(reader, actor, work_id), request)
