"""What happens to worksheets."""

from typing import ClassVar

from cutwater.runbooks.library.events import AboutRunbook


class WorksheetImported(AboutRunbook):
    name: ClassVar[str] = "runbook.imported"
    version: int
    steps: int
    links: int
    created: int
    changed: int
    removed: int

    def headline(self) -> str:
        figures = f"{self.created} new, {self.changed} changed, {self.removed} removed"
        return f"imported {self.steps} steps and {self.links} links into draft {self.version} ({figures})"
