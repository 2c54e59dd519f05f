"""What happens to imports, as frozen values: one event per step, none per row."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


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
