"""Single steps of a run: what gates them, what they say, what refers to them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Fixed, Reader, any_of
from cutwater.kernel.rows import Bound, Untyped
from cutwater.runbooks.models import (
    Iteration,
    Migration,
    RunInstruction,
    RunLink,
    RunPhase,
    RunSequence,
    RunStep,
)
from cutwater.runbooks.queries import Query, named
from cutwater.runbooks.step_machine import ENDED


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


_before = aliased(RunStep)
_after = aliased(RunStep)


def _gates(other: Any) -> Query:
    return select(
        RunLink.before_id,
        RunLink.after_id,
        RunLink.kind,
        RunLink.lag_minutes,
        RunLink.is_hard,
        RunLink.is_implied,
        other.code,
        other.title,
        other.state,
        other.started_at,
        other.finished_at,
        other.lets_successors_go,
        other.team_id,
    )


_step = bindparam("step", type_=Uuid())
_steps = bindparam("steps", type_=ARRAY(Uuid()))
_INTO = _gates(_before).join(_before, _before.id == RunLink.before_id).order_by(_before.position)
_OUT_OF = _gates(_after).join(_after, _after.id == RunLink.after_id).order_by(_after.position)
_INTO_MANY = Fixed(Untyped, _INTO.where(RunLink.after_id == any_(_steps)))
# for one step by equality: its plan is kept, that of an array is made anew each time
_AROUND = (
    Fixed(Untyped, _INTO.where(RunLink.after_id == _step)),
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


def gates_into(step_ids: Iterable[UUID]) -> Bound[Any]:
    """The links into some steps, each with its predecessor as it stands."""
    return _INTO_MANY(steps=list(step_ids))


def around(step_id: UUID) -> tuple[Bound[Any], Bound[Any], Bound[Any]]:
    """The links into a step, its instructions in order, and the links out of it with its successors."""
    into, instructions, out_of = (each(step=step_id) for each in _AROUND)
    return into, instructions, out_of


# Readiness joins in Python, not in SQL: right after a run of 10,000 steps was made, the database has no
# statistics of it, and a join of three tables then took 76 seconds; two scans by index take 30 ms.
_WAITING = (
    RunStep.id,
    RunStep.code,
    RunStep.state,
    RunStep.fixed_start,
    RunStep.ready_at,
    RunStep.team_id,
    RunStep.assignee_id,
    RunStep.started_at,
    RunStep.finished_at,
    RunStep.lets_successors_go,
)


def states_of_run(run_id: UUID) -> Query:
    """Every step of a run, as far as readiness is concerned."""
    return select(*_WAITING).where(RunStep.iteration_id == run_id).order_by(RunStep.position)


_STATES_OF = Fixed(Untyped, select(*_WAITING).where(RunStep.id == any_(_steps)).order_by(RunStep.position))


def states_of(step_ids: Iterable[UUID]) -> Bound[Any]:
    """The same for some steps."""
    return _STATES_OF(steps=list(step_ids))


def start_gates(run_id: UUID) -> Query:
    """The hard links of a run that hold back starts."""
    return select(RunLink.before_id, RunLink.after_id, RunLink.kind, RunLink.lag_minutes).where(
        RunLink.iteration_id == run_id, RunLink.is_hard.is_(True), any_of(RunLink.kind, ["FS", "SS"])
    )


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


async def open_codes(tx: AsyncSession, run_id: UUID) -> list[str]:
    """The codes of a run's steps that have not ended."""
    ended = [each.value for each in ENDED]
    found = await tx.scalars(
        select(RunStep.code)
        .where(RunStep.iteration_id == run_id, ~any_of(RunStep.state, ended))
        .order_by(RunStep.position)
    )
    return list(found)


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
            Iteration.key.label("run_key"),
            Iteration.state.label("run_state"),
            Iteration.is_rehearsal,
            Iteration.type,
            Migration.key.label("migration_key"),
            Migration.title.label("migration_title"),
        )
        .join(Iteration, Iteration.id == RunStep.iteration_id)
        .join(Migration, Migration.id == Iteration.migration_id)
        .where(any_of(RunStep.release_id, release_ids), Iteration.deleted_at.is_(None))
        .order_by(Iteration.planned_start.desc(), RunStep.position)
        .limit(50)
    )
