"""Mails, as the delivery log and the kept mail show them."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Keyset, Page
from cutwater.kernel.reader import Reader
from cutwater.notifications.inbox.queries import newest
from cutwater.notifications.mail.models import Delivery, DeliveryState, PlatformDelivery

AnyDelivery = Delivery | PlatformDelivery


def deliveries_of(organization_id: object) -> type[Delivery] | type[PlatformDelivery]:
    """Where the mails of an organization lie, or those of none."""
    return Delivery if organization_id else PlatformDelivery


# ---------------------------------------------------------------- deliveries


def _columns(table: type[Delivery] | type[PlatformDelivery]) -> list[Any]:
    names = (
        "id created_at kind key recipient subject link_kind link_id message_id state attempts last_error "
        "next_at sent_at"
    )
    return [getattr(table, name) for name in names.split()]


async def deliveries(reader: Reader, keyset: Keyset, *, state: DeliveryState | None = None) -> Page[Any]:
    """The organization's delivery log, newest first."""
    statement = select(*_columns(Delivery))
    if state is not None:
        statement = statement.where(Delivery.state == state)
    return await newest(reader, statement, Delivery.id, keyset)


async def delivery_counts(reader: Reader) -> dict[str, int]:
    """How many deliveries stand where."""
    rows = await reader.all(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {state: int(count) for state, count in rows}


async def delivery(reader: Reader, id: UUID) -> Any:
    """One delivery of the organization, without its text."""
    found = await reader.first(select(*_columns(Delivery)).where(Delivery.id == id))
    if found is None:
        raise NotFound("This delivery")
    return found


async def delivery_for_update(tx: AsyncSession, organization_id: object, id: UUID) -> AnyDelivery | None:
    """A delivery of the organization, or of none, locked."""
    table = deliveries_of(organization_id)
    found: AnyDelivery | None = await tx.scalar(select(table).where(table.id == id).with_for_update())
    return found


async def kept_mails(reader: Reader, keyset: Keyset, *, organization_id: object) -> Page[Any]:
    """Mails that were kept because there is no mail server, newest first."""
    table = deliveries_of(organization_id)
    statement = select(*_columns(table)).where(table.state == DeliveryState.KEPT)
    return await newest(reader, statement, table.id, keyset)


async def kept_mail(reader: Reader, id: UUID, *, organization_id: object) -> Any:
    """One kept mail with its text."""
    table = deliveries_of(organization_id)
    wanted = select(*_columns(table), table.text).where(table.id == id, table.state == DeliveryState.KEPT)
    found = await reader.first(wanted)
    if found is None:
        raise NotFound("This mail")
    return found
