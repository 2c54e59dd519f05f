"""What the API says of background jobs."""

from datetime import datetime
from uuid import UUID

from cutwater.kernel.wire import Out
from cutwater.notifications.work.models import WorkState


class WorkRead(Out):
    """A background job: how far it is, and what came of it."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    kind: str
    title: str
    path: str
    state: WorkState
    done: int
    total: int
    result: dict[str, object]
    error: str
    ended_at: datetime | None
