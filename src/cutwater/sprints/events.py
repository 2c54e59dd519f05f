"""PURE: what happens in sprints, as the log keeps it: ids, keys, titles and figures, never people."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject

Changes = Mapping[str, tuple[Any, Any]]


class SiteEvent(Event):
    """Something about a site."""

    site_id: UUID
    title: str

    @property
    def subject(self) -> Subject:
        return Subject("site", self.site_id, self.title)


class SiteCreated(SiteEvent):
    """A site was added."""

    name: ClassVar[str] = "site.created"
    kind: str

    def headline(self) -> str:
        return f"added the site {self.title}"


class SiteUpdated(SiteEvent):
    """A site's name or address was changed."""

    name: ClassVar[str] = "site.updated"
    fields: Changes = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return dict(self.fields)

    def headline(self) -> str:
        return f"changed the site {self.title}"


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


class ImportEvent(Event):
    """Something about an import."""

    import_id: UUID
    key: str
    site_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("import", self.import_id, self.key)

    @property
    def context(self) -> Subject | None:
        return Subject("site", self.site_id)


class ImportStarted(ImportEvent):
    """Files were uploaded."""

    name: ClassVar[str] = "import.started"
    files: int

    def headline(self) -> str:
        return f"uploaded {self.files} {'file' if self.files == 1 else 'files'} to import"


class ImportApplied(ImportEvent):
    """An import was applied as one: the one event of its run."""

    name: ClassVar[str] = "import.applied"
    counts: Mapping[str, int]

    def headline(self) -> str:
        new, old = self.counts.get("issues_created", 0), self.counts.get("issues_updated", 0)
        return (
            f"imported issues: {new} new, {old} updated, {self.counts.get('issues_unchanged', 0)} unchanged"
        )


class ImportFailed(ImportEvent):
    """An import stopped with nothing applied."""

    name: ClassVar[str] = "import.failed"

    def headline(self) -> str:
        return "stopped an import: nothing was applied"


class ImportDiscarded(ImportEvent):
    """A person put an import aside before it was applied."""

    name: ClassVar[str] = "import.discarded"

    def headline(self) -> str:
        return "discarded an import"
