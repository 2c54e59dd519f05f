"""What happens to migrations and runs, and to steps by the rule that makes them ready."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject

RUN_VERBS = {
    "start": "started",
    "pause": "paused",
    "resume": "resumed",
    "complete": "completed",
    "abort": "aborted",
}


class AboutMigration(Event):
    migration_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("migration", self.migration_id, self.key)


class MigrationCreated(AboutMigration):
    name: ClassVar[str] = "migration.created"
    title: str

    def headline(self) -> str:
        return f"created “{self.title}”"


class MigrationUpdated(AboutMigration):
    name: ClassVar[str] = "migration.updated"
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


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
    move: str
    state: str
    changes: Changes

    def headline(self) -> str:
        return f"{RUN_VERBS[self.move]} the run"


class RunUpdated(AboutRun):
    name: ClassVar[str] = "run.updated"
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


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
    moves_revision: ClassVar[bool] = False
    team_id: UUID | None = None
    assignee_id: UUID | None = None

    def headline(self) -> str:
        return "became ready"
