"""The rows of a runsheet, and single steps: what blocks them, what they say, what refers to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import aliased

from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Fixed, Reader, Rows, any_of
from cutwater.kernel.rows import Bound
from cutwater.runbooks.core.rows import LinkRow, PhaseRow, StepRow
from cutwater.runbooks.runs.models import (
    Migration,
    Run,
    RunInstruction,
    RunLink,
    RunPhase,
    RunSequence,
    RunStep,
)
from cutwater.runbooks.runs.queries.readiness import INTO, GateRow, gates


class StepDetail(NamedTuple):
    """All that is stored of a step, with its place."""

    id: UUID
    code: str
    title: str
    step_type: str
    phase_id: UUID
    team_id: UUID | None
    assignee_id: UUID | None
    deputy_id: UUID | None
    owner_note: str
    environment_role: str
    state: str
    duration_minutes: int
    planned_start: datetime
    planned_end: datetime
    fixed_start: datetime | None
    deadline: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    ready_at: datetime | None
    reason: str
    is_flagged: bool
    changed_at: datetime | None
    changed_by_id: UUID | None
    release_id: UUID | None
    deploy_state: str
    deploy_note: str
    labels: list[str]
    rollback: str
    revision: int
    phase: str
    sequence: str


class InstructionRow(NamedTuple):
    """An instruction of a step, and who did it when."""

    id: UUID
    position: int
    text: str
    is_mandatory: bool
    done_at: datetime | None
    done_by_id: UUID | None


class StepOfRelease(NamedTuple):
    """A step that puts a release live, with its run."""

    id: UUID
    code: str
    title: str
    state: str
    deploy_state: str
    planned_start: datetime
    started_at: datetime | None
    finished_at: datetime | None
    release_id: UUID
    run_key: str
    run_state: str
    is_rehearsal: bool
    type: str
    migration_key: str
    migration_title: str


_ROW = (
    RunStep.id,
    RunStep.code,
    RunStep.title,
    RunStep.step_type,
    RunStep.phase_id,
    RunStep.team_id,
    RunStep.assignee_id,
    RunStep.deputy_id,
    RunStep.owner_note,
    RunStep.state,
    RunStep.duration_minutes,
    RunStep.planned_start,
    RunStep.planned_end,
    RunStep.fixed_start,
    RunStep.deadline,
    RunStep.started_at,
    RunStep.finished_at,
    RunStep.ready_at,
    RunStep.is_flagged,
    RunStep.release_id,
    RunStep.revision,
)
_DETAIL = (
    RunStep.id,
    RunStep.code,
    RunStep.title,
    RunStep.step_type,
    RunStep.phase_id,
    RunStep.team_id,
    RunStep.assignee_id,
    RunStep.deputy_id,
    RunStep.owner_note,
    RunStep.environment_role,
    RunStep.state,
    RunStep.duration_minutes,
    RunStep.planned_start,
    RunStep.planned_end,
    RunStep.fixed_start,
    RunStep.deadline,
    RunStep.started_at,
    RunStep.finished_at,
    RunStep.ready_at,
    RunStep.reason,
    RunStep.is_flagged,
    RunStep.changed_at,
    RunStep.changed_by_id,
    RunStep.release_id,
    RunStep.deploy_state,
    RunStep.deploy_note,
    RunStep.labels,
    RunStep.rollback,
    RunStep.revision,
    RunPhase.title.label("phase"),
    RunSequence.title.label("sequence"),
)


def rows_of(run_id: UUID) -> Rows[StepRow]:
    """A run's steps in their order."""
    return Rows(StepRow, select(*_ROW).where(RunStep.run_id == run_id).order_by(RunStep.position))


def row(step_id: UUID) -> Rows[StepRow]:
    """One step as the runsheet shows it."""
    return Rows(StepRow, select(*_ROW).where(RunStep.id == step_id))


def phases_of(run_id: UUID) -> Rows[PhaseRow]:
    """A run's phases with their sequences, in order."""
    columns = (
        RunPhase.id,
        RunPhase.title,
        RunSequence.title.label("sequence"),
        RunSequence.id.label("sequence_id"),
    )
    return Rows(
        PhaseRow,
        select(*columns)
        .join(RunSequence, RunSequence.id == RunPhase.sequence_id)
        .where(RunSequence.run_id == run_id)
        .order_by(RunSequence.position, RunPhase.position),
    )


def links_of(run_id: UUID) -> Rows[LinkRow]:
    """A run's links by step ids."""
    columns = (RunLink.before_id, RunLink.after_id, RunLink.kind, RunLink.lag_minutes, RunLink.is_hard)
    return Rows(LinkRow, select(*columns).where(RunLink.run_id == run_id))


def detail(run_id: UUID, code: str) -> Rows[StepDetail]:
    """Everything of one step of a run, by its code or id."""
    return Rows(
        StepDetail,
        select(*_DETAIL)
        .join(RunPhase, RunPhase.id == RunStep.phase_id)
        .join(RunSequence, RunSequence.id == RunPhase.sequence_id)
        .where(RunStep.run_id == run_id, named(RunStep, code)),
    )


_INSTRUCTIONS = select(
    RunInstruction.id,
    RunInstruction.position,
    RunInstruction.text,
    RunInstruction.is_mandatory,
    RunInstruction.done_at,
    RunInstruction.done_by_id,
)
_after = aliased(RunStep)
_step = bindparam("step", type_=Uuid())
# for one step by equality: its plan is kept, that of an array is made anew each time
_INTO_ONE = Fixed(GateRow, INTO.where(RunLink.after_id == _step))
_INSTRUCTIONS_OF = Fixed(
    InstructionRow,
    _INSTRUCTIONS.where(RunInstruction.step_id == _step).order_by(RunInstruction.position),
)
_OUT_OF_ONE = Fixed(
    GateRow,
    gates(_after)
    .join(_after, _after.id == RunLink.after_id)
    .order_by(_after.position)
    .where(RunLink.before_id == _step),
)


def links_and_instructions(step_id: UUID) -> tuple[Bound[GateRow], Bound[InstructionRow], Bound[GateRow]]:
    """The links into a step, its instructions in order, and the links out of it with its successors."""
    return _INTO_ONE(step=step_id), _INSTRUCTIONS_OF(step=step_id), _OUT_OF_ONE(step=step_id)


def instruction(instruction_id: UUID) -> Rows[InstructionRow]:
    """One instruction."""
    return Rows(InstructionRow, _INSTRUCTIONS.where(RunInstruction.id == instruction_id))


async def steps_of_releases(reader: Reader, release_ids: Iterable[UUID]) -> list[StepOfRelease]:
    """The run steps that put some releases live, with their runs, the newest run first."""
    columns = (
        RunStep.id,
        RunStep.code,
        RunStep.title,
        RunStep.state,
        RunStep.deploy_state,
        RunStep.planned_start,
        RunStep.started_at,
        RunStep.finished_at,
        RunStep.release_id,
        Run.key.label("run_key"),
        Run.state.label("run_state"),
        Run.is_rehearsal,
        Run.type,
        Migration.key.label("migration_key"),
        Migration.title.label("migration_title"),
    )
    wanted = (
        select(*columns)
        .join(Run, Run.id == RunStep.run_id)
        .join(Migration, Migration.id == Run.migration_id)
        .where(any_of(RunStep.release_id, release_ids), Run.deleted_at.is_(None))
        .order_by(Run.planned_start.desc(), RunStep.position)
        .limit(50)
    )
    return await reader.all(Rows(StepOfRelease, wanted))
