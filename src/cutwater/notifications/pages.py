"""The pages of inbox, mail and long work."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, members_only, needs
from cutwater.kernel.db import PlatformReader, ReaderDep, Tx
from cutwater.kernel.errors import NotFound
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import KeysetDep
from cutwater.kernel.settings import Settings
from cutwater.notifications import letters, queries, service
from cutwater.notifications.models import DeliveryState
from cutwater.web import PublicView, View

router = APIRouter()
platform = APIRouter()
MEMBERS_ONLY = [members_only]
MAY_CONFIGURE = [needs(Grant.NOTIFICATIONS_CONFIGURE, "see the delivery log")]


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
    return view.show("notifications/inbox.html", block="items", page=page, unread=unread, only=only)


@router.get("/inbox/count", dependencies=MEMBERS_ONLY)
async def show_count(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The bell's figure."""
    unread = await queries.unread_count(reader, actor)
    return view.block("notifications/inbox.html", "count", unread=unread)


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
    item = await service.open_item(tx, actor, item_id)
    return view.redirect(item.path if item.path.startswith("/") else "/inbox")


@router.get("/work", dependencies=MEMBERS_ONLY)
async def list_work(reader: ReaderDep, actor: CurrentActor, view: View, keyset: KeysetDep) -> Response:
    """The long work I started."""
    return view.page("notifications/works.html", page=await queries.works(reader, actor, keyset))


@router.get("/work/{work_id}", dependencies=MEMBERS_ONLY)
async def show_work(work_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """How far long work is; it follows by itself until the end."""
    return view.show(
        "notifications/work.html", block="status", work=await queries.work(reader, actor, work_id)
    )


@router.get("/work/{work_id}/status", dependencies=MEMBERS_ONLY)
async def show_status(work_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The same as a block, for the page that started it."""
    return view.block("notifications/work.html", "status", work=await queries.work(reader, actor, work_id))


@router.get("/settings/deliveries", dependencies=MAY_CONFIGURE)
async def show_deliveries(
    reader: ReaderDep, view: View, keyset: KeysetDep, state: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The delivery log."""
    wanted = DeliveryState(state) if state in set(DeliveryState) else None
    page = await queries.deliveries(reader, keyset, state=wanted)
    counts = await queries.delivery_counts(reader)
    return view.show(
        "notifications/deliveries.html", block="log", page=page, counts=counts, state=wanted or ""
    )


@router.post("/settings/deliveries/{delivery_id}/retry", dependencies=MAY_CONFIGURE)
async def retry(delivery_id: UUID, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Send a mail again."""
    await service.retry_delivery(tx, actor, delivery_id)
    return view.done("/settings/deliveries", flash="Queued again")


# ---------------------------------------------------------------- mail that is kept, without a mail server


@router.get("/mail", dependencies=MAY_CONFIGURE)
async def list_mail(reader: ReaderDep, actor: CurrentActor, view: View, keyset: KeysetDep) -> Response:
    """Mails of the organization that nobody sent, because there is no mail server."""
    page = await queries.kept_mails(reader, keyset, organization_id=actor.organization_id)
    return view.page("notifications/mails.html", page=page)


@router.get("/mail/{mail_id}", dependencies=MAY_CONFIGURE)
async def show_mail(
    mail_id: UUID, request: Request, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """One of them, as text."""
    mail = await queries.kept_mail(reader, mail_id, organization_id=actor.organization_id)
    letter = await service.letter_of(reader, settings_of(request), mail)
    pieces = letters.linked(letter.text) if letter else None
    return view.page("notifications/mail.html", mail=mail, pieces=pieces)


@platform.get("/mail")
async def list_platform_mail(
    request: Request, reader: PlatformReader, view: PublicView, keyset: KeysetDep
) -> Response:
    """The demo's mails that belong to no organization, such as password resets."""
    refuse_outside_demo(request)
    page = await queries.kept_mails(reader, keyset, organization_id=None)
    return view.page("notifications/mails.html", page=page)


@platform.get("/mail/{mail_id}")
async def show_platform_mail(
    mail_id: UUID, request: Request, reader: PlatformReader, view: PublicView
) -> Response:
    """One of them, as text."""
    refuse_outside_demo(request)
    mail = await queries.kept_mail(reader, mail_id, organization_id=None)
    letter = await service.letter_of(reader, settings_of(request), mail)
    pieces = letters.linked(letter.text) if letter else None
    return view.page("notifications/mail.html", mail=mail, pieces=pieces)


def settings_of(request: Request) -> Settings:
    """The settings of this process."""
    found: Settings = request.app.state.settings
    return found


def refuse_outside_demo(request: Request) -> None:
    """Mails to anybody are for anybody to read in a demo only."""
    if not settings_of(request).demo:
        raise NotFound()
