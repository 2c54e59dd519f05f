"""What happens to sprints, as frozen values."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes, moved
from cutwater.kernel.events import Event, Subject


class SprintEvent(Event):
    """Something about a sprint."""

    sprint_id: UUID
    key: str

    @property
    def id(self) -> UUID:
        """The sprint's id."""
        return self.sprint_id

    @property
    def subject(self) -> Subject:
        return Subject("sprint", self.sprint_id, self.key)


class SprintCreated(SprintEvent):
    """A sprint was made by hand."""

    name: ClassVar[str] = "sprint.created"
    title: str

    def headline(self) -> str:
        return f"created {self.title}"


class SprintUpdated(SprintEvent):
    """A sprint's name, goal or dates were changed, or how many issues are in it."""

    name: ClassVar[str] = "sprint.updated"
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


class SprintMoved(SprintEvent):
    """A sprint was started, completed, cancelled or taken back."""

    name: ClassVar[str] = "sprint.moved"
    was: str
    now: str

    @property
    def changes(self) -> Changes:
        return moved("state", self.was, self.now)

    def headline(self) -> str:
        return f"moved to {self.now.lower()}"


class SprintDeleted(SprintEvent):
    """A sprint made by hand was deleted."""

    name: ClassVar[str] = "sprint.deleted"

    def headline(self) -> str:
        return "deleted the sprint"
