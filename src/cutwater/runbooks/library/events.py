"""What happens to runbooks and their versions."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class AboutRunbook(Event):
    runbook_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("runbook", self.runbook_id, self.key)


class RunbookCreated(AboutRunbook):
    name: ClassVar[str] = "runbook.created"
    title: str

    def headline(self) -> str:
        return f"created “{self.title}”"


class RunbookUpdated(AboutRunbook):
    name: ClassVar[str] = "runbook.updated"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(self.differences)}"


class VersionPublished(AboutRunbook):
    name: ClassVar[str] = "runbook.published"
    version: int
    steps: int
    links: int

    def headline(self) -> str:
        return f"published version {self.version}: {self.steps} steps, {self.links} links"
