"""The inbox."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.paging import KeysetDep
from cutwater.notifications.inbox import queries, service
from cutwater.web import View

router = APIRouter()
MEMBERS_ONLY = [members_only]


@router.get("/inbox", dependencies=MEMBERS_ONLY)
async def show_inbox(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    keyset: KeysetDep,
    only: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What I was told."""
    page = await queries.inbox(reader, actor, keyset, unread_only=only == "unread")
    unread = await queries.unread_count(reader, actor)
    return view.show("notifications/inbox/inbox.html", block="items", page=page, unread=unread, only=only)


@router.get("/inbox/count", dependencies=MEMBERS_ONLY)
async def show_count(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The bell's figure."""
    unread = await queries.unread_count(reader, actor)
    return view.block("notifications/inbox/count.html", "count", unread=unread)


@router.post("/inbox/read", dependencies=MEMBERS_ONLY)
async def read_all(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Mark everything as read."""
    marked = await service.read_all(tx, actor)
    return view.done("/inbox", flash=f"{marked} marked as read", data={"marked": marked})


@router.post("/inbox/{item_id}/read", dependencies=MEMBERS_ONLY)
async def read_item(item_id: UUID, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Mark one item as read and stay."""
    await service.read_item(tx, actor, item_id)
    return view.done("/inbox", data={"marked": 1})


@router.post("/inbox/{item_id}/open", dependencies=MEMBERS_ONLY)
async def open_item(item_id: UUID, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Go where an item leads; what else leads there is read with it."""
    path = await service.open_item(tx, actor, item_id)
    return view.redirect(path if path.startswith("/") else "/inbox")
