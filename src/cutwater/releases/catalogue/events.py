"""What happens to services and environments."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject


class Catalogued(Event):
    """Something the organization keeps a list of."""

    id: UUID
    key: str
    title: str

    def headline(self) -> str:
        return f"{self.name.split('.')[1]} {self.title}"


class AboutService(Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("service", self.id, self.key)


class ServiceCreated(AboutService):
    name: ClassVar[str] = "service.created"
    moves_revision: ClassVar[bool] = False


class ServiceUpdated(AboutService):
    name: ClassVar[str] = "service.updated"
    changes: Changes


class ServiceDeleted(AboutService):
    name: ClassVar[str] = "service.deleted"


class AboutEnvironment(Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("environment", self.id, self.key)


class EnvironmentCreated(AboutEnvironment):
    name: ClassVar[str] = "environment.created"
    moves_revision: ClassVar[bool] = False


class EnvironmentUpdated(AboutEnvironment):
    name: ClassVar[str] = "environment.updated"
    changes: Changes


class EnvironmentDeleted(AboutEnvironment):
    name: ClassVar[str] = "environment.deleted"
