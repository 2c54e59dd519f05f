"""Migrations, iterations, and the rows of a runsheet."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader, any_of
from cutwater.runbooks.models import (
    Iteration,
    Migration,
    Runbook,
    RunbookVersion,
    RunLink,
    RunPhase,
    RunSequence,
    RunStep,
)
from cutwater.runbooks.queries import Query, named
from cutwater.runbooks.step_machine import DONE, RunState, StepState

_MIGRATION = (
    Migration.id,
    Migration.key,
    Migration.title,
    Migration.description,
    Migration.zone,
    Migration.revision,
    Migration.created_at,
)


def _heads() -> Query:
    return (
        select(
            Iteration.id,
            Iteration.key,
            Iteration.type,
            Iteration.title,
            Iteration.is_rehearsal,
            Iteration.state,
            Iteration.zone,
            Iteration.communications,
            Iteration.planned_start,
            Iteration.planned_end,
            Iteration.window_end,
            Iteration.started_at,
            Iteration.ended_at,
            Iteration.tick,
            Iteration.graph_revision,
            Iteration.revision,
            Iteration.created_by_id,
            Migration.id.label("migration_id"),
            Migration.key.label("migration_key"),
            Migration.title.label("migration_title"),
            Runbook.key.label("runbook_key"),
            Runbook.title.label("runbook_title"),
            RunbookVersion.number.label("version"),
        )
        .join(Migration, Migration.id == Iteration.migration_id)
        .join(RunbookVersion, RunbookVersion.id == Iteration.version_id)
        .join(Runbook, Runbook.id == RunbookVersion.runbook_id)
        .where(Iteration.deleted_at.is_(None))
    )


def head(key: str) -> Query:
    """A run's head by its key."""
    return _heads().where(named(Iteration.key, Iteration.id, key))


def head_by_id(run_id: UUID) -> Query:
    """A run's head by its id."""
    return _heads().where(Iteration.id == run_id)


def one_head(rows: list[Any]) -> Any:
    """The only row, or NotFound."""
    if not rows:
        raise NotFound("This run")
    return rows[0]


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


def same_id(run_id: UUID) -> Query:
    """The id of a run that is known already."""
    return select(Iteration.id).where(Iteration.id == run_id)


async def migrations(reader: Reader, page: Offset) -> tuple[list[Any], int]:
    """A page of migrations, the newest first, and how many there are."""
    alive = Migration.deleted_at.is_(None)
    counted = select(func.count()).select_from(Migration).where(alive)
    listed = (
        select(*_MIGRATION)
        .where(alive)
        .order_by(Migration.created_at.desc(), Migration.id)
        .limit(page.per_page)
        .offset(page.skip)
    )
    rows, total = await reader.batch(listed, counted)
    return rows, total[0][0]


async def migration(reader: Reader, key: str) -> Any:
    """One migration by its key; NotFound otherwise."""
    row = await reader.first(
        select(*_MIGRATION).where(named(Migration.key, Migration.id, key), Migration.deleted_at.is_(None))
    )
    if row is None:
        raise NotFound("This migration")
    return row


async def migration_for_update(tx: AsyncSession, key: str) -> Migration:
    """The migration's row, locked."""
    found = await tx.scalar(
        select(Migration)
        .where(named(Migration.key, Migration.id, key), Migration.deleted_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This migration")
    return found


@frozen
class RunOverview:
    """A run's head and how many of its steps stand where; cancelled ones do not count."""

    head: Any
    total: int = 0
    done: int = 0
    ready: int = 0
    running: int = 0
    trouble: int = 0


async def _with_progress(reader: Reader, heads: list[Any]) -> list[RunOverview]:
    counted = await reader.all(
        select(RunStep.iteration_id, RunStep.state, func.count().label("steps"))
        .where(any_of(RunStep.iteration_id, [head.id for head in heads]))
        .group_by(RunStep.iteration_id, RunStep.state)
    )
    states: dict[UUID, dict[str, int]] = {head.id: {} for head in heads}
    for row in counted:
        states[row.iteration_id][row.state] = row.steps
    return [_overview(head, states[head.id]) for head in heads]


def _overview(head: Any, states: dict[str, int]) -> RunOverview:
    return RunOverview(
        head=head,
        total=sum(states.values()) - states.get(StepState.CANCELLED, 0),
        done=sum(states.get(each, 0) for each in DONE),
        ready=states.get(StepState.READY, 0),
        running=states.get(StepState.IN_PROGRESS, 0),
        trouble=states.get(StepState.FAILED, 0) + states.get(StepState.BLOCKED, 0),
    )


async def iterations_of(reader: Reader, migration_ids: list[UUID]) -> list[RunOverview]:
    """The iterations of some migrations with their progress, by planned start."""
    wanted = _heads().where(any_of(Iteration.migration_id, migration_ids))
    return await _with_progress(
        reader, await reader.all(wanted.order_by(Iteration.planned_start, Iteration.key))
    )


async def runs(reader: Reader, page: Offset, state: str = "") -> tuple[list[RunOverview], int]:
    """A page of runs with their progress: what is on first, then the newest."""
    counted = select(func.count()).select_from(Iteration).where(Iteration.deleted_at.is_(None))
    listed = _heads()
    if state:
        counted, listed = counted.where(Iteration.state == state), listed.where(Iteration.state == state)
    is_on = case((any_of(Iteration.state, [RunState.RUNNING.value, RunState.PAUSED.value]), 0), else_=1)
    listed = listed.order_by(is_on, Iteration.planned_start.desc(), Iteration.id)
    heads, total = await reader.batch(listed.limit(page.per_page).offset(page.skip), counted)
    return await _with_progress(reader, heads), total[0][0]


def heads_on_and_ahead(limit: int) -> Query:
    """The runs that are on, the earliest planned first, then those that are planned, the next first."""
    on = [RunState.RUNNING.value, RunState.PAUSED.value]
    return (
        _heads()
        .where(any_of(Iteration.state, [*on, RunState.PLANNED.value]))
        .order_by(case((any_of(Iteration.state, on), 0), else_=1), Iteration.planned_start, Iteration.id)
        .limit(limit)
    )


def any_runbook() -> Query:
    """One row when the organization has a runbook."""
    return select(Runbook.id).where(Runbook.deleted_at.is_(None)).limit(1)


async def overview(reader: Reader, key: str) -> RunOverview:
    """One run with its progress; NotFound otherwise."""
    return (await _with_progress(reader, [one_head(await reader.all(head(key)))]))[0]


async def count_of_type(tx: AsyncSession, migration_id: UUID, type: str) -> int:
    """How many iterations of a type a locked migration has had, deleted ones too: keys are never reused."""
    found = await tx.scalar(
        select(func.count())
        .select_from(Iteration)
        .where(Iteration.migration_id == migration_id, Iteration.type == type)
    )
    return int(found or 0)


async def run_for_update(tx: AsyncSession, key: str) -> Iteration:
    """The run's row, locked: the moves of one run happen one by one, so that READY is never missed."""
    found = await tx.scalar(
        select(Iteration)
        .where(named(Iteration.key, Iteration.id, key), Iteration.deleted_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This run")
    return found


async def run_by_id_for_update(tx: AsyncSession, run_id: UUID) -> Iteration:
    """The same by id, for jobs."""
    key = await tx.scalar(select(Iteration.key).where(Iteration.id == run_id))
    return await run_for_update(tx, str(key or ""))
