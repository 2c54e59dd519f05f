"""Every SELECT of this module."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.paging import Keyset, Page, encode_cursor
from cutwater.kernel.reader import Reader
from cutwater.notifications.models import (
    Delivery,
    DeliveryState,
    InboxItem,
    PlatformDelivery,
    Work,
    WorkState,
)

AnyDelivery = Delivery | PlatformDelivery
NOBODY = UUID(int=0)


def deliveries_of(organization_id: object) -> type[Delivery] | type[PlatformDelivery]:
    """Where the mails of an organization lie, or those of none."""
    return Delivery if organization_id else PlatformDelivery


def _after(keyset: Keyset) -> UUID | None:
    if keyset.after is None:
        return None
    try:
        return UUID(str(keyset.after[0]))
    except (ValueError, IndexError):
        raise Invalid({"cursor": "Use the cursor that the page before gave, unchanged."}) from None


async def _newest(reader: Reader, statement: Select[Any], id: Any, keyset: Keyset) -> Page[Any]:
    """A page of rows, newest first: keys sort by birth."""
    after = _after(keyset)
    if after is not None:
        statement = statement.where(id < after)
    rows = await reader.all(statement.order_by(id.desc()).limit(keyset.limit + 1))
    more = len(rows) > keyset.limit
    rows = rows[: keyset.limit]
    cursor = encode_cursor(str(rows[-1].id)) if more else None
    return Page(rows=rows, per_page=keyset.limit, next_cursor=cursor)


# ---------------------------------------------------------------- the inbox

ITEM: tuple[Any, ...] = (
    InboxItem.id,
    InboxItem.created_at,
    InboxItem.kind,
    InboxItem.title,
    InboxItem.path,
    InboxItem.read_at,
)


async def inbox(reader: Reader, actor: Actor, keyset: Keyset, *, unread_only: bool = False) -> Page[Any]:
    """What this person was told, newest first."""
    statement = select(*ITEM).where(InboxItem.user_id == (actor.user_id or NOBODY))
    if unread_only:
        statement = statement.where(InboxItem.read_at.is_(None))
    return await _newest(reader, statement, InboxItem.id, keyset)


async def unread_count(reader: Reader, actor: Actor, *, most: int = 100) -> int:
    """How much this person has not read, counted up to `most`."""
    unread = (
        select(InboxItem.id)
        .where(InboxItem.user_id == (actor.user_id or NOBODY), InboxItem.read_at.is_(None))
        .limit(most)
    )
    return await reader.scalar(select(func.count()).select_from(unread.subquery())) or 0


async def item_for_update(tx: AsyncSession, actor: Actor, id: UUID) -> InboxItem:
    """The person's own inbox item, locked; another's does not exist."""
    found = await tx.scalar(
        select(InboxItem)
        .where(InboxItem.id == id, InboxItem.user_id == (actor.user_id or NOBODY))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This item")
    return found


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
    return await _newest(reader, statement, Delivery.id, keyset)


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
    return await _newest(reader, statement, table.id, keyset)


async def kept_mail(reader: Reader, id: UUID, *, organization_id: object) -> Any:
    """One kept mail with its text."""
    table = deliveries_of(organization_id)
    wanted = select(*_columns(table), table.text).where(table.id == id, table.state == DeliveryState.KEPT)
    found = await reader.first(wanted)
    if found is None:
        raise NotFound("This mail")
    return found


# ---------------------------------------------------------------- long work

WORK: tuple[Any, ...] = (
    Work.id,
    Work.created_at,
    Work.updated_at,
    Work.kind,
    Work.title,
    Work.path,
    Work.done,
    Work.total,
    Work.state,
    Work.result,
    Work.error,
    Work.started_by,
    Work.ended_at,
)


async def work(reader: Reader, actor: Actor, id: UUID) -> Any:
    """One piece of long work, for the person who started it; a service key's is for service keys."""
    own = Work.started_by.is_not_distinct_from(actor.user_id)
    found = await reader.first(select(*WORK).where(Work.id == id, own))
    if found is None:
        raise NotFound("This work")
    return found


async def works(reader: Reader, actor: Actor, keyset: Keyset) -> Page[Any]:
    """The long work this person started, newest first."""
    statement = select(*WORK).where(Work.started_by == (actor.user_id or NOBODY))
    return await _newest(reader, statement, Work.id, keyset)


async def running_work_for_update(tx: AsyncSession, id: UUID) -> Work | None:
    """Long work that has not ended, locked."""
    found: Work | None = await tx.scalar(
        select(Work).where(Work.id == id, Work.state == WorkState.RUNNING).with_for_update()
    )
    return found
