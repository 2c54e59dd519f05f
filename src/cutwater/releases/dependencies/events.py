"""What happens to the dependencies of a release."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Subject
from cutwater.releases.core.facts import DependencyKind
from cutwater.releases.records.events import AboutRelease

KIND_WORDS = {
    DependencyKind.BLOCKS: "must be deployed first",
    DependencyKind.SOFT_DEPENDENCY: "should go first",
    DependencyKind.REQUIRES_SYNC: "goes together with it",
}


class AboutDependency(AboutRelease):
    blocker_id: UUID
    blocker_key: str
    kind: str

    @property
    def context(self) -> Subject | None:
        return Subject("release", self.blocker_id, self.blocker_key)


class DependencyAdded(AboutDependency):
    name: ClassVar[str] = "release.dependency_added"

    def headline(self) -> str:
        return f"{self.blocker_key} {KIND_WORDS[DependencyKind(self.kind)]}"


class DependencyRemoved(AboutDependency):
    name: ClassVar[str] = "release.dependency_removed"

    def headline(self) -> str:
        return f"no longer depends on {self.blocker_key}"


class DependencyResolved(AboutDependency):
    """The blocker is deployed."""

    name: ClassVar[str] = "release.dependency_resolved"

    def headline(self) -> str:
        return f"{self.blocker_key} is deployed and no longer in the way"


class DependencyReopened(AboutDependency):
    """The blocker fell back after it had been deployed."""

    name: ClassVar[str] = "release.dependency_reopened"

    def headline(self) -> str:
        return f"{self.blocker_key} was rolled back and is in the way again"
