"""What happens to field mappings, as frozen values."""

from typing import ClassVar

from cutwater.kernel.changes import NOTHING, Changes
from cutwater.sprints.sites.events import SiteEvent


class FieldMappingConfirmed(SiteEvent):
    """A person confirmed which fields play which role."""

    name: ClassVar[str] = "field_mapping.confirmed"
    moves_revision: ClassVar[bool] = False
    project: str = ""
    changes: Changes = NOTHING

    def headline(self) -> str:
        return f"confirmed the field mapping of {self.title}{' ' + self.project if self.project else ''}"
