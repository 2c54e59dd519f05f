"""The steps of a run and the links between them, as far as readiness is concerned."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cutwater.kernel.reader import Fixed, any_of
from cutwater.kernel.rows import Bound, Untyped
from cutwater.runbooks.core.step_machine import ENDED
from cutwater.runbooks.library.queries import Query
from cutwater.runbooks.runs.models import RunLink, RunStep

_before = aliased(RunStep)


def gates(other: Any) -> Query:
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


_steps = bindparam("steps", type_=ARRAY(Uuid()))
INTO = gates(_before).join(_before, _before.id == RunLink.before_id).order_by(_before.position)

_INTO_MANY = Fixed(Untyped, INTO.where(RunLink.after_id == any_(_steps)))


def gates_into(step_ids: Iterable[UUID]) -> Bound[Any]:
    """The links into some steps, each with its predecessor as it stands."""
    return _INTO_MANY(steps=list(step_ids))


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


async def open_codes(tx: AsyncSession, run_id: UUID) -> list[str]:
    """The codes of a run's steps that have not ended."""
    ended = [each.value for each in ENDED]
    found = await tx.scalars(
        select(RunStep.code)
        .where(RunStep.iteration_id == run_id, ~any_of(RunStep.state, ended))
        .order_by(RunStep.position)
    )
    return list(found)
