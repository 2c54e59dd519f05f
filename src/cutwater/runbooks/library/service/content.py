"""What is in a version: compared with a worksheet, and written from one, set-based."""

from collections.abc import Sequence
from dataclasses import field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks.core.facts import DEFAULT_STEP_TYPE, VersionState
from cutwater.runbooks.core.worksheet.plan import ParsedPlan, ParsedStep
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.models import (
    Runbook,
    RunbookInstruction,
    RunbookLink,
    RunbookPhase,
    RunbookSequence,
    RunbookStep,
    RunbookVersion,
)


@frozen
class Content:
    """A version's steps by casefolded code, each with what it says and its links, for comparison."""

    ids: dict[str, UUID] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    says: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@frozen
class Difference:
    """What applying would do to the steps of the newest version, by code."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0


async def latest(reader: Reader, runbook_id: UUID | None) -> Content:
    """The content of a runbook's newest version; empty without one."""
    if runbook_id is None:
        return Content()
    found = await queries.versions(reader, runbook_id)
    return await of_version(reader, found[0].id) if found else Content()


async def of_version(reader: Reader, version_id: UUID) -> Content:
    """The content of one version."""
    steps, links, instructions = await reader.batch(
        queries.steps_of(version_id), queries.links_of(version_id), queries.instructions_of(version_id)
    )
    codes = {row.id: row.code for row in steps}
    into: dict[UUID, list[tuple[Any, ...]]] = {}
    for link in links:
        said = (codes[link.before_id].casefold(), link.kind, link.lag_minutes, link.is_hard)
        into.setdefault(link.after_id, []).append(said)
    lines: dict[UUID, list[tuple[str, bool]]] = {}
    for line in instructions:
        lines.setdefault(line.step_id, []).append((line.text, line.is_mandatory))
    says = {
        row.code.casefold(): (
            row.title, row.sequence, row.phase, row.step_type, row.team_id, row.assignee_id, row.deputy_id,
            row.owner_note, row.duration_minutes, row.planned_offset_minutes, row.fixed_offset_minutes,
            row.deadline_offset_minutes, row.environment_role, tuple(row.labels), row.rollback,
            tuple(lines.get(row.id, ())), tuple(sorted(into.get(row.id, ()))),
        )
        for row in steps
    }  # fmt: skip
    return Content(
        ids={row.code.casefold(): row.id for row in steps},
        codes={row.code.casefold(): row.code for row in steps},
        says=says,
    )


def difference(plan: ParsedPlan, before: Content) -> Difference:
    """Which steps a worksheet would create, change and remove."""
    into: dict[str, list[tuple[Any, ...]]] = {}
    for link in plan.links:
        said = (link.before.casefold(), link.kind.value, link.lag_minutes, link.hard)
        into.setdefault(link.after.casefold(), []).append(said)
    created, changed, unchanged = [], [], 0
    for step in plan.steps:
        known = before.says.get(step.code.casefold())
        if known is None:
            created.append(step.code)
        elif known != _says(step, into.get(step.code.casefold(), [])):
            changed.append(step.code)
        else:
            unchanged += 1
    wanted = {step.code.casefold() for step in plan.steps}
    removed = [code for folded, code in before.codes.items() if folded not in wanted]
    return Difference(
        created=tuple(created), changed=tuple(changed), removed=tuple(removed), unchanged=unchanged
    )


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _says(step: ParsedStep, links: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    return (
        step.title, step.sequence, step.phase, step.type or DEFAULT_STEP_TYPE, _id(step.team),
        _id(step.assignee), _id(step.deputy), step.owner_note, step.duration_minutes, step.planned_offset,
        step.fixed_offset, step.deadline_offset, step.environment, step.labels, step.rollback,
        tuple((line.text, line.is_mandatory) for line in step.instructions), tuple(sorted(links)),
    )  # fmt: skip


async def write(tx: AsyncSession, runbook: Runbook, plan: ParsedPlan) -> RunbookVersion:
    """Make the plan the content of the runbook's draft; steps that stay keep their ids."""
    draft = await queries.draft_for_update(tx, runbook.id)
    ids: dict[str, UUID] = {}
    if draft is None:
        number = await queries.last_number(tx, runbook.id) + 1
        draft = RunbookVersion(
            id=new_id(), runbook_id=runbook.id, number=number, state=VersionState.DRAFT, revision=1
        )
        tx.add(draft)
        await tx.flush()
    else:
        ids = (await of_version(SessionReader(tx), draft.id)).ids
        await _empty(tx, draft.id)
        draft.revision += 1
    phases = await _write_phases(tx, draft.id, plan.steps)
    order = {place: position for position, place in enumerate(phases)}
    ordered = sorted(plan.steps, key=lambda step: order[step.sequence, step.phase])
    for step in ordered:
        ids.setdefault(step.code.casefold(), new_id())
    await _insert(tx, RunbookStep, [
        _step_row(draft.id, phases[step.sequence, step.phase], position, step, ids)
        for position, step in enumerate(ordered)
    ])  # fmt: skip
    await _insert(tx, RunbookInstruction, [
        {"id": new_id(), "step_id": ids[step.code.casefold()], "position": position, "text": line.text,
         "is_mandatory": line.is_mandatory}
        for step in ordered for position, line in enumerate(step.instructions)
    ])  # fmt: skip
    await _insert(tx, RunbookLink, [
        {"id": new_id(), "version_id": draft.id, "before_id": ids[link.before.casefold()],
         "after_id": ids[link.after.casefold()], "kind": link.kind.value, "lag_minutes": link.lag_minutes,
         "is_hard": link.hard}
        for link in plan.links
    ])  # fmt: skip
    draft.step_count, draft.link_count = len(plan.steps), len(plan.links)
    runbook.revision += 1
    return draft


def _step_row(
    version_id: UUID, phase_id: UUID, position: int, step: ParsedStep, ids: dict[str, UUID]
) -> dict[str, Any]:
    return {
        "id": ids[step.code.casefold()],
        "version_id": version_id,
        "phase_id": phase_id,
        "position": position,
        "code": step.code,
        "title": step.title,
        "step_type": step.type or DEFAULT_STEP_TYPE,
        "team_id": _id(step.team),
        "assignee_id": _id(step.assignee),
        "deputy_id": _id(step.deputy),
        "owner_note": step.owner_note,
        "environment_role": step.environment,
        "duration_minutes": step.duration_minutes,
        "planned_offset_minutes": step.planned_offset,
        "fixed_offset_minutes": step.fixed_offset,
        "deadline_offset_minutes": step.deadline_offset,
        "labels": list(step.labels),
        "rollback": step.rollback,
    }


async def _write_phases(
    tx: AsyncSession, version_id: UUID, steps: Sequence[ParsedStep]
) -> dict[tuple[str, str], UUID]:
    """Sequences and phases in the order in which the worksheet first names them."""
    places = list(dict.fromkeys((step.sequence, step.phase) for step in steps))
    sequences = {title: new_id() for title in dict.fromkeys(sequence for sequence, _ in places)}
    in_order = sorted(places, key=lambda place: list(sequences).index(place[0]))
    phases = {place: new_id() for place in in_order}
    await _insert(tx, RunbookSequence, [
        {"id": id, "version_id": version_id, "position": position, "title": title}
        for position, (title, id) in enumerate(sequences.items())
    ])  # fmt: skip
    await _insert(tx, RunbookPhase, [
        {"id": id, "sequence_id": sequences[sequence], "position": position, "title": title}
        for position, ((sequence, title), id) in enumerate(phases.items())
    ])  # fmt: skip
    return phases


async def _empty(tx: AsyncSession, version_id: UUID) -> None:
    steps = select(RunbookStep.id).where(RunbookStep.version_id == version_id)
    sequences = select(RunbookSequence.id).where(RunbookSequence.version_id == version_id)
    await tx.execute(delete(RunbookLink).where(RunbookLink.version_id == version_id))
    await tx.execute(delete(RunbookInstruction).where(RunbookInstruction.step_id.in_(steps)))
    await tx.execute(delete(RunbookStep).where(RunbookStep.version_id == version_id))
    await tx.execute(delete(RunbookPhase).where(RunbookPhase.sequence_id.in_(sequences)))
    await tx.execute(delete(RunbookSequence).where(RunbookSequence.version_id == version_id))


async def _insert(tx: AsyncSession, model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        await tx.execute(insert(model), rows)
