"""What happens to a release itself: ids, keys, statuses and figures only."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class AboutRelease(Event):
    release_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("release", self.release_id, self.key)


class ReleaseCreated(AboutRelease):
    name: ClassVar[str] = "release.created"
    title: str

    def headline(self) -> str:
        return f"created “{self.title}”"


class ReleaseUpdated(AboutRelease):
    name: ClassVar[str] = "release.updated"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(field.replace('_', ' ') for field in self.differences)}"


class ReleaseDeleted(AboutRelease):
    name: ClassVar[str] = "release.deleted"

    def headline(self) -> str:
        return "deleted the release"


class ReleaseAssigned(AboutRelease):
    name: ClassVar[str] = "release.assigned"
    was: UUID | None
    now: UUID | None

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"owner_id": (self.was, self.now)}

    def headline(self) -> str:
        return "gave it a new owner" if self.now else "took its owner away"


class ReleaseBlocked(AboutRelease):
    name: ClassVar[str] = "release.blocked"

    def headline(self) -> str:
        return "blocked it"


class ReleaseUnblocked(AboutRelease):
    name: ClassVar[str] = "release.unblocked"

    def headline(self) -> str:
        return "lifted the block"
