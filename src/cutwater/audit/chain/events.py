"""What the log says of its chain."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class LogHeadTaken(Event):
    """A day's head of the chain, which also goes out of the system."""

    name: ClassVar[str] = "log.head_taken"
    organization_id: UUID
    day: str
    block: int
    hash: str
    events_total: int

    @property
    def subject(self) -> Subject:
        return Subject("log", self.organization_id)

    def headline(self) -> str:
        return f"published the log's head of {self.day}: block {self.block}, {self.hash[:12]}…"
