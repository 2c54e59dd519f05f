"""What happens to sites, as frozen values."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject


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
    changes: Changes

    def headline(self) -> str:
        return f"changed the site {self.title}"
