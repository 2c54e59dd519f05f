"""What happens to sites, as frozen values."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject

Changes = Mapping[str, tuple[Any, Any]]


class SiteEvent(Event):
    """Something about a site."""

    site_id: UUID
    title: str

    @property
    def subject(self) -> Subject:
        return Subject("site", self.site_id, self.title)


class SiteCreated(SiteEvent):
    """A site was added."""

    name: ClassVar[str] = "site.created"
    kind: str

    def headline(self) -> str:
        return f"added the site {self.title}"


class SiteUpdated(SiteEvent):
    """A site's name or address was changed."""

    name: ClassVar[str] = "site.updated"
    fields: Changes = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return dict(self.fields)

    def headline(self) -> str:
        return f"changed the site {self.title}"
