"""A release moved."""

from typing import ClassVar

from cutwater.kernel.changes import Changes, moved
from cutwater.releases.core.facts import LABELS, Status
from cutwater.releases.records.events import AboutRelease


class ReleaseMoved(AboutRelease):
    """`waived` holds the codes of the obstacles that a manager's force or override went past."""

    name: ClassVar[str] = "release.moved"
    moves_revision: ClassVar[bool] = True
    was: str
    now: str
    is_forced: bool = False
    is_freeze_overridden: bool = False
    waived: tuple[str, ...] = ()
    together_with: tuple[str, ...] = ()
    step_key: str = ""

    @property
    def changes(self) -> Changes:
        return moved("status", self.was, self.now)

    def headline(self) -> str:
        verb = "forced" if self.is_forced else "moved"
        words = f"{verb} to {LABELS[Status(self.now)]}"
        if self.is_freeze_overridden:
            words += ", overriding a freeze"
        if self.together_with:
            words += f", together with {', '.join(self.together_with)}"
        return f"{words}, by step {self.step_key}" if self.step_key else words
