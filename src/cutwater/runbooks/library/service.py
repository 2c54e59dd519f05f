"""Runbooks: make, rename and describe them, write their drafts, publish them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.db import Base
from cutwater.kernel.errors import Conflict, NotFound, refuse
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.keyed import held, held_if
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import DEFAULT_STEP_TYPE, VersionState
from cutwater.runbooks.core.worksheet.plan import ParsedPlan, ParsedStep
from cutwater.runbooks.library import events, permissions, queries
from cutwater.runbooks.library.models import (
    Runbook,
    RunbookInstruction,
    RunbookLink,
    RunbookPhase,
    RunbookSequence,
    RunbookStep,
    RunbookVersion,
)

Values = dict[str, object]


async def create_runbook(
    tx: AsyncSession, actor: Actor, title: str, description: str = ""
) -> events.RunbookCreated:
    """A runbook without content; imports give it drafts."""
    refuse(may=permissions.to_write(actor, "create runbooks"))
    runbook = Runbook(
        id=new_id(), key=await next_key(tx, "RB"), title=title, description=description, revision=1
    )
    tx.add(runbook)
    await tx.flush()
    await _index(tx, runbook)
    created = events.RunbookCreated(runbook_id=runbook.id, key=runbook.key, title=title)
    await audit.record(tx, actor, created)
    return created


async def update_runbook(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    title: str | None = None,
    description: str | None = None,
    seen_revision: int | None = None,
) -> UUID:
    """Rename or describe a runbook; what is None stays."""
    runbook = await held(tx, Runbook, key, what="This runbook")
    seen = await audit.stale(tx, "runbook", runbook, seen_revision)
    refuse(may=permissions.to_write(actor), seen=seen)
    given = {"title": title, "description": description}
    wanted = {name: value for name, value in given.items() if value is not None}
    changes = changed(runbook, wanted, private=("description",))
    if changes:
        await _index(tx, runbook)
        updated = events.RunbookUpdated(runbook_id=runbook.id, key=runbook.key, changes=changes)
        await audit.record(tx, actor, updated)
    return runbook.id


async def publish_version(tx: AsyncSession, actor: Actor, key: str) -> events.VersionPublished:
    """Make the draft immutable; from then on runs can be made of it."""
    runbook = await held(tx, Runbook, key, what="This runbook")
    draft = await _held_draft(tx, runbook.id)
    refuse(may=permissions.to_publish(actor))
    if draft is None or draft.step_count == 0:
        raise Conflict([_no_draft(runbook.key)])
    state = VersionState.PUBLISHED
    changed(draft, {"state": state, "published_at": clock.now(), "published_by_id": actor.user_id})
    published = events.VersionPublished(
        runbook_id=runbook.id,
        key=runbook.key,
        version=draft.number,
        steps=draft.step_count,
        links=draft.link_count,
    )
    await audit.record(tx, actor, published)
    return published


def _no_draft(key: str) -> Obstacle:
    return Obstacle(
        code="draft.missing",
        text=f"{key} has no draft to publish.",
        hint="Import a worksheet: it becomes the draft.",
        cleared_by="a pilot",
    )


async def held_version(tx: AsyncSession, runbook_id: UUID, number: int) -> RunbookVersion:
    """One version, locked, for whoever copies it; NotFound otherwise."""
    version = await held_if(
        tx, RunbookVersion, RunbookVersion.runbook_id == runbook_id, RunbookVersion.number == number
    )
    if version is None:
        raise NotFound("This version")
    return version


async def _held_draft(tx: AsyncSession, runbook_id: UUID) -> RunbookVersion | None:
    return await held_if(
        tx,
        RunbookVersion,
        RunbookVersion.runbook_id == runbook_id,
        RunbookVersion.state == VersionState.DRAFT,
    )


async def _index(tx: AsyncSession, runbook: Runbook) -> None:
    await search.put(
        tx,
        kind="runbook",
        id=runbook.id,
        key=runbook.key,
        title=runbook.title,
        path=f"/runbooks/{runbook.key}",
    )


# ---------------------------------------------------------------- a draft's content


async def write_draft(tx: AsyncSession, runbook_id: UUID, plan: ParsedPlan) -> RunbookVersion:
    """Make the plan the content of the runbook's draft, row by row in the order of the worksheet; steps that
    stay keep their ids. The caller has checked who may, that the plan is clean, and logs it."""
    runbook = await held(tx, Runbook, runbook_id, what="This runbook")
    draft, ids = await _emptied_draft(tx, runbook.id)
    phases = await _write_phases(tx, draft.id, plan.steps)
    order = {place: position for position, place in enumerate(phases)}
    ordered = sorted(plan.steps, key=lambda step: order[step.sequence, step.phase])
    for step in ordered:
        ids.setdefault(step.code.casefold(), new_id())
    await _insert(tx, RunbookStep, [
        _step(draft.id, phases[step.sequence, step.phase], position, step, ids)
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
    runbook.revision += 1  # its content lies in other rows
    return draft


async def _emptied_draft(tx: AsyncSession, runbook_id: UUID) -> tuple[RunbookVersion, dict[str, UUID]]:
    """The draft without content, a new one when there is none, and the ids its steps had by folded code."""
    reader = SessionReader(tx)
    draft = await _held_draft(tx, runbook_id)
    if draft is not None:
        steps = await reader.all(queries.steps_of(draft.id))
        await _empty(tx, draft.id)
        draft.revision += 1  # its content lies in other rows
        return draft, {step.code.casefold(): step.id for step in steps}
    number = await queries.last_number(reader, runbook_id) + 1
    draft = RunbookVersion(
        id=new_id(), runbook_id=runbook_id, number=number, state=VersionState.DRAFT, revision=1
    )
    tx.add(draft)
    await tx.flush()
    return draft, {}


def _step(
    version_id: UUID, phase_id: UUID, position: int, step: ParsedStep, ids: Mapping[str, UUID]
) -> Values:
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


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


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


async def _insert(tx: AsyncSession, model: type[Base], rows: Sequence[Values]) -> None:
    if rows:
        await tx.execute(insert(model), rows)
