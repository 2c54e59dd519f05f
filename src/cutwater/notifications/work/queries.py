"""Background jobs, for the person who started them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.paging import Keyset, Page, newest
from cutwater.kernel.reader import Reader, Rows
from cutwater.notifications.inbox.queries import NOBODY
from cutwater.notifications.work.models import Work


class WorkRow(NamedTuple):
    """A background job: how far it is, and what came of it."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    kind: str
    title: str
    path: str
    done: int
    total: int
    state: str
    result: dict[str, JSON]
    error: str
    started_by: UUID | None
    ended_at: datetime | None


_WORK = Rows(
    WorkRow,
    select(
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
    ),
)


async def work(reader: Reader, actor: Actor, id: UUID) -> WorkRow:
    """One background job, for the person who started it; a service key's is for service keys."""
    own = Work.started_by.is_not_distinct_from(actor.user_id)
    row = await reader.first(_WORK.where(Work.id == id, own))
    if row is None:
        raise NotFound("This work")
    return row


async def works(reader: Reader, actor: Actor, keyset: Keyset) -> Page[WorkRow]:
    """The background jobs this person started, newest first."""
    own = _WORK.where(Work.started_by == (actor.user_id or NOBODY))
    return await newest(reader, own, Work.id, keyset)
