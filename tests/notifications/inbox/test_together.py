"""Jobs that tell the same people at once."""

import asyncio

from cutwater import notifications
from cutwater.kernel.db import Database
from cutwater.kernel.paging import Keyset
from cutwater.notifications.inbox import queries
from tests import world


async def test_jobs_that_tell_at_once_leave_only_the_newest_unread(database: Database) -> None:
    actor = await world.organization_in(database)
    assert actor.user_id

    async def tell(event_id: int) -> None:
        async with database.tx(actor) as tx:
            title, path = f"R-1: move {event_id}", "/releases/R-1"
            await notifications.tell(tx, [actor.user_id], title, path, kind="moved", event_id=event_id)

    await asyncio.gather(*map(tell, (3, 1, 5, 2, 4)))
    items = (await queries.inbox(database.reader(actor), actor, Keyset())).rows
    assert len(items) == 5
    assert [item.title for item in items if item.read_at is None] == ["R-1: move 5"]
