"""What the log says of those who copy it."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class LogExported(Event):
    """Somebody took a copy of a part of the log."""

    name: ClassVar[str] = "log.exported"
    organization_id: UUID
    since: str
    until: str
    events: int

    @property
    def subject(self) -> Subject:
        return Subject("log", self.organization_id)

    def headline(self) -> str:
        return f"exported {self.events} events of the log"
