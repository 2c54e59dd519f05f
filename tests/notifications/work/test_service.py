"""Background jobs: begun, advanced, ended."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import notifications
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.paging import Keyset
from cutwater.kernel.reader import SessionReader
from cutwater.notifications.inbox.models import InboxItem
from cutwater.notifications.inbox.queries import inbox
from cutwater.notifications.work.models import Work
from cutwater.notifications.work.queries import work, works
from tests.notifications.people import colleague

# ---------------------------------------------------------------- long work


async def test_long_work_counts_up_and_tells_who_started_it(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    id = await notifications.begin_work(tx, owner, "import", "Import 2 files", 4, path="/sprints")
    await notifications.advance_work(tx, id, 3)
    row = await work(reader, owner, id)
    assert (row.state, row.done, row.total, row.path) == ("RUNNING", 3, 4, "/sprints")
    await notifications.advance_work(tx, id, 5, 8)
    await notifications.end_work(tx, id, result={"issues": 139})
    row = await work(reader, owner, id)
    assert (row.state, row.done, row.total, row.result) == ("DONE", 8, 8, {"issues": 139})
    assert row.ended_at is not None
    [item] = (await inbox(reader, owner, Keyset())).rows
    assert (item.title, item.path) == ("Import 2 files: done", f"/work/{id}")


async def test_failed_work_says_why_and_stays_where_it_was(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    id = await notifications.begin_work(tx, owner, "import", "Import", 10)
    await notifications.advance_work(tx, id, 4)
    await notifications.end_work(tx, id, failed="Row 5 has no key.")
    row = await work(reader, owner, id)
    assert (row.state, row.done, row.error) == ("FAILED", 4, "Row 5 has no key.")
    await notifications.end_work(tx, id, result={"late": 1})
    await notifications.advance_work(tx, id, 9)
    assert await work(reader, owner, id) == row
    assert len((await inbox(reader, owner, Keyset())).rows) == 1


async def test_work_of_a_job_is_told_to_nobody(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    job = replace(owner, kind="job", id=None, user_id=None)
    id = await notifications.begin_work(tx, job, "sync", "Nightly sync")
    await notifications.end_work(tx, id)
    assert (await tx.scalars(select(InboxItem))).all() == []
    assert (await works(reader, job, Keyset())).rows == []
    assert (await tx.get_one(Work, id)).state == "DONE"


async def test_own_work_can_be_found_again(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    carl = await colleague(tx, owner)
    mine = await notifications.begin_work(tx, owner, "import", "Mine")
    his = await notifications.begin_work(tx, carl, "import", "His")
    assert [row.id for row in (await works(reader, owner, Keyset())).rows] == [mine]
    assert (await work(reader, owner, mine)).title == "Mine"
    for id in (his, new_id()):
        with pytest.raises(NotFound):
            await work(reader, owner, id)
