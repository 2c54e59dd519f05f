"""What people do to the steps of a run, and what becomes of the releases they put live."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.runbooks.core.step_machine import STANDINGS, StepState
from cutwater.runbooks.runs.events import AboutStep


class StepMoved(AboutStep):
    """`waived` holds the codes of the obstacles that a pilot's override went past."""

    name: ClassVar[str] = "step.moved"
    move: str
    state: str
    changes: Changes
    is_override: bool = False
    waived: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()

    def headline(self) -> str:
        words = {"start": "started", "finish": "finished", "reopen": "reopened", "resume": "resumed"}
        verb = words.get(self.move, f"set to {STANDINGS[StepState(self.state)].word}")
        ahead = ", overriding what blocked it" if self.is_override else ""
        started = f"; already started: {', '.join(self.flagged)}" if self.flagged else ""
        return f"{verb}{ahead}{started}"


class InstructionTicked(AboutStep):
    name: ClassVar[str] = "step.instruction_ticked"
    moves_revision: ClassVar[bool] = False
    instruction_id: UUID
    is_done: bool

    def headline(self) -> str:
        return f"{'ticked' if self.is_done else 'took back the tick of'} an instruction"


class StepAssigned(AboutStep):
    name: ClassVar[str] = "step.assigned"
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


class StepReleaseLinked(AboutStep):
    name: ClassVar[str] = "step.release_linked"
    release_id: UUID | None
    release_key: str
    changes: Changes

    def headline(self) -> str:
        if self.release_key:
            return f"will put {self.release_key} live"
        was, _ = self.changes.fields["release"]
        return f"no longer puts {was} live"


class _AboutDeploy(AboutStep):
    moves_revision: ClassVar[bool] = False
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
