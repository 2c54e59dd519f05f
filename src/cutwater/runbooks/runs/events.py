"""What happens to migrations and runs, and to steps by the rule that makes them ready."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class MigrationCreated(Event):
    name: ClassVar[str] = "migration.created"
    migration_id: UUID
    key: str
    title: str

    @property
    def subject(self) -> Subject:
        return Subject("migration", self.migration_id, self.key)

    def headline(self) -> str:
        return f"created “{self.title}”"


class MigrationUpdated(Event):
    name: ClassVar[str] = "migration.updated"
    migration_id: UUID
    key: str
    differences: dict[str, tuple[Any, Any]]

    @property
    def subject(self) -> Subject:
        return Subject("migration", self.migration_id, self.key)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(self.differences)}"


class AboutRun(Event):
    run_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("run", self.run_id, self.key)


class RunCreated(AboutRun):
    name: ClassVar[str] = "run.created"
    migration_id: UUID
    migration_key: str
    type: str
    is_rehearsal: bool
    version: int
    steps: int

    @property
    def context(self) -> Subject | None:
        return Subject("migration", self.migration_id, self.migration_key)

    def headline(self) -> str:
        kind = "rehearsal" if self.is_rehearsal else "live"
        return f"created ({kind}) with {self.steps} steps from version {self.version}"


class RunMoved(AboutRun):
    name: ClassVar[str] = "run.moved"
    was: str
    now: str

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"state": (self.was, self.now)}

    def headline(self) -> str:
        words = {"RUNNING": "started", "PAUSED": "paused", "COMPLETED": "completed", "ABORTED": "aborted"}
        verb = "resumed" if (self.was, self.now) == ("PAUSED", "RUNNING") else words.get(self.now, self.now)
        return f"{verb} the run"


class RunUpdated(AboutRun):
    name: ClassVar[str] = "run.updated"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(self.differences)}"


class AboutStep(Event):
    step_id: UUID
    key: str
    run_id: UUID
    run_key: str

    @property
    def subject(self) -> Subject:
        return Subject("step", self.step_id, self.key)

    @property
    def context(self) -> Subject | None:
        return Subject("run", self.run_id, self.run_key)


class StepBecameReady(AboutStep):
    """Once per step, the first time it may start."""

    name: ClassVar[str] = "step.became_ready"
    team_id: UUID | None = None
    assignee_id: UUID | None = None

    def headline(self) -> str:
        return "became ready"
