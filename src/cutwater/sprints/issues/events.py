"""What happens to issues made here, as frozen values: people and descriptions by reference."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject


class IssueEvent(Event):
    """Something about an issue made by hand."""

    issue_id: UUID
    key: str

    @property
    def id(self) -> UUID:
        """The issue's id."""
        return self.issue_id

    @property
    def subject(self) -> Subject:
        return Subject("issue", self.issue_id, self.key)


class IssueCreated(IssueEvent):
    """An issue was made by hand."""

    name: ClassVar[str] = "issue.created"
    title: str

    def headline(self) -> str:
        return f"created {self.title}"


class IssueUpdated(IssueEvent):
    """An issue made by hand was changed; people and descriptions are private texts."""

    name: ClassVar[str] = "issue.updated"
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


class IssueDeleted(IssueEvent):
    """An issue made by hand was deleted."""

    name: ClassVar[str] = "issue.deleted"

    def headline(self) -> str:
        return "deleted the issue"
