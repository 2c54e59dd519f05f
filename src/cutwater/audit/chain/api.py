"""The chain over the API."""

from fastapi import APIRouter, Request

from cutwater.audit.chain import views
from cutwater.audit.chain.schemas import ChainStatus, Verification
from cutwater.audit.chain.views import verify_newest
from cutwater.audit.log.permissions import organization_of, reads_the_log
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, database_of
from cutwater.kernel.envelope import Item, item

router = APIRouter(tags=["audit"])


@router.get("/audit/status", response_model=Item[ChainStatus], dependencies=[reads_the_log])
async def status(request: Request, reader: ReaderDep) -> dict[str, object]:
    """How far the log is sealed, and its head: keep the head elsewhere, and a cut tail shows."""
    return item(await views.sealed(reader), request)


@router.get("/audit/verification", response_model=Item[Verification], dependencies=[reads_the_log])
async def verification(request: Request, actor: CurrentActor) -> dict[str, object]:
    """Recompute the newest blocks of the chain and name what is wrong."""
    report = await verify_newest(database_of(request), organization_of(actor))
    found = {
        "intact": not report.findings,
        "blocks": report.blocks,
        "events": report.events,
        "first_block": report.first_block,
        "head": report.head.hash.hex() if report.head else None,
        "findings": report.findings,
    }
    return item(found, request)
