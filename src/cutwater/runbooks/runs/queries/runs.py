"""Runs and their progress."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader, any_of
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import DONE, StepState
from cutwater.runbooks.library.models import Runbook, RunbookVersion
from cutwater.runbooks.library.queries import Query, named
from cutwater.runbooks.runs.models import Migration, Run, RunStep


def _heads() -> Query:
    return (
        select(
            Run.id,
            Run.key,
            Run.type,
            Run.title,
            Run.is_rehearsal,
            Run.state,
            Run.zone,
            Run.communications,
            Run.planned_start,
            Run.planned_end,
            Run.window_end,
            Run.started_at,
            Run.ended_at,
            Run.tick,
            Run.graph_revision,
            Run.revision,
            Run.created_by_id,
            Migration.id.label("migration_id"),
            Migration.key.label("migration_key"),
            Migration.title.label("migration_title"),
            Runbook.key.label("runbook_key"),
            Runbook.title.label("runbook_title"),
            RunbookVersion.number.label("version"),
        )
        .join(Migration, Migration.id == Run.migration_id)
        .join(RunbookVersion, RunbookVersion.id == Run.version_id)
        .join(Runbook, Runbook.id == RunbookVersion.runbook_id)
        .where(Run.deleted_at.is_(None))
    )


def head(key: str) -> Query:
    """A run's head by its key."""
    return _heads().where(named(Run.key, Run.id, key))


def head_by_id(run_id: UUID) -> Query:
    """A run's head by its id."""
    return _heads().where(Run.id == run_id)


def one_head(rows: list[Any]) -> Any:
    """The only row, or NotFound."""
    if not rows:
        raise NotFound("This run")
    return rows[0]


def same_id(run_id: UUID) -> Query:
    """The id of a run that is known already."""
    return select(Run.id).where(Run.id == run_id)


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


async def runs_of(reader: Reader, migration_ids: list[UUID]) -> list[RunOverview]:
    """The iterations of some migrations with their progress, by planned start."""
    wanted = _heads().where(any_of(Run.migration_id, migration_ids))
    return await _with_progress(reader, await reader.all(wanted.order_by(Run.planned_start, Run.key)))


async def runs(reader: Reader, page: Offset, state: str = "") -> tuple[list[RunOverview], int]:
    """A page of runs with their progress: what is on first, then the newest."""
    counted = select(func.count()).select_from(Run).where(Run.deleted_at.is_(None))
    listed = _heads()
    if state:
        counted, listed = counted.where(Run.state == state), listed.where(Run.state == state)
    is_on = case((any_of(Run.state, [RunState.RUNNING.value, RunState.PAUSED.value]), 0), else_=1)
    listed = listed.order_by(is_on, Run.planned_start.desc(), Run.id)
    heads, total = await reader.batch(listed.limit(page.per_page).offset(page.skip), counted)
    return await _with_progress(reader, heads), total[0][0]


def heads_on_and_ahead(limit: int) -> Query:
    """The runs that are on, the earliest planned first, then those that are planned, the next first."""
    on = [RunState.RUNNING.value, RunState.PAUSED.value]
    return (
        _heads()
        .where(any_of(Run.state, [*on, RunState.PLANNED.value]))
        .order_by(case((any_of(Run.state, on), 0), else_=1), Run.planned_start, Run.id)
        .limit(limit)
    )


async def overview(reader: Reader, key: str) -> RunOverview:
    """One run with its progress; NotFound otherwise."""
    return (await _with_progress(reader, [one_head(await reader.all(head(key)))]))[0]


async def count_of_type(tx: AsyncSession, migration_id: UUID, type: str) -> int:
    """How many iterations of a type a locked migration has had, deleted ones too: keys are never reused."""
    found = await tx.scalar(
        select(func.count()).select_from(Run).where(Run.migration_id == migration_id, Run.type == type)
    )
    return int(found or 0)


async def run_for_update(tx: AsyncSession, key: str) -> Run:
    """The run's row, locked: the moves of one run happen one by one, so that READY is never missed."""
    found = await tx.scalar(
        select(Run)
        .where(named(Run.key, Run.id, key), Run.deleted_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This run")
    return found


async def run_by_id_for_update(tx: AsyncSession, run_id: UUID) -> Run:
    """The same by id, for jobs."""
    key = await tx.scalar(select(Run.key).where(Run.id == run_id))
    return await run_for_update(tx, str(key or ""))
