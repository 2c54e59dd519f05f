"""A run as one thing: planning, starting, pausing, changing and ending it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Conflict, Invalid, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import RUN_TYPES, Communications, RunType, VersionState
from cutwater.runbooks.core.run_machine import RUN_MOVES, RunMove, RunState, run_obstacles
from cutwater.runbooks.library import queries as library
from cutwater.runbooks.library.models import RunbookVersion
from cutwater.runbooks.library.service import held_version
from cutwater.runbooks.runs import events, permissions
from cutwater.runbooks.runs.models import Migration, Run
from cutwater.runbooks.runs.queries.readiness import open_codes
from cutwater.runbooks.runs.queries.runs import count_of_type
from cutwater.runbooks.runs.service import instantiation, readiness


@frozen
class RunPlan:
    """What a person decides about a run; what is left out follows its type."""

    runbook_key: str
    type: str
    planned_start: datetime
    version: int | None = None
    title: str = ""
    is_rehearsal: bool | None = None
    communications: Communications | None = None
    window_end: datetime | None = None


async def create_run(tx: AsyncSession, actor: Actor, migration_key: str, plan: RunPlan) -> events.RunCreated:
    """A run of a published version: a full copy of it, planned from its start."""
    migration = await held(tx, Migration, migration_key, what="This migration")
    refuse(may=permissions.to_plan(actor, "plan runs"))
    kind = _type_of(plan)
    version = await _published(tx, plan)
    number = await count_of_type(tx, migration.id, plan.type) + 1
    is_rehearsal = kind.is_rehearsal if plan.is_rehearsal is None else plan.is_rehearsal
    usual = Communications.TEST if is_rehearsal else Communications.ON
    run = Run(
        id=new_id(), key=f"{migration.key}-{kind.short}{number}", migration_id=migration.id,
        version_id=version.id, type=plan.type, title=plan.title or f"{kind.label} {number}",
        is_rehearsal=is_rehearsal, state=RunState.PLANNED, zone=migration.zone,
        communications=plan.communications or usual, planned_start=plan.planned_start,
        planned_end=plan.planned_start, window_end=plan.window_end, tick=1, graph_revision=1,
        created_by_id=actor.user_id, revision=1,
    )  # fmt: skip
    tx.add(run)
    await tx.flush()
    steps = await instantiation.copy(tx, run, version.id)
    title = f"{migration.title}: {run.title}"
    await search.put(tx, kind="run", id=run.id, key=run.key, title=title, path=f"/runs/{run.key}")
    created = events.RunCreated(
        run_id=run.id, key=run.key, migration_id=migration.id, migration_key=migration.key, type=run.type,
        is_rehearsal=is_rehearsal, version=version.number, steps=steps,
    )  # fmt: skip
    await audit.record(tx, actor, created)
    return created


def _type_of(plan: RunPlan) -> RunType:
    kind = RUN_TYPES.get(plan.type)
    if kind is None:
        raise Invalid({"type": f"Choose one of: {', '.join(RUN_TYPES)}."})
    if plan.window_end is not None and plan.window_end <= plan.planned_start:
        raise Invalid({"window_end": "The window must end after the planned start."})
    return kind


async def _published(tx: AsyncSession, plan: RunPlan) -> RunbookVersion:
    """The version that was asked for, else the newest published one."""
    runbook = await library.runbook(SessionReader(tx), plan.runbook_key)
    number = plan.version or runbook.published_number
    if number is None:
        raise Conflict([_unpublished(f"{runbook.key} has no published version.")])
    version = await held_version(tx, runbook.id, number)
    if version.state != VersionState.PUBLISHED:
        raise Conflict([_unpublished(f"Version {number} of {runbook.key} is a draft.")])
    return version


def _unpublished(text: str) -> Obstacle:
    hint = "Publish the draft first: runs are copies of published versions."
    return Obstacle(code="version.unpublished", text=text, hint=hint, cleared_by="a pilot")


async def move_run(
    tx: AsyncSession, actor: Actor, key: str, move: str, *, seen_revision: int | None = None, note: str = ""
) -> events.RunMoved:
    """Start, pause, resume, complete or abort a run, or refuse with every reason at once."""
    move = RunMove(move)
    run = await held_run(tx, key)
    unended = await open_codes(tx, run.id) if move is RunMove.COMPLETE else []
    refuse(
        may=permissions.to_pilot(actor, f"{move.value} a run"),
        seen=await audit.stale(tx, "run", run, seen_revision),
        rules=run_obstacles(move, RunState(run.state), unended) + _reason(move, note),
    )
    changes, run.tick = changed(run, {"state": RUN_MOVES[move][1]}), run.tick + 1
    if move is RunMove.START:
        run.started_at = clock.now()
    if move in (RunMove.COMPLETE, RunMove.ABORT):
        run.ended_at = clock.now()
    moved = events.RunMoved(run_id=run.id, key=run.key, move=move.value, state=run.state, changes=changes)
    await audit.record(tx, actor, moved, note=note)
    await readiness.settle(tx, run)
    return moved


def _reason(move: RunMove, note: str) -> list[Obstacle]:
    if move is not RunMove.ABORT or note.strip():
        return []
    return [
        Obstacle(
            code="reason.missing",
            text="Aborting a run needs a reason.",
            hint="Write a sentence that explains it in the report.",
            cleared_by="you",
        )
    ]


async def update_run(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    title: str | None = None,
    communications: Communications | None = None,
    window_end: datetime | None = None,
    seen_revision: int | None = None,
) -> UUID:
    """Change a run's title, whom it writes to, or the end of its window; what is None stays."""
    run = await held_run(tx, key)
    refuse(
        may=permissions.to_pilot(actor, "change a run"),
        seen=await audit.stale(tx, "run", run, seen_revision),
        rules=_ended(run),
    )
    if window_end is not None and window_end <= run.planned_start:
        raise Invalid({"window_end": "The window must end after the planned start."})
    given = {"title": title, "communications": communications, "window_end": window_end}
    wanted = {name: value for name, value in given.items() if value is not None}
    if changes := changed(run, wanted):
        run.tick += 1
        await audit.record(tx, actor, events.RunUpdated(run_id=run.id, key=run.key, changes=changes))
    return run.id


def _ended(run: Run) -> list[Obstacle]:
    if run.ended_at is None:
        return []
    return [Obstacle(code="run.ended", text=f"{run.key} has ended.", hint="It stays as it is.")]


async def held_run(tx: AsyncSession, key: str | UUID) -> Run:
    """The run's row, locked: the moves of one run happen one by one, so that READY is never missed."""
    return await held(tx, Run, key, what="This run", key_share=True)
