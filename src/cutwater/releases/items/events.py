"""What happens to the items of a release."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Subject
from cutwater.releases.records.events import AboutRelease


class ItemAdded(AboutRelease):
    name: ClassVar[str] = "release.item_added"
    item_id: UUID
    kind: str
    reference: str
    issue_id: UUID | None = None

    @property
    def context(self) -> Subject | None:
        return Subject("issue", self.issue_id, self.reference) if self.issue_id else None

    def headline(self) -> str:
        return f"added {self.reference}"


class ItemChanged(AboutRelease):
    name: ClassVar[str] = "release.item_changed"
    item_id: UUID
    reference: str
    changes: Changes

    def headline(self) -> str:
        if "is_done" in self.changes:
            _, is_done = self.changes.fields["is_done"]
            return f"{self.reference} is {'done' if is_done else 'open again'}"
        return f"changed {self.reference}"


class ItemRemoved(AboutRelease):
    name: ClassVar[str] = "release.item_removed"
    item_id: UUID
    reference: str
    issue_id: UUID | None = None

    @property
    def context(self) -> Subject | None:
        return Subject("issue", self.issue_id, self.reference) if self.issue_id else None

    def headline(self) -> str:
        return f"removed {self.reference}"
