"""What happens to an organization: its id and slug, never names of people."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
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
    changes: Changes

    def headline(self) -> str:
        return f"changed the organization's {self.changes.words()}"


class OrganizationDeleted(OfOrganization):
    name: ClassVar[str] = "organization.deleted"
