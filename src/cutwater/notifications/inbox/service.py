"""Telling people, and what they have read."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, one_at_a_time
from cutwater.kernel.reader import any_of
from cutwater.notifications.core import letters
from cutwater.notifications.inbox.models import InboxItem
from cutwater.notifications.inbox.queries import NOBODY


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
        row | {"id": new_id(), "user_id": user_id, "read_at": clock.now() if user_id in late else None}
        for user_id in people
    ]
    await tx.execute(upsert(InboxItem).values(told).on_conflict_do_nothing())
    for user_id in people:
        await audit.nudge(tx, f"inbox:{user_id}", to=user_id)


async def _overtake(
    tx: AsyncSession, people: Sequence[UUID], path: str, kind: str, event_id: int
) -> frozenset[UUID]:
    """Mark what an event overtakes as read; gives who has a later one unread, for jobs run in any order.

    One at a time for each place: two jobs at once would not see each other's items.
    """
    await one_at_a_time(tx, f"inbox {tx.info.get('organization', '')} {kind} {path}")
    unread = (any_of(InboxItem.user_id, people), InboxItem.read_at.is_(None))
    same = (*unread, InboxItem.path == path, InboxItem.kind == kind)
    older = update(InboxItem).where(*same, InboxItem.event_id < event_id)
    await tx.execute(older.values(read_at=clock.now()))
    later = await tx.scalars(select(InboxItem.user_id).where(*same, InboxItem.event_id > event_id))
    return frozenset(later.all())


async def _read(tx: AsyncSession, actor: Actor, id: UUID) -> InboxItem:
    own = InboxItem.user_id == (actor.user_id or NOBODY)
    item = await held(tx, InboxItem, id, own, what="This item")
    item.read_at = item.read_at or clock.now()
    await tx.flush()
    await audit.nudge(tx, f"inbox:{item.user_id}", to=item.user_id)
    return item


async def read_item(tx: AsyncSession, actor: Actor, id: UUID) -> None:
    """Mark one item of one's own inbox as read; reading it again changes nothing."""
    await _read(tx, actor, id)


async def open_item(tx: AsyncSession, actor: Actor, id: UUID) -> str:
    """Go where an item leads, which is given: all that leads there counts as read then."""
    item = await _read(tx, actor, id)
    others = update(InboxItem).where(
        InboxItem.user_id == item.user_id, InboxItem.path == item.path, InboxItem.read_at.is_(None)
    )
    await tx.execute(others.values(read_at=clock.now()))
    return item.path


async def read_all(tx: AsyncSession, actor: Actor) -> int:
    """Mark everything in one's own inbox as read; how many items that were."""
    unread = update(InboxItem).where(
        InboxItem.user_id == (actor.user_id or NOBODY), InboxItem.read_at.is_(None)
    )
    marked = await tx.scalars(unread.values(read_at=clock.now()).returning(InboxItem.id))
    if actor.user_id is not None:
        await audit.nudge(tx, f"inbox:{actor.user_id}", to=actor.user_id)
    return len(marked.all())
