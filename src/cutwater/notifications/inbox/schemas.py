"""What the API says of inboxes."""

from datetime import datetime
from uuid import UUID

from cutwater.kernel.wire import Out


class InboxItemRead(Out):
    """One thing you were told; `path` is where it leads, within the organization."""

    id: UUID
    created_at: datetime
    kind: str
    title: str
    path: str
    read_at: datetime | None


class InboxCount(Out):
    """How much is unread, counted up to 100."""

    unread: int


class InboxMarked(Out):
    """How many items were marked as read."""

    marked: int
