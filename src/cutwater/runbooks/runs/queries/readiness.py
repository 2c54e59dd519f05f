"""The steps of a run and the links between them, as far as readiness is concerned."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cutwater.kernel.reader import Fixed, Rows, any_of
from cutwater.kernel.rows import Bound
from cutwater.runbooks.core.step_machine import ENDED, stored
from cutwater.runbooks.runs.models import RunLink, RunStep


class GateRow(NamedTuple):
    """A link, with what is at its other end."""

    before_id: UUID
    after_id: UUID
    kind: str
    lag_minutes: int
    is_hard: bool
    is_implied: bool
    code: str
    title: str
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    lets_successors_go: bool
    team_id: UUID | None


class WaitingRow(NamedTuple):
    """A step, as far as readiness is concerned."""

    id: UUID
    code: str
    state: str
    fixed_start: datetime | None
    ready_at: datetime | None
    team_id: UUID | None
    assignee_id: UUID | None
    started_at: datetime | None
    finished_at: datetime | None
    lets_successors_go: bool


class StartGateRow(NamedTuple):
    """A hard link that holds back a start."""

    before_id: UUID
    after_id: UUID
    kind: str
    lag_minutes: int


def gates(other: type[RunStep]) -> Select[*tuple[object, ...]]:
    """Links with the steps at one of their ends."""
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


_before = aliased(RunStep)
_steps = bindparam("steps", type_=ARRAY(Uuid()))
INTO = gates(_before).join(_before, _before.id == RunLink.before_id).order_by(_before.position)
_INTO_MANY = Fixed(GateRow, INTO.where(RunLink.after_id == any_(_steps)))


def gates_into(step_ids: Iterable[UUID]) -> Bound[GateRow]:
    """The links into some steps, each with its predecessor."""
    return _INTO_MANY(steps=list(step_ids))


# Readiness joins in Python, not in SQL: right after a run of 10,000 steps was made, the database has no
# statistics of it, and a join of three tables then took 76 seconds; two scans by index take 30 ms.
_WAITING = select(
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
).order_by(RunStep.position)
_STATES_OF = Fixed(WaitingRow, _WAITING.where(RunStep.id == any_(_steps)))


def states_of_run(run_id: UUID) -> Rows[WaitingRow]:
    """Every step of a run, as far as readiness is concerned."""
    return Rows(WaitingRow, _WAITING.where(RunStep.run_id == run_id))


def states_of(step_ids: Iterable[UUID]) -> Bound[WaitingRow]:
    """The same for some steps."""
    return _STATES_OF(steps=list(step_ids))


def start_gates(run_id: UUID) -> Rows[StartGateRow]:
    """The hard links of a run that hold back starts."""
    return Rows(
        StartGateRow,
        select(RunLink.before_id, RunLink.after_id, RunLink.kind, RunLink.lag_minutes).where(
            RunLink.run_id == run_id, RunLink.is_hard.is_(True), any_of(RunLink.kind, ["FS", "SS"])
        ),
    )


async def open_codes(tx: AsyncSession, run_id: UUID) -> list[str]:
    """The codes of a run's steps that have not ended."""
    found = await tx.scalars(
        select(RunStep.code)
        .where(RunStep.run_id == run_id, ~any_of(RunStep.state, stored(ENDED)))
        .order_by(RunStep.position)
    )
    return list(found)
