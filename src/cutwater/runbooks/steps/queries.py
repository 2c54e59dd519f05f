"""The rows of a runsheet, and single steps: what blocks them, what they say, what refers to them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Fixed, Reader, any_of
from cutwater.kernel.rows import Bound, Untyped
from cutwater.runbooks.library.queries import Query, named
from cutwater.runbooks.runs.models import (
    Migration,
    Run,
    RunInstruction,
    RunLink,
    RunPhase,
    RunSequence,
    RunStep,
)
from cutwater.runbooks.runs.queries.readiness import INTO, gates

_ROWS = (
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


def rows_of(run: Query) -> Query:
    """A run's steps in their order; `run` selects its id."""
    return select(*_ROWS).where(RunStep.iteration_id == run.scalar_subquery()).order_by(RunStep.position)


def phases_of(run: Query) -> Query:
    """A run's phases with their sequences, in order."""
    return (
        select(
            RunPhase.id,
            RunPhase.title,
            RunSequence.title.label("sequence"),
            RunSequence.id.label("sequence_id"),
        )
        .join(RunSequence, RunSequence.id == RunPhase.sequence_id)
        .where(RunSequence.iteration_id == run.scalar_subquery())
        .order_by(RunSequence.position, RunPhase.position)
    )


def links_of(run: Query) -> Query:
    """A run's links by step ids."""
    return select(
        RunLink.before_id, RunLink.after_id, RunLink.kind, RunLink.lag_minutes, RunLink.is_hard
    ).where(RunLink.iteration_id == run.scalar_subquery())


async def step_for_update(tx: AsyncSession, run_id: UUID, code: str) -> RunStep:
    """The step's row, locked, as it is now."""
    found = await tx.scalar(
        select(RunStep)
        .where(RunStep.iteration_id == run_id, named(RunStep.code, RunStep.id, code))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This step")
    return found


def detail(run: Query, code: str) -> Query:
    """Everything of one step, with its place; `run` selects the id of its run."""
    return (
        select(*RunStep.__table__.columns, RunPhase.title.label("phase"), RunSequence.title.label("sequence"))
        .join(RunPhase, RunPhase.id == RunStep.phase_id)
        .join(RunSequence, RunSequence.id == RunPhase.sequence_id)
        .where(RunStep.iteration_id == run.scalar_subquery(), named(RunStep.code, RunStep.id, code))
    )


_after = aliased(RunStep)

_step = bindparam("step", type_=Uuid())

_OUT_OF = gates(_after).join(_after, _after.id == RunLink.after_id).order_by(_after.position)

# for one step by equality: its plan is kept, that of an array is made anew each time
_AROUND = (
    Fixed(Untyped, INTO.where(RunLink.after_id == _step)),
    Fixed(
        Untyped,
        select(
            RunInstruction.id,
            RunInstruction.position,
            RunInstruction.text,
            RunInstruction.is_mandatory,
            RunInstruction.done_at,
            RunInstruction.done_by_id,
        )
        .where(RunInstruction.step_id == _step)
        .order_by(RunInstruction.position),
    ),
    Fixed(Untyped, _OUT_OF.where(RunLink.before_id == _step)),
)


def around(step_id: UUID) -> tuple[Bound[Any], Bound[Any], Bound[Any]]:
    """The links into a step, its instructions in order, and the links out of it with its successors."""
    into, instructions, out_of = (each(step=step_id) for each in _AROUND)
    return into, instructions, out_of


async def instruction_for_update(tx: AsyncSession, step_id: UUID, instruction_id: UUID) -> RunInstruction:
    """One instruction of a step, locked."""
    found = await tx.scalar(
        select(RunInstruction)
        .where(RunInstruction.id == instruction_id, RunInstruction.step_id == step_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound("This instruction")
    return found


async def steps_of_releases(reader: Reader, release_ids: Iterable[UUID]) -> list[Any]:
    """The run steps that put some releases live, with their runs, the newest run first."""
    return await reader.all(
        select(
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
        .join(Run, Run.id == RunStep.iteration_id)
        .join(Migration, Migration.id == Run.migration_id)
        .where(any_of(RunStep.release_id, release_ids), Run.deleted_at.is_(None))
        .order_by(Run.planned_start.desc(), RunStep.position)
        .limit(50)
    )
