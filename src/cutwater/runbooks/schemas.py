"""What the API of runbooks and runs takes and gives."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, IsoDateTime, Line, Out, Revision, Text
from cutwater.runbooks.columns import Field as WorksheetField
from cutwater.runbooks.facts import Communications, DeployState, ImportState, VersionState
from cutwater.runbooks.plan import Severity
from cutwater.runbooks.step_machine import RunMove, RunState, StepMove, StepState

Title = Annotated[Line, Field(min_length=1, max_length=200, examples=["Ledger to the new core"])]
Zone = Annotated[Line, Field(max_length=60, examples=["Europe/Zurich"])]
Reason = Annotated[Text, Field(description="Why; kept beside the log, where it can be erased.")]


class RunbookCreate(Body):
    """A runbook without content."""

    title: Title
    description: Text = ""


class RunbookPatch(Body):
    """What is left out stays."""

    title: Title | None = None
    description: Text | None = None


class RunbookRead(Out):
    """A runbook and its newest version."""

    id: UUID
    key: str
    title: str
    description: str
    revision: int
    published_number: int | None
    latest_number: int | None
    latest_state: VersionState | None
    step_count: int | None
    link_count: int | None
    created_at: datetime
    updated_at: datetime


class VersionRead(Out):
    """A version of a runbook: a draft, or published and immutable."""

    id: UUID
    number: int
    state: VersionState
    step_count: int
    link_count: int
    published_at: datetime | None
    revision: int


class TemplateStepRead(Out):
    """A step of a version; offsets are minutes from the start of a run."""

    id: UUID
    position: int
    code: str
    title: str
    step_type: str
    sequence: str
    phase: str
    team_id: UUID | None
    assignee_id: UUID | None
    deputy_id: UUID | None
    owner_note: str
    environment_role: str
    duration_minutes: int
    planned_offset_minutes: int | None
    fixed_offset_minutes: int | None
    deadline_offset_minutes: int | None
    labels: list[str]
    rollback: str


class ColumnRead(Out):
    """Which column is read as what; null: none."""

    field: WorksheetField
    position: int | None
    header: str


class ProblemRead(Out):
    """A finding of the dry run."""

    row: int
    column: str
    severity: Severity
    message: str
    fix: str


class ImportRead(Out):
    """An uploaded worksheet with its dry run: nothing is changed until it is applied."""

    id: UUID
    revision: int
    state: ImportState
    title: str
    runbook_key: str | None
    zone: str
    sheet: str
    sheets: list[str]
    how: str
    headers: list[str]
    columns: list[ColumnRead]
    is_clean: bool
    steps: int
    links: int
    cycles: list[list[str]]
    problems: list[ProblemRead]
    created: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: int


class ImportPatch(Body):
    """Columns by field: their position from 0, or null for none."""

    columns: dict[WorksheetField, Annotated[int, Field(ge=0, le=10_000)] | None] = {}
    sheet: Line | None = None
    zone: Zone | None = None


class MigrationCreate(Body):
    """A programme."""

    title: Title
    description: Text = ""
    zone: Zone = "UTC"


class MigrationPatch(Body):
    """What is left out stays."""

    title: Title | None = None
    description: Text | None = None


class MigrationRead(Out):
    """A programme."""

    id: UUID
    key: str
    title: str
    description: str
    zone: str
    revision: int
    created_at: datetime


class RunCreate(Body):
    """An iteration: a run of a published version. What is left out follows its type."""

    runbook: Annotated[Line, Field(examples=["RB-1"])]
    version: Annotated[Revision | None, Field(description="Else the newest published one.")] = None
    type: Annotated[Line, Field(examples=["CUTOVER"])] = "RUN"
    title: Line = ""
    is_rehearsal: bool | None = None
    planned_start: IsoDateTime
    window_end: IsoDateTime | None = None
    communications: Communications | None = None


class RunPatch(Body):
    """What is left out stays."""

    title: Title | None = None
    communications: Communications | None = None
    window_end: IsoDateTime | None = None


class RunRead(Out):
    """A run and its progress; cancelled steps do not count."""

    id: UUID
    key: str
    type: str
    title: str
    is_rehearsal: bool
    state: RunState
    zone: str
    communications: Communications
    planned_start: datetime
    planned_end: datetime
    window_end: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    migration_key: str
    runbook_key: str
    version: int
    tick: int
    revision: int
    total: int
    done: int
    ready: int
    running: int
    trouble: int


class RunMoveRequest(Body):
    """A move of a run."""

    move: RunMove
    note: Reason = ""


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


class StateRead(Out):
    """The compact state that live pages follow: the run's figures, and the live fields of each step by id."""

    topic: str
    run: dict[str, Any]
    steps: dict[str, dict[str, Any]]
