"""What a person was told."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Keyset, Page, newest
from cutwater.kernel.reader import Reader, Rows
from cutwater.notifications.inbox.models import InboxItem

NOBODY = UUID(int=0)


class ItemRow(NamedTuple):
    """One thing a person was told."""

    id: UUID
    created_at: datetime
    kind: str
    title: str
    path: str
    read_at: datetime | None


def _items(actor: Actor) -> Rows[ItemRow]:
    return Rows(
        ItemRow,
        select(
            InboxItem.id,
            InboxItem.created_at,
            InboxItem.kind,
            InboxItem.title,
            InboxItem.path,
            InboxItem.read_at,
        ).where(InboxItem.user_id == (actor.user_id or NOBODY)),
    )


async def inbox(reader: Reader, actor: Actor, keyset: Keyset, *, unread_only: bool = False) -> Page[ItemRow]:
    """What this person was told, newest first."""
    items = _items(actor)
    if unread_only:
        items = items.where(InboxItem.read_at.is_(None))
    return await newest(reader, items, InboxItem.id, keyset)


async def inbox_item(reader: Reader, actor: Actor, id: UUID) -> ItemRow:
    """One item of this person; another's does not exist."""
    row = await reader.first(_items(actor).where(InboxItem.id == id))
    if row is None:
        raise NotFound("This item")
    return row


async def unread_count(reader: Reader, actor: Actor, *, most: int = 100) -> int:
    """How much this person has not read, counted up to `most`."""
    unread = (
        select(InboxItem.id)
        .where(InboxItem.user_id == (actor.user_id or NOBODY), InboxItem.read_at.is_(None))
        .limit(most)
    )
    return await reader.scalar(select(func.count()).select_from(unread.subquery())) or 0
