"""A run as one thing: planning, starting, pausing, changing and ending it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import RUN_TYPES, Communications, VersionState
from cutwater.runbooks.core.run_machine import RUN_MOVES, RunMove, RunState, run_obstacles
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.models import RunbookVersion
from cutwater.runbooks.runs import events, permissions
from cutwater.runbooks.runs.models import Run
from cutwater.runbooks.runs.queries import readiness as queries_readiness
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.runs.queries.migrations import migration_for_update
from cutwater.runbooks.runs.service import instantiation, readiness


@frozen
class RunPlan:
    """What a person decides about an iteration; what is left out follows its type."""

    runbook_key: str
    type: str
    planned_start: datetime
    version: int | None = None
    title: str = ""
    is_rehearsal: bool | None = None
    communications: Communications | None = None
    window_end: datetime | None = None


async def create_run(tx: AsyncSession, actor: Actor, migration_key: str, plan: RunPlan) -> Run:
    """A run of a published version: a full copy of it, planned from its start."""
    refuse_if(permissions.to_plan(actor, "plan iterations"))
    kind = RUN_TYPES.get(plan.type)
    if kind is None:
        raise Invalid({"type": f"Choose one of: {', '.join(RUN_TYPES)}."})
    if plan.window_end is not None and plan.window_end <= plan.planned_start:
        raise Invalid({"window_end": "The window must end after the planned start."})
    migration = await migration_for_update(tx, migration_key)
    version = await _published(tx, plan)
    number = await runs.count_of_type(tx, migration.id, plan.type) + 1
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
    await search.put(
        tx,
        kind="run",
        id=run.id,
        key=run.key,
        title=f"{migration.title}: {run.title}",
        path=f"/runs/{run.key}",
    )
    said = events.RunCreated(
        run_id=run.id, key=run.key, migration_id=migration.id, migration_key=migration.key, type=run.type,
        is_rehearsal=is_rehearsal, version=version.number, steps=steps,
    )  # fmt: skip
    await audit.record(tx, actor, said)
    return run


async def _published(tx: AsyncSession, plan: RunPlan) -> RunbookVersion:
    """The version that was asked for, else the newest published one."""
    runbook = await queries.runbook(SessionReader(tx), plan.runbook_key)
    number = plan.version or runbook.published_number
    if number is None:
        raise Conflict([_unpublished(f"{runbook.key} has no published version.")])
    version = await queries.version_for_update(tx, runbook.id, number)
    if version.state != VersionState.PUBLISHED:
        raise Conflict([_unpublished(f"Version {number} of {runbook.key} is a draft.")])
    return version


def _unpublished(text: str) -> Obstacle:
    hint = "Publish the draft first: runs are copies of published versions."
    return Obstacle(code="version.unpublished", text=text, hint=hint, cleared_by="a pilot")


async def move_run(
    tx: AsyncSession, actor: Actor, key: str, move: str, *, seen_revision: int | None = None, note: str = ""
) -> Run:
    """Start, pause, resume, complete or abort a run, or refuse with every reason at once."""
    move = RunMove(move)
    run = await runs.run_for_update(tx, key)
    is_ending = move is RunMove.COMPLETE
    open_codes = await queries_readiness.open_codes(tx, run.id) if is_ending else []
    refuse_if(
        permissions.to_pilot(actor, f"{move.value} a run")
        + run_obstacles(move, RunState(run.state), open_codes)
        + _reason(move, note)
    )
    refuse_stale(run.revision, seen_revision)
    was, now = run.state, clock.now()
    run.state = RUN_MOVES[move][1]
    run.revision, run.tick = run.revision + 1, run.tick + 1
    if move is RunMove.START:
        run.started_at = now
    if move in (RunMove.COMPLETE, RunMove.ABORT):
        run.ended_at = now
    said = events.RunMoved(run_id=run.id, key=run.key, was=was, now=run.state)
    await audit.record(tx, actor, said, note=note)
    await readiness.settle(tx, run)
    return run


def _reason(move: RunMove, note: str) -> list[Obstacle]:
    if move is not RunMove.ABORT or note.strip():
        return []
    return [
        Obstacle(
            code="reason.missing",
            text="To abort a run needs a reason.",
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
) -> Run:
    """Change a run's title, whom it writes to, or the end of its window."""
    refuse_if(permissions.to_pilot(actor, "change a run"))
    run = await runs.run_for_update(tx, key)
    refuse_stale(run.revision, seen_revision)
    if run.ended_at is not None:
        raise Conflict([Obstacle(code="run.ended", text=f"{run.key} has ended.", hint="It stays as it is.")])
    if window_end is not None and window_end <= run.planned_start:
        raise Invalid({"window_end": "The window must end after the planned start."})
    wanted = {"title": title, "communications": communications, "window_end": window_end}
    differences = {
        name: (getattr(run, name), value)
        for name, value in wanted.items()
        if value is not None and value != getattr(run, name)
    }
    if differences:
        for name, (_, value) in differences.items():
            setattr(run, name, value)
        run.revision, run.tick = run.revision + 1, run.tick + 1
        await audit.record(tx, actor, events.RunUpdated(run_id=run.id, key=run.key, differences=differences))
    return run
