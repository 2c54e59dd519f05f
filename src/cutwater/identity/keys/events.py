"""What happens to an API key."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class OfApiKey(Event):
    """About one API key."""

    api_key_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("api_key", self.api_key_id)


class ApiKeyCreated(OfApiKey):
    name: ClassVar[str] = "api_key.created"
    scopes: tuple[str, ...]
    is_service: bool

    def headline(self) -> str:
        return f"made {'a service' if self.is_service else 'an API'} key for {', '.join(self.scopes)}"


class ApiKeyRevoked(OfApiKey):
    name: ClassVar[str] = "api_key.revoked"

    def headline(self) -> str:
        return "revoked an API key"
