"""What the API of steps takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from cutwater.kernel.wire import Body, Line, Out
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.core.step_machine import StepMove, StepState
from cutwater.runbooks.runs.schemas import Reason


class StepMoveRequest(Body):
    """A move of a step. `override` is the pilot's way past gates, and needs a reason."""

    move: StepMove
    reason: Reason = ""
    override: bool = False
    lets_successors_go: Annotated[bool, Field(description="For cancel: successors may start.")] = False


class OwnersPut(Body):
    """Who does a step; null: nobody."""

    team_id: UUID | None = None
    assignee_id: UUID | None = None
    deputy_id: UUID | None = None


class ReleasePut(Body):
    """The release that the step puts live; empty: none."""

    release: Annotated[Line, Field(max_length=40, examples=["R-42"])] = ""


class TickPut(Body):
    """An instruction done, or not."""

    is_done: bool


class InstructionRead(Out):
    """An instruction of a step, and when it was done."""

    id: UUID
    position: int
    text: str
    is_mandatory: bool
    done_at: datetime | None
    done_by_id: UUID | None


class GateRead(Out):
    """A link, seen from one of its ends."""

    code: str
    title: str
    state: StepState
    kind: str
    lag_minutes: int
    is_hard: bool
    is_implied: bool


class ObstacleRead(Out):
    """Something in the way of a move."""

    code: str
    text: str
    hint: str
    cleared_by: str


class MoveOption(Out):
    """A move that the step's state knows: possible when nothing is in its way."""

    move: StepMove
    needs_reason: bool
    obstacles: list[ObstacleRead]
    may_override: bool


class StepRead(Out):
    """A step of a run with its five times; forecast and slack are computed as of now."""

    id: UUID
    code: str
    title: str
    step_type: str
    phase_id: UUID
    team_id: UUID | None
    assignee_id: UUID | None
    deputy_id: UUID | None
    state: StepState
    duration_minutes: int
    planned_start: datetime
    planned_end: datetime
    fixed_start: datetime | None
    deadline: datetime | None
    forecast_start: datetime | None
    forecast_end: datetime | None
    ready_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    slack_minutes: int | None
    is_critical: bool
    late_minutes: int
    is_flagged: bool
    release_id: UUID | None
    revision: int


class StepDetailRead(StepRead):
    """A step with everything around it."""

    sequence: str
    phase: str
    reason: str
    rollback: str
    environment_role: str
    labels: list[str]
    changed_at: datetime | None
    changed_by_id: UUID | None
    deploy_state: DeployState
    deploy_note: str
    instructions: list[InstructionRead]
    after: list[GateRead]
    before: list[GateRead]
    moves: list[MoveOption]


class RunStepOfReleaseRead(Out):
    """A run step that puts a release live."""

    id: UUID
    code: str
    title: str
    state: StepState
    deploy_state: DeployState
    planned_start: datetime
    finished_at: datetime | None
    release_id: UUID
    run_key: str
    is_rehearsal: bool
    migration_key: str


Code = Annotated[Line, Path(max_length=80, description="The step's code, or its id.")]
