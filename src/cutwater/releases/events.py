"""What happens to releases and around them, as frozen values: ids, keys, statuses and figures only."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject
from cutwater.releases.facts import LABELS, Requirement, Status
from cutwater.releases.requirements import SENTENCES

KIND_WORDS = {
    "BLOCKS": "must be deployed first",
    "SOFT_DEPENDENCY": "should go first",
    "REQUIRES_SYNC": "goes together with it",
}


class _AboutRelease(Event):
    release_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("release", self.release_id, self.key)


class ReleaseCreated(_AboutRelease):
    name: ClassVar[str] = "release.created"
    title: str

    def headline(self) -> str:
        return f"created “{self.title}”"


class ReleaseUpdated(_AboutRelease):
    name: ClassVar[str] = "release.updated"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(field.replace('_', ' ') for field in self.differences)}"


class ReleaseDeleted(_AboutRelease):
    name: ClassVar[str] = "release.deleted"

    def headline(self) -> str:
        return "deleted the release"


class ReleaseMoved(_AboutRelease):
    """`waived` holds the codes of the obstacles that a manager's force or override went past."""

    name: ClassVar[str] = "release.moved"
    was: str
    now: str
    is_forced: bool = False
    is_freeze_overridden: bool = False
    waived: tuple[str, ...] = ()
    together_with: tuple[str, ...] = ()
    step_key: str = ""

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"status": (self.was, self.now)}

    def headline(self) -> str:
        verb = "forced" if self.is_forced else "moved"
        words = f"{verb} to {LABELS[Status(self.now)]}"
        if self.is_freeze_overridden:
            words += ", overriding a freeze"
        if self.together_with:
            words += f", together with {', '.join(self.together_with)}"
        return f"{words}, by step {self.step_key}" if self.step_key else words


class ReleaseAssigned(_AboutRelease):
    name: ClassVar[str] = "release.assigned"
    was: UUID | None
    now: UUID | None

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"owner_id": (self.was, self.now)}

    def headline(self) -> str:
        return "gave it a new owner" if self.now else "took its owner away"


class ReleaseBlocked(_AboutRelease):
    name: ClassVar[str] = "release.blocked"

    def headline(self) -> str:
        return "blocked it"


class ReleaseUnblocked(_AboutRelease):
    name: ClassVar[str] = "release.unblocked"

    def headline(self) -> str:
        return "lifted the block"


class ItemAdded(_AboutRelease):
    name: ClassVar[str] = "release.item_added"
    item_id: UUID
    kind: str
    reference: str
    issue_id: UUID | None = None

    @property
    def context(self) -> Subject | None:
        return Subject("issue", self.issue_id, self.reference) if self.issue_id else None

    def headline(self) -> str:
        return f"added {self.reference}"


class ItemChanged(_AboutRelease):
    name: ClassVar[str] = "release.item_changed"
    item_id: UUID
    reference: str
    was_done: bool
    is_done: bool

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"is_done": (self.was_done, self.is_done)} if self.was_done != self.is_done else {}

    def headline(self) -> str:
        if self.was_done != self.is_done:
            return f"{self.reference} is {'done' if self.is_done else 'open again'}"
        return f"changed {self.reference}"


class ItemRemoved(_AboutRelease):
    name: ClassVar[str] = "release.item_removed"
    item_id: UUID
    reference: str
    issue_id: UUID | None = None

    @property
    def context(self) -> Subject | None:
        return Subject("issue", self.issue_id, self.reference) if self.issue_id else None

    def headline(self) -> str:
        return f"removed {self.reference}"


class _AboutDependency(_AboutRelease):
    blocker_id: UUID
    blocker_key: str
    kind: str

    @property
    def context(self) -> Subject | None:
        return Subject("release", self.blocker_id, self.blocker_key)


class DependencyAdded(_AboutDependency):
    name: ClassVar[str] = "release.dependency_added"

    def headline(self) -> str:
        return f"{self.blocker_key} {KIND_WORDS[self.kind]}"


class DependencyRemoved(_AboutDependency):
    name: ClassVar[str] = "release.dependency_removed"

    def headline(self) -> str:
        return f"no longer depends on {self.blocker_key}"


class DependencyResolved(_AboutDependency):
    """The blocker is deployed."""

    name: ClassVar[str] = "release.dependency_resolved"

    def headline(self) -> str:
        return f"{self.blocker_key} is deployed and no longer in the way"


class DependencyReopened(_AboutDependency):
    """The blocker fell back after it had been deployed."""

    name: ClassVar[str] = "release.dependency_reopened"

    def headline(self) -> str:
        return f"{self.blocker_key} was rolled back and is in the way again"


class ApproverNamed(_AboutRelease):
    name: ClassVar[str] = "release.approver_named"
    approver_id: UUID

    def headline(self) -> str:
        return "named an approver"


class ApproverRemoved(_AboutRelease):
    name: ClassVar[str] = "release.approver_removed"
    approver_id: UUID

    def headline(self) -> str:
        return "took an approver off"


class ApprovalGiven(_AboutRelease):
    name: ClassVar[str] = "release.approval_given"
    approver_id: UUID
    verdict: str

    def headline(self) -> str:
        return "approved it" if self.verdict == "APPROVED" else "refused it"


class CommentAdded(_AboutRelease):
    name: ClassVar[str] = "release.comment_added"
    comment_id: UUID

    def headline(self) -> str:
        return "commented"


class CommentEdited(_AboutRelease):
    name: ClassVar[str] = "release.comment_edited"
    comment_id: UUID

    def headline(self) -> str:
        return "edited a comment"


class CommentDeleted(_AboutRelease):
    name: ClassVar[str] = "release.comment_deleted"
    comment_id: UUID

    def headline(self) -> str:
        return "deleted a comment"


class _Catalogued(Event):
    """Something the organization keeps a list of: `differences` is empty for one that is new or gone."""

    id: UUID
    key: str
    title: str
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"{self.name.split('.')[1]} {self.title}"


class _AboutService(_Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("service", self.id, self.key)


class ServiceCreated(_AboutService):
    name: ClassVar[str] = "service.created"


class ServiceUpdated(_AboutService):
    name: ClassVar[str] = "service.updated"


class ServiceDeleted(_AboutService):
    name: ClassVar[str] = "service.deleted"


class _AboutEnvironment(_Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("environment", self.id, self.key)


class EnvironmentCreated(_AboutEnvironment):
    name: ClassVar[str] = "environment.created"


class EnvironmentUpdated(_AboutEnvironment):
    name: ClassVar[str] = "environment.updated"


class EnvironmentDeleted(_AboutEnvironment):
    name: ClassVar[str] = "environment.deleted"


class _AboutFreeze(_Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("freeze", self.id, self.key)


class FreezeCreated(_AboutFreeze):
    name: ClassVar[str] = "freeze.created"


class FreezeUpdated(_AboutFreeze):
    name: ClassVar[str] = "freeze.updated"


class FreezeDeleted(_AboutFreeze):
    name: ClassVar[str] = "freeze.deleted"


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
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {self.requirement: (not self.is_on, self.is_on)}

    def headline(self) -> str:
        words = f"“{SENTENCES[Requirement(self.requirement)]}” for {LABELS[Status(self.target)]}"
        return f"switched {'on' if self.is_on else 'off'} {words}"
