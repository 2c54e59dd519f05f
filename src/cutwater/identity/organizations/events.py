"""What happens to an organization: its id and slug, never names."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class OfOrganization(Event):
    """About the organization itself."""

    organization_id: UUID
    slug: str

    @property
    def subject(self) -> Subject:
        return Subject("organization", self.organization_id, self.slug)


class OrganizationCreated(OfOrganization):
    name: ClassVar[str] = "organization.created"


class OrganizationChanged(OfOrganization):
    name: ClassVar[str] = "organization.changed"
    was: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {key: (self.was[key], self.now[key]) for key in self.now}

    def headline(self) -> str:
        return f"changed the organization's {' and '.join(self.now)}"


class OrganizationDeleted(OfOrganization):
    name: ClassVar[str] = "organization.deleted"
