"""What happens to issues made here, as frozen values: people and descriptions by reference."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject
from cutwater.sprints.sites.events import Changes


class IssueEvent(Event):
    """Something about an issue made by hand."""

    issue_id: UUID
    key: str

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
    """An issue made by hand was changed; people and descriptions are named as changed, not quoted."""

    name: ClassVar[str] = "issue.updated"
    fields: Changes

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return dict(self.fields)

    def headline(self) -> str:
        return f"changed {', '.join(sorted(self.fields)).replace('_', ' ')}"


class IssueDeleted(IssueEvent):
    """An issue made by hand was deleted."""

    name: ClassVar[str] = "issue.deleted"

    def headline(self) -> str:
        return "deleted the issue"
