"""Runs and their progress."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader, Rows, any_of
from cutwater.runbooks.core.rows import RunHead
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import (
    BLOCKED,
    DONE,
    RUNNING,
    STARTABLE,
    UNCOUNTED,
    StepState,
    stored,
)
from cutwater.runbooks.library.models import Runbook, RunbookVersion
from cutwater.runbooks.runs.models import Migration, Run, RunStep

ON = (RunState.RUNNING.value, RunState.PAUSED.value)
_HEAD = (
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


class RunOverview(NamedTuple):
    """A run and how many of its steps are in which standing; cancelled steps do not count in the total."""

    id: UUID
    key: str
    type: str
    title: str
    is_rehearsal: bool
    state: str
    zone: str
    communications: str
    planned_start: datetime
    planned_end: datetime
    window_end: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    tick: int
    graph_revision: int
    revision: int
    created_by_id: UUID | None
    migration_id: UUID
    migration_key: str
    migration_title: str
    runbook_key: str
    runbook_title: str
    version: int
    total: int
    done: int
    ready: int
    running: int
    trouble: int


class Total(NamedTuple):
    """How many rows there are."""

    total: int


def _joined(statement: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    return (
        statement.select_from(Run)
        .join(Migration, Migration.id == Run.migration_id)
        .join(RunbookVersion, RunbookVersion.id == Run.version_id)
        .join(Runbook, Runbook.id == RunbookVersion.runbook_id)
        .where(Run.deleted_at.is_(None))
    )


def _heads() -> Rows[RunHead]:
    return Rows(RunHead, _joined(select(*_HEAD)))


def _overviews() -> Rows[RunOverview]:
    def counted(states: frozenset[StepState], name: str, *, is_in: bool = True) -> ColumnElement[int]:
        within = any_of(RunStep.state, stored(states))
        return func.count().filter(within if is_in else ~within).label(name)

    steps = (
        select(
            counted(UNCOUNTED, "total", is_in=False),
            counted(DONE, "done"),
            counted(STARTABLE, "ready"),
            counted(RUNNING, "running"),
            counted(BLOCKED, "trouble"),
        )
        .where(RunStep.run_id == Run.id)
        .lateral("steps")
    )
    heads = _joined(select(*_HEAD, *steps.c)).join(steps, true())
    return Rows(RunOverview, heads)


def head(key: str) -> Rows[RunHead]:
    """A run's head by its key or id."""
    return _heads().where(named(Run, key))


def head_by_id(run_id: UUID) -> Rows[RunHead]:
    """A run's head by its id."""
    return _heads().where(Run.id == run_id)


async def read_head(reader: Reader, key: str) -> RunHead:
    """A run's head by its key or id; NotFound otherwise."""
    found = await reader.first(head(key))
    if found is None:
        raise NotFound("This run")
    return found


async def runs_of(reader: Reader, migration_ids: list[UUID]) -> list[RunOverview]:
    """The runs of some migrations with their progress, by planned start."""
    wanted = _overviews().where(any_of(Run.migration_id, migration_ids))
    return await reader.all(wanted.order_by(Run.planned_start, Run.key))


async def runs(reader: Reader, page: Offset, state: str = "") -> tuple[list[RunOverview], int]:
    """A page of runs with their progress: what is on first, then the newest."""
    counted = Rows(
        Total, select(func.count().label("total")).select_from(Run).where(Run.deleted_at.is_(None))
    )
    listed = _overviews().order_by(_is_on_first(), Run.planned_start.desc(), Run.id)
    if state:
        counted, listed = counted.where(Run.state == state), listed.where(Run.state == state)
    overviews, total = await reader.batch(listed.limit(page.per_page).offset(page.skip), counted)
    return overviews, total[0].total


def heads_on_and_ahead(limit: int) -> Rows[RunHead]:
    """The runs that are on, the earliest planned first, then those that are planned, the next first."""
    wanted = _heads().where(any_of(Run.state, [*ON, RunState.PLANNED.value]))
    return wanted.order_by(_is_on_first(), Run.planned_start, Run.id).limit(limit)


def _is_on_first() -> ColumnElement[int]:
    return case((any_of(Run.state, ON), 0), else_=1)


async def overview(reader: Reader, key: str | UUID) -> RunOverview:
    """One run with its progress, by its key or id; NotFound otherwise."""
    found = await reader.first(_overviews().where(named(Run, key)))
    if found is None:
        raise NotFound("This run")
    return found


async def count_of_type(tx: AsyncSession, migration_id: UUID, type: str) -> int:
    """How many runs of a type a locked migration has had, deleted ones too: keys are never reused."""
    found = await tx.scalar(
        select(func.count()).select_from(Run).where(Run.migration_id == migration_id, Run.type == type)
    )
    return int(found or 0)
