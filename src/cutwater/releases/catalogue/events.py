"""What happens to services and environments."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class Catalogued(Event):
    """Something the organization keeps a list of: `differences` is empty for one that is new or gone."""

    id: UUID
    key: str
    title: str
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"{self.name.split('.')[1]} {self.title}"


class _AboutService(Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("service", self.id, self.key)


class ServiceCreated(_AboutService):
    name: ClassVar[str] = "service.created"


class ServiceUpdated(_AboutService):
    name: ClassVar[str] = "service.updated"


class ServiceDeleted(_AboutService):
    name: ClassVar[str] = "service.deleted"


class _AboutEnvironment(Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("environment", self.id, self.key)


class EnvironmentCreated(_AboutEnvironment):
    name: ClassVar[str] = "environment.created"


class EnvironmentUpdated(_AboutEnvironment):
    name: ClassVar[str] = "environment.updated"


class EnvironmentDeleted(_AboutEnvironment):
    name: ClassVar[str] = "environment.deleted"
