"""The page that says whether the log is intact."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cutwater.audit.chain import views
from cutwater.audit.chain.views import verify_newest
from cutwater.audit.log.permissions import organization_of, reads_the_log
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, database_of
from cutwater.web import View

router = APIRouter()


@router.get("/audit/verification", dependencies=[reads_the_log])
async def verification(request: Request, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Recompute the organization's chain and say what is wrong with it."""
    report = await verify_newest(database_of(request), organization_of(actor))
    chain = await views.sealed(reader)
    return view.show("audit/chain/verification.html", block="verdict", report=report, chain=chain)
