"""What happens to a release itself: ids, keys, statuses and figures only."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject


class AboutRelease(Event):
    """Most of what happens around a release leaves its revision alone."""

    moves_revision: ClassVar[bool] = False
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
    moves_revision: ClassVar[bool] = True
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


class ReleaseDeleted(AboutRelease):
    name: ClassVar[str] = "release.deleted"
    moves_revision: ClassVar[bool] = True

    def headline(self) -> str:
        return "deleted the release"


class ReleaseAssigned(AboutRelease):
    """`changes` holds the owner before and after."""

    name: ClassVar[str] = "release.assigned"
    moves_revision: ClassVar[bool] = True
    changes: Changes

    def headline(self) -> str:
        _, owner_id = self.changes.fields["owner_id"]
        return "gave it a new owner" if owner_id else "took its owner away"


class ReleaseBlocked(AboutRelease):
    name: ClassVar[str] = "release.blocked"
    moves_revision: ClassVar[bool] = True

    def headline(self) -> str:
        return "blocked it"


class ReleaseUnblocked(AboutRelease):
    name: ClassVar[str] = "release.unblocked"
    moves_revision: ClassVar[bool] = True

    def headline(self) -> str:
        return "lifted the block"
