"""Telling people, and what they have read."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import notifications
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.paging import Keyset, decode_cursor
from cutwater.kernel.reader import SessionReader
from cutwater.notifications.inbox.models import InboxItem
from cutwater.notifications.inbox.queries import inbox, inbox_item, unread_count
from cutwater.notifications.inbox.service import open_item, read_all, read_item
from tests.notifications.people import colleague

# ---------------------------------------------------------------- the inbox


async def test_each_person_is_told_once(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    carl = await colleague(tx, owner)
    assert owner.user_id
    assert carl.user_id
    people = [owner.user_id, carl.user_id, owner.user_id]
    await notifications.tell(tx, people, "Import\ndone", "/work/1", kind="work.ended", event_id=7)
    for actor in (owner, carl):
        [item] = (await inbox(reader, actor, Keyset())).rows
        assert (item.title, item.path, item.kind, item.read_at) == (
            "Import done",
            "/work/1",
            "work.ended",
            None,
        )
        assert await unread_count(reader, actor) == 1


async def test_a_repeated_job_tells_nobody_twice(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    assert owner.user_id
    for kind, event_id in (("a", 7), ("a", 7), ("b", 7), ("a", 8), ("a", None), ("a", None)):
        await notifications.tell(tx, [owner.user_id], "Told", "/", kind=kind, event_id=event_id)
    assert len((await inbox(reader, owner, Keyset())).rows) == 5


@pytest.mark.parametrize("order", [(7, 8, 9), (9, 7, 8), (8, 9, 7)])
async def test_of_seven_moves_only_the_newest_stays_unread_in_whatever_order_the_jobs_ran(
    tx: AsyncSession, owner: Actor, reader: SessionReader, order: tuple[int, ...]
) -> None:
    assert owner.user_id
    for event_id in order:
        title = f"R-1: move {event_id}"
        await notifications.tell(tx, [owner.user_id], title, "/releases/R-1", kind="moved", event_id=event_id)
    await notifications.tell(tx, [owner.user_id], "Elsewhere", "/releases/R-2", kind="moved", event_id=10)
    await notifications.tell(tx, [owner.user_id], "Asked", "/releases/R-1", kind="named", event_id=11)
    unread = (await inbox(reader, owner, Keyset(), unread_only=True)).rows
    assert {row.title for row in unread} == {"R-1: move 9", "Elsewhere", "Asked"}
    assert len((await inbox(reader, owner, Keyset())).rows) == 5


async def test_going_where_an_item_leads_reads_all_that_leads_there(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    assert owner.user_id
    for path, kind in (("/releases/R-1", "moved"), ("/releases/R-1", "named"), ("/releases/R-2", "other")):
        await notifications.tell(tx, [owner.user_id], path, path, kind=kind, event_id=7)
    items = (await inbox(reader, owner, Keyset())).rows
    first = next(item for item in items if item.kind == "moved")
    assert await open_item(tx, owner, first.id) == "/releases/R-1"
    unread = (await inbox(reader, owner, Keyset(), unread_only=True)).rows
    assert [row.title for row in unread] == ["/releases/R-2"]


async def test_telling_nobody_is_nothing(tx: AsyncSession, owner: Actor) -> None:
    await notifications.tell(tx, [], "Nothing", "/", kind="x")
    assert (await tx.scalars(select(InboxItem))).all() == []


async def test_reading_is_counted_and_remembers_the_first_time(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    assert owner.user_id
    for number in range(3):
        await notifications.tell(tx, [owner.user_id], f"Thing {number}", "/", kind="x")
    first = (await inbox(reader, owner, Keyset())).rows[0]
    await read_item(tx, owner, first.id)
    at = (await inbox_item(reader, owner, first.id)).read_at
    assert at is not None
    await read_item(tx, owner, first.id)
    assert (await inbox_item(reader, owner, first.id)).read_at == at
    assert await unread_count(reader, owner) == 2
    assert len((await inbox(reader, owner, Keyset(), unread_only=True)).rows) == 2
    assert await read_all(tx, owner) == 2
    assert await read_all(tx, owner) == 0
    assert await unread_count(reader, owner) == 0


async def test_another_persons_item_does_not_exist(tx: AsyncSession, owner: Actor) -> None:
    carl = await colleague(tx, owner)
    assert owner.user_id
    await notifications.tell(tx, [owner.user_id], "Mine", "/", kind="x")
    item = await tx.scalar(select(InboxItem))
    assert item
    with pytest.raises(NotFound):
        await read_item(tx, carl, item.id)
    assert await read_all(tx, carl) == 0
    assert item.read_at is None


async def test_the_inbox_pages_newest_first(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    assert owner.user_id
    for number in range(5):
        await notifications.tell(tx, [owner.user_id], f"Thing {number}", "/", kind="x")
    seen: list[str] = []
    keyset = Keyset(limit=2)
    while True:
        page = await inbox(reader, owner, keyset)
        seen += [row.title for row in page.rows]
        if page.next_cursor is None:
            break
        keyset = Keyset(after=decode_cursor(page.next_cursor), limit=2)
    assert sorted(seen) == [f"Thing {number}" for number in range(5)]
    assert reader.trips == 3
    with pytest.raises(Invalid):
        await inbox(reader, owner, Keyset(after=["nonsense"]))
