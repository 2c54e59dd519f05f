"""What the API says of deliveries."""

from datetime import datetime
from uuid import UUID

from cutwater.kernel.wire import Out
from cutwater.notifications.mail.models import DeliveryState


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
