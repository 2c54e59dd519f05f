"""Mails, as the delivery log and the kept mail show them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Keyset, Page, newest
from cutwater.kernel.reader import Reader, Rows
from cutwater.notifications.mail.models import Delivery, DeliveryState, Mail, PlatformDelivery


def deliveries_of(organization_id: UUID | None) -> type[Mail]:
    """Where the mails of an organization lie, or those of none."""
    return Delivery if organization_id else PlatformDelivery


class DeliveryRow(NamedTuple):
    """A mail, without its text."""

    id: UUID
    created_at: datetime
    kind: str
    recipient: str
    subject: str
    message_id: str
    state: str
    attempts: int
    last_error: str
    next_at: datetime | None
    sent_at: datetime | None


def _rows(mail: type[Mail]) -> Rows[DeliveryRow]:
    return Rows(
        DeliveryRow,
        select(
            mail.id,
            mail.created_at,
            mail.kind,
            mail.recipient,
            mail.subject,
            mail.message_id,
            mail.state,
            mail.attempts,
            mail.last_error,
            mail.next_at,
            mail.sent_at,
        ),
    )


async def deliveries(
    reader: Reader, keyset: Keyset, *, state: DeliveryState | None = None
) -> Page[DeliveryRow]:
    """The organization's delivery log, newest first."""
    rows = _rows(Delivery)
    if state is not None:
        rows = rows.where(Delivery.state == state)
    return await newest(reader, rows, Delivery.id, keyset)


class StateCount(NamedTuple):
    """How many mails are in a state."""

    state: str
    mails: int


async def delivery_counts(reader: Reader) -> dict[str, int]:
    """How many mails of the organization are in which state."""
    counted = select(Delivery.state, func.count().label("mails")).group_by(Delivery.state)
    return dict(await reader.all(Rows(StateCount, counted)))


async def delivery(reader: Reader, id: UUID) -> DeliveryRow:
    """One mail of the organization, without its text."""
    row = await reader.first(_rows(Delivery).where(Delivery.id == id))
    if row is None:
        raise NotFound("This delivery")
    return row


async def kept_mails(reader: Reader, keyset: Keyset, *, organization_id: UUID | None) -> Page[DeliveryRow]:
    """Mails that were kept because there is no mail server, newest first."""
    mail = deliveries_of(organization_id)
    return await newest(reader, _rows(mail).where(mail.state == DeliveryState.KEPT), mail.id, keyset)


class KeptMail(NamedTuple):
    """A mail with its text, or with what its secret link is made of."""

    id: UUID
    created_at: datetime
    recipient: str
    subject: str
    text: str
    html: str
    link_kind: str | None
    link_id: UUID | None
    message_id: str


async def kept_mail(reader: Reader, id: UUID, *, organization_id: UUID | None) -> KeptMail:
    """One kept mail with its text."""
    mail = deliveries_of(organization_id)
    wanted = select(
        mail.id,
        mail.created_at,
        mail.recipient,
        mail.subject,
        mail.text,
        mail.html,
        mail.link_kind,
        mail.link_id,
        mail.message_id,
    ).where(mail.id == id, mail.state == DeliveryState.KEPT)
    row = await reader.first(Rows(KeptMail, wanted))
    if row is None:
        raise NotFound("This mail")
    return row
