"""A run out of a version: a full copy with its planned times, written set-based."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.db import Base
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.critical_path import Link, LinkKind, Schedule, Step, critical_path
from cutwater.runbooks.core.facts import DeployState
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.queries import VersionLink, VersionStep
from cutwater.runbooks.runs.models import Run, RunInstruction, RunLink, RunPhase, RunSequence, RunStep

Values = dict[str, object]


async def copy(tx: AsyncSession, run: Run, version_id: UUID) -> int:
    """Copy a version's content into a run and plan it; the number of its steps."""
    steps, links, instructions = await queries.content(SessionReader(tx), version_id)
    implied = implied_links(steps, links)
    start = int(run.planned_start.timestamp())
    planned = plan(steps, links, implied, start)
    phases = await _copy_phases(tx, run.id, steps)
    ids = {step.id: new_id() for step in steps}
    rows = [_step(run, step, ids[step.id], phases[step.phase_id], planned, start) for step in steps]
    await _insert(tx, RunStep, rows)
    await _insert(tx, RunLink, [
        {"id": new_id(), "run_id": run.id, "before_id": ids[link.before_id],
         "after_id": ids[link.after_id], "kind": link.kind, "lag_minutes": link.lag_minutes,
         "is_hard": link.is_hard, "is_implied": False}
        for link in links
    ] + [
        {"id": new_id(), "run_id": run.id, "before_id": ids[before], "after_id": ids[after],
         "kind": LinkKind.FS.value, "lag_minutes": 0, "is_hard": True, "is_implied": True}
        for before, after in implied
    ])  # fmt: skip
    await _insert(tx, RunInstruction, [
        {"id": new_id(), "step_id": ids[line.step_id], "position": line.position, "text": line.text,
         "is_mandatory": line.is_mandatory}
        for line in instructions
    ])  # fmt: skip
    run.planned_end = datetime.fromtimestamp(planned.end or start, UTC)
    return len(steps)


def implied_links(steps: Sequence[VersionStep], links: Sequence[VersionLink]) -> list[tuple[UUID, UUID]]:
    """The explicit rule: a step without any link follows the step before it in its phase."""
    linked = {link.before_id for link in links} | {link.after_id for link in links}
    found: list[tuple[UUID, UUID]] = []
    last: dict[UUID, UUID] = {}
    for step in steps:
        if step.id not in linked and step.phase_id in last:
            found.append((last[step.phase_id], step.id))
        last[step.phase_id] = step.id
    return found


def plan(
    steps: Sequence[VersionStep],
    links: Sequence[VersionLink],
    implied: Sequence[tuple[UUID, UUID]],
    start: int,
) -> Schedule[UUID]:
    """The planned dates: as early as links, fixed starts and the worksheet's own planned starts allow."""
    graph = [
        Link(
            before=link.before_id, after=link.after_id, kind=LinkKind(link.kind), lag=link.lag_minutes * 60,
            hard=link.is_hard,
        )
        for link in links
    ]  # fmt: skip
    graph += [Link(before=before, after=after) for before, after in implied]
    work = []
    for step in steps:
        offsets = [at for at in (step.planned_offset_minutes, step.fixed_offset_minutes) if at is not None]
        earliest = start + max(offsets) * 60 if offsets else None
        work.append(Step(id=step.id, duration=step.duration_minutes * 60, not_before=earliest))
    return critical_path(work, graph, start)


def _step(
    run: Run, step: VersionStep, id: UUID, phase_id: UUID, planned: Schedule[UUID], start: int
) -> Values:
    dates = planned.dates[step.id]

    def moment(minutes: int | None) -> datetime | None:
        return None if minutes is None else run.planned_start + timedelta(minutes=minutes)

    return {
        "id": id,
        "run_id": run.id,
        "phase_id": phase_id,
        "template_step_id": step.id,
        "position": step.position,
        "code": step.code,
        "code_folded": step.code.casefold(),
        "title": step.title,
        "step_type": step.step_type,
        "team_id": step.team_id,
        "assignee_id": step.assignee_id,
        "deputy_id": step.deputy_id,
        "owner_note": step.owner_note,
        "environment_role": step.environment_role,
        "duration_minutes": step.duration_minutes,
        "planned_start": datetime.fromtimestamp(dates.early_start, UTC),
        "planned_end": datetime.fromtimestamp(dates.early_finish, UTC),
        "fixed_start": moment(step.fixed_offset_minutes),
        "deadline": moment(step.deadline_offset_minutes),
        "state": StepState.PENDING.value,
        "deploy_state": DeployState.NONE.value,
        "labels": step.labels,
        "rollback": step.rollback,
    }


async def _copy_phases(tx: AsyncSession, run_id: UUID, steps: Sequence[VersionStep]) -> dict[UUID, UUID]:
    """The run's phases, by the ids of the version's."""
    sequences = {step.sequence_id: new_id() for step in steps}
    phases = {step.phase_id: new_id() for step in steps}
    first_of = {step.phase_id: step for step in reversed(steps)}
    of_sequence = {step.sequence_id: step for step in reversed(steps)}
    await _insert(tx, RunSequence, [
        {"id": id, "run_id": run_id, "position": of_sequence[version].sequence_position,
         "title": of_sequence[version].sequence}
        for version, id in sequences.items()
    ])  # fmt: skip
    await _insert(tx, RunPhase, [
        {"id": id, "sequence_id": sequences[first_of[version].sequence_id],
         "position": first_of[version].phase_position, "title": first_of[version].phase}
        for version, id in phases.items()
    ])  # fmt: skip
    return phases


async def _insert(tx: AsyncSession, model: type[Base], rows: list[Values]) -> None:
    if rows:
        await tx.execute(insert(model), rows)
