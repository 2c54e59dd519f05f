"""What people do to the steps of a run, and what becomes of the releases they put live."""

from typing import Any, ClassVar
from uuid import UUID

from cutwater.runbooks.core.step_machine import STEP_WORDS, StepState
from cutwater.runbooks.runs.events import AboutStep


class StepMoved(AboutStep):
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


class InstructionTicked(AboutStep):
    name: ClassVar[str] = "step.instruction_ticked"
    instruction_id: UUID
    is_done: bool

    def headline(self) -> str:
        return f"{'ticked' if self.is_done else 'took back the tick of'} an instruction"


class StepAssigned(AboutStep):
    name: ClassVar[str] = "step.assigned"
    differences: dict[str, tuple[Any, Any]]

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return self.differences

    def headline(self) -> str:
        return "changed who does it"


class StepReleaseLinked(AboutStep):
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


class _AboutDeploy(AboutStep):
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
