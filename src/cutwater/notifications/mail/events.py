"""What the log keeps of telling people: not each mail, but what somebody or the retries decided about one."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class DeliveryRetried(Event):
    """Somebody asked to send a mail again."""

    name: ClassVar[str] = "delivery.retried"
    delivery_id: UUID
    kind: str
    was: str

    @property
    def subject(self) -> Subject:
        return Subject("delivery", self.delivery_id)

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        return {"state": (self.was, "QUEUED")}

    def headline(self) -> str:
        return f"queued a mail again ({self.kind})"


class DeliveryGivenUp(Event):
    """A mail could not be delivered and is not tried again by itself."""

    name: ClassVar[str] = "delivery.given_up"
    delivery_id: UUID
    kind: str
    attempts: int

    @property
    def subject(self) -> Subject:
        return Subject("delivery", self.delivery_id)

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        return {"state": ("QUEUED", "FAILED")}

    def headline(self) -> str:
        return f"gave a mail up after {self.attempts} attempts ({self.kind})"
