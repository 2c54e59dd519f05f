"""What the log keeps of mail: not each one, but what somebody or the retries decided about one."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject


class OfDelivery(Event):
    """About one mail; what happens to it moves its state."""

    delivery_id: UUID
    kind: str
    changes: Changes

    @property
    def subject(self) -> Subject:
        return Subject("delivery", self.delivery_id)


class DeliveryRetried(OfDelivery):
    """Somebody asked to send a mail again."""

    name: ClassVar[str] = "delivery.retried"

    def headline(self) -> str:
        return f"queued a mail again ({self.kind})"


class DeliveryGivenUp(OfDelivery):
    """A mail could not be delivered and is not tried again by itself."""

    name: ClassVar[str] = "delivery.given_up"
    attempts: int

    def headline(self) -> str:
        return f"gave a mail up after {self.attempts} attempts ({self.kind})"
