"""What a person was told."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.paging import Keyset, Page, encode_cursor
from cutwater.kernel.reader import Reader
from cutwater.notifications.inbox.models import InboxItem

NOBODY = UUID(int=0)


def _after(keyset: Keyset) -> UUID | None:
    if keyset.after is None:
        return None
    try:
        return UUID(str(keyset.after[0]))
    except (ValueError, IndexError):
        raise Invalid({"cursor": "Use the cursor that the page before gave, unchanged."}) from None


async def newest(reader: Reader, statement: Select[Any], id: Any, keyset: Keyset) -> Page[Any]:
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
    return await newest(reader, statement, InboxItem.id, keyset)


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
