"""What happens to runbooks and runs, as frozen values: ids, keys, states and figures only."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject
from cutwater.runbooks.step_machine import STEP_WORDS, StepState


class _AboutRunbook(Event):
    runbook_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("runbook", self.runbook_id, self.key)


class RunbookCreated(_AboutRunbook):
    name: ClassVar[str] = "runbook.created"
    title: str

    def headline(self) -> str:
        return f"created “{self.title}”"


class RunbookUpdated(_AboutRunbook):
    name: ClassVar[str] = "runbook.updated"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(self.differences)}"


class WorksheetImported(_AboutRunbook):
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


class VersionPublished(_AboutRunbook):
    name: ClassVar[str] = "runbook.published"
    version: int
    steps: int
    links: int

    def headline(self) -> str:
        return f"published version {self.version}: {self.steps} steps, {self.links} links"


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


class _AboutRun(Event):
    run_id: UUID
    key: str

    @property
    def subject(self) -> Subject:
        return Subject("run", self.run_id, self.key)


class IterationCreated(_AboutRun):
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


class RunMoved(_AboutRun):
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


class RunUpdated(_AboutRun):
    name: ClassVar[str] = "run.updated"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return f"changed {', '.join(self.differences)}"


class _AboutStep(Event):
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


class StepMoved(_AboutStep):
    """`waived` holds the codes of the obstacles that a pilot's override went past."""

    name: ClassVar[str] = "step.moved"
    move: str
    was: str
    now: str
    is_override: bool = False
    waived: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"state": (self.was, self.now)}

    def headline(self) -> str:
        words = {"start": "started", "finish": "finished", "reopen": "reopened", "resume": "resumed"}
        verb = words.get(self.move, f"set to {STEP_WORDS[StepState(self.now)]}")
        ahead = ", overriding what was in the way" if self.is_override else ""
        started = f"; already started: {', '.join(self.flagged)}" if self.flagged else ""
        return f"{verb}{ahead}{started}"


class StepBecameReady(_AboutStep):
    """Once per step, the first time it may start."""

    name: ClassVar[str] = "step.became_ready"
    team_id: UUID | None = None
    assignee_id: UUID | None = None

    def headline(self) -> str:
        return "became ready"


class InstructionTicked(_AboutStep):
    name: ClassVar[str] = "step.instruction_ticked"
    instruction_id: UUID
    is_done: bool

    def headline(self) -> str:
        return f"{'ticked' if self.is_done else 'took back the tick of'} an instruction"


class StepAssigned(_AboutStep):
    name: ClassVar[str] = "step.assigned"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return "changed who does it"


class StepReleaseLinked(_AboutStep):
    name: ClassVar[str] = "step.release_linked"
    release_id: UUID | None
    release_key: str
    was: str = ""

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"release": (self.was, self.release_key)}

    def headline(self) -> str:
        if self.release_key:
            return f"will put {self.release_key} live"
        return f"no longer puts {self.was} live"


class _AboutDeploy(_AboutStep):
    release_id: UUID
    release_key: str


class ReleaseDeployedByStep(_AboutDeploy):
    name: ClassVar[str] = "step.release_deployed"

    def headline(self) -> str:
        return f"put {self.release_key} live"


class ReleaseRehearsedByStep(_AboutDeploy):
    name: ClassVar[str] = "step.release_rehearsed"

    def headline(self) -> str:
        return f"would have put {self.release_key} live (rehearsal)"


class ReleaseRefusedStep(_AboutDeploy):
    """The step is finished, but the release could not be recorded as deployed; the note says why."""

    name: ClassVar[str] = "step.release_refused"
    obstacles: tuple[str, ...] = ()

    def headline(self) -> str:
        return f"could not put {self.release_key} live"
