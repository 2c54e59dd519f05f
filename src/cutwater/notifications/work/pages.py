"""Background jobs: how far each is, and what came of it."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.paging import KeysetDep
from cutwater.notifications.work import queries
from cutwater.web import View

router = APIRouter()
MEMBERS_ONLY = [members_only]


@router.get("/work", dependencies=MEMBERS_ONLY)
async def list_work(reader: ReaderDep, actor: CurrentActor, view: View, keyset: KeysetDep) -> Response:
    """The background jobs I started."""
    return view.page("notifications/work/works.html", page=await queries.works(reader, actor, keyset))


@router.get("/work/{work_id}", dependencies=MEMBERS_ONLY)
async def show_work(work_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """How far a background job is; the page follows it until the end."""
    return view.show(
        "notifications/work/work.html", block="status", work=await queries.work(reader, actor, work_id)
    )


@router.get("/work/{work_id}/status", dependencies=MEMBERS_ONLY)
async def show_status(work_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The same as a block, for the page that started it."""
    return view.block(
        "notifications/work/work.html", "status", work=await queries.work(reader, actor, work_id)
    )
