"""What the API says of inboxes, deliveries and long work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cutwater.kernel.wire import Out
from cutwater.notifications.models import DeliveryState, WorkState


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


class DeliveryRead(Out):
    """One mail on its way; `message_id` is the same at every attempt."""

    id: UUID
    created_at: datetime
    kind: str
    recipient: str
    subject: str
    state: DeliveryState
    attempts: int
    last_error: str
    message_id: str
    next_at: datetime | None
    sent_at: datetime | None


class WorkRead(Out):
    """Long work: how far it is, and what came of it."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    kind: str
    title: str
    path: str
    state: WorkState
    done: int
    total: int
    result: dict[str, Any]
    error: str
    ended_at: datetime | None
