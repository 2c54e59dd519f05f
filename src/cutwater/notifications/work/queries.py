"""Background jobs, for the person who started them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Keyset, Page
from cutwater.kernel.reader import Reader
from cutwater.notifications.inbox.queries import NOBODY, newest
from cutwater.notifications.work.models import Work, WorkState

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
    return await newest(reader, statement, Work.id, keyset)


async def running_work_for_update(tx: AsyncSession, id: UUID) -> Work | None:
    """Long work that has not ended, locked."""
    found: Work | None = await tx.scalar(
        select(Work).where(Work.id == id, Work.state == WorkState.RUNNING).with_for_update()
    )
    return found
