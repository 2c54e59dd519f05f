"""What happens to sprints, as frozen values."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject
from cutwater.sprints.sites.events import Changes


class SprintEvent(Event):
    """Something about a sprint."""

    sprint_id: UUID
    key: str

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
    """A sprint's name, goal or dates were changed."""

    name: ClassVar[str] = "sprint.updated"
    fields: Changes

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return dict(self.fields)

    def headline(self) -> str:
        return f"changed {', '.join(sorted(self.fields)).replace('_', ' ')}"


class SprintMoved(SprintEvent):
    """A sprint was started, completed, cancelled or taken back."""

    name: ClassVar[str] = "sprint.moved"
    was: str
    now: str

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"state": (self.was, self.now)}

    def headline(self) -> str:
        return f"moved to {self.now.lower()}"


class SprintDeleted(SprintEvent):
    """A sprint made by hand was deleted."""

    name: ClassVar[str] = "sprint.deleted"

    def headline(self) -> str:
        return "deleted the sprint"
