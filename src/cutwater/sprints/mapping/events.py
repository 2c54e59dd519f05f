"""What happens to field mappings, as frozen values."""

from dataclasses import field
from typing import Any, ClassVar

from cutwater.sprints.sites.events import Changes, SiteEvent


class FieldMappingConfirmed(SiteEvent):
    """A person confirmed which fields play which role."""

    name: ClassVar[str] = "field_mapping.confirmed"
    project: str = ""
    fields: Changes = field(default_factory=dict)
    remapped: int = 0

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return dict(self.fields)

    def headline(self) -> str:
        return f"confirmed the field mapping of {self.title}{' ' + self.project if self.project else ''}"
