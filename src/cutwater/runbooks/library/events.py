"""What happens to runbooks and their versions."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
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
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


class VersionPublished(AboutRunbook):
    """A draft became a version that stays as it is; it does not count in the runbook's revision."""

    name: ClassVar[str] = "runbook.published"
    moves_revision: ClassVar[bool] = False
    version: int
    steps: int
    links: int

    def headline(self) -> str:
        return f"published version {self.version}: {self.steps} steps, {self.links} links"
