"""A requirement was switched."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes, moved
from cutwater.kernel.events import Event, Subject
from cutwater.releases.core.facts import LABELS, Requirement, Status
from cutwater.releases.core.requirements import SENTENCES


class RequirementSwitched(Event):
    """The subject is the switch itself: one target's one requirement."""

    name: ClassVar[str] = "requirement.switched"
    switch_id: UUID
    target: str
    requirement: str
    is_on: bool

    @property
    def subject(self) -> Subject:
        return Subject("requirement", self.switch_id, self.target)

    @property
    def changes(self) -> Changes:
        return moved(self.requirement, not self.is_on, self.is_on)

    def headline(self) -> str:
        words = f"“{SENTENCES[Requirement(self.requirement)]}” for {LABELS[Status(self.target)]}"
        return f"switched {'on' if self.is_on else 'off'} {words}"
