"""The delivery log, and mail that is kept without a mail server."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import PlatformReader, ReaderDep, Tx
from cutwater.kernel.errors import NotFound
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import KeysetDep
from cutwater.kernel.requests import settings_of
from cutwater.notifications.core import letters
from cutwater.notifications.mail import queries, service, views
from cutwater.notifications.mail.models import DeliveryState
from cutwater.web import PublicView, View

router = APIRouter()
platform = APIRouter()

MAY_CONFIGURE = [needs(Grant.NOTIFICATIONS_CONFIGURE, "see the delivery log")]


@router.get("/settings/deliveries", dependencies=MAY_CONFIGURE)
async def show_deliveries(
    reader: ReaderDep, view: View, keyset: KeysetDep, state: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The delivery log."""
    wanted = DeliveryState(state) if state in set(DeliveryState) else None
    page = await queries.deliveries(reader, keyset, state=wanted)
    counts = await queries.delivery_counts(reader)
    return view.show(
        "notifications/mail/deliveries.html", block="log", page=page, counts=counts, state=wanted or ""
    )


@router.post("/settings/deliveries/{delivery_id}/retry", dependencies=MAY_CONFIGURE)
async def retry(delivery_id: UUID, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Send a mail again."""
    await service.retry_delivery(tx, actor, delivery_id)
    return view.done("/settings/deliveries", flash="Queued again")


@router.get("/mail", dependencies=MAY_CONFIGURE)
async def list_mail(reader: ReaderDep, actor: CurrentActor, view: View, keyset: KeysetDep) -> Response:
    """Mails of the organization that nobody sent, because there is no mail server."""
    page = await queries.kept_mails(reader, keyset, organization_id=actor.organization_id)
    return view.page("notifications/mail/mails.html", page=page)


@router.get("/mail/{mail_id}", dependencies=MAY_CONFIGURE)
async def show_mail(
    mail_id: UUID, request: Request, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """One of them, as text."""
    mail = await queries.kept_mail(reader, mail_id, organization_id=actor.organization_id)
    letter = await views.letter_of(reader, settings_of(request), mail)
    pieces = letters.linked(letter.text) if letter else None
    return view.page("notifications/mail/mail.html", mail=mail, pieces=pieces)


@platform.get("/mail")
async def list_platform_mail(
    request: Request, reader: PlatformReader, view: PublicView, keyset: KeysetDep
) -> Response:
    """The demo's mails that belong to no organization, such as password resets."""
    refuse_outside_demo(request)
    page = await queries.kept_mails(reader, keyset, organization_id=None)
    return view.page("notifications/mail/mails.html", page=page)


@platform.get("/mail/{mail_id}")
async def show_platform_mail(
    mail_id: UUID, request: Request, reader: PlatformReader, view: PublicView
) -> Response:
    """One of them, as text."""
    refuse_outside_demo(request)
    mail = await queries.kept_mail(reader, mail_id, organization_id=None)
    letter = await views.letter_of(reader, settings_of(request), mail)
    pieces = letters.linked(letter.text) if letter else None
    return view.page("notifications/mail/mail.html", mail=mail, pieces=pieces)


def refuse_outside_demo(request: Request) -> None:
    """Mails to anybody are for anybody to read in a demo only."""
    if not settings_of(request).demo:
        raise NotFound()
