"""Telling people, and what they have read."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import any_of
from cutwater.notifications.core import letters
from cutwater.notifications.inbox import queries
from cutwater.notifications.inbox.models import InboxItem

# ---------------------------------------------------------------- the inbox


async def tell(
    tx: AsyncSession,
    user_ids: Iterable[UUID],
    title: str,
    path: str,
    *,
    kind: str,
    event_id: int | None = None,
) -> None:
    """Put a sentence into people's inboxes; `path`, within the organization, is where it leads.

    With the id of the event behind it, a repeated job that tells the same people again changes nothing,
    and of the same kind at the same place only the newest stays unread: seven moves of a release are one.
    """
    people = list(dict.fromkeys(user_ids))
    if not people:
        return
    late = await _overtake(tx, people, path, kind, event_id) if event_id is not None else frozenset()
    row = {"title": letters.one_line(title), "path": path, "kind": kind, "event_id": event_id}
    told = [
        row | {"id": new_id(), "user_id": each, "read_at": clock.now() if each in late else None}
        for each in people
    ]
    await tx.execute(upsert(InboxItem).values(told).on_conflict_do_nothing())
    for each in people:
        await audit.nudge(tx, f"inbox:{each}")


async def _overtake(
    tx: AsyncSession, people: Sequence[UUID], path: str, kind: str, event_id: int
) -> frozenset[UUID]:
    """Mark what an event overtakes as read; gives who has a later one unread, for jobs run in any order.

    One at a time for each place: two jobs at once would not see each other's items.
    """
    await tx.execute(_ONE_AT_A_TIME, {"place": f"inbox {kind} {path}"})
    unread = (any_of(InboxItem.user_id, people), InboxItem.read_at.is_(None))
    same = (*unread, InboxItem.path == path, InboxItem.kind == kind)
    older = update(InboxItem).where(*same, InboxItem.event_id < event_id)
    await tx.execute(older.values(read_at=clock.now()))
    later = await tx.scalars(select(InboxItem.user_id).where(*same, InboxItem.event_id > event_id))
    return frozenset(later.all())


async def read_item(tx: AsyncSession, actor: Actor, id: UUID) -> InboxItem:
    """Mark one item of one's own inbox as read; reading it again changes nothing."""
    item = await queries.item_for_update(tx, actor, id)
    item.read_at = item.read_at or clock.now()
    await tx.flush()
    await audit.nudge(tx, f"inbox:{item.user_id}")
    return item


_ONE_AT_A_TIME = text(
    "select pg_advisory_xact_lock(hashtextextended(current_setting('app.organization') || :place, 1))"
)


async def open_item(tx: AsyncSession, actor: Actor, id: UUID) -> InboxItem:
    """Go where an item leads: all that leads to the same place counts as read then."""
    item = await read_item(tx, actor, id)
    others = update(InboxItem).where(
        InboxItem.user_id == item.user_id, InboxItem.path == item.path, InboxItem.read_at.is_(None)
    )
    await tx.execute(others.values(read_at=clock.now()))
    return item


async def read_all(tx: AsyncSession, actor: Actor) -> int:
    """Mark everything in one's own inbox as read; how many items that were."""
    unread = update(InboxItem).where(
        InboxItem.user_id == (actor.user_id or queries.NOBODY), InboxItem.read_at.is_(None)
    )
    marked = await tx.scalars(unread.values(read_at=clock.now()).returning(InboxItem.id))
    await audit.nudge(tx, f"inbox:{actor.user_id}")
    return len(marked.all())
