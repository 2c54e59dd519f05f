"""Migrations and their iterations: planning a run."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks import events, permissions
from cutwater.runbooks.facts import ITERATION_TYPES, Communications, VersionState
from cutwater.runbooks.models import Iteration, Migration, RunbookVersion
from cutwater.runbooks.queries import runs, templates
from cutwater.runbooks.service import instantiation
from cutwater.runbooks.step_machine import RunState


@frozen
class IterationPlan:
    """What a person decides about an iteration; what is left out follows its type."""

    runbook_key: str
    type: str
    planned_start: datetime
    version: int | None = None
    title: str = ""
    is_rehearsal: bool | None = None
    communications: Communications | None = None
    window_end: datetime | None = None


async def create_migration(
    tx: AsyncSession, actor: Actor, title: str, *, description: str = "", zone: str = "UTC"
) -> Migration:
    """A programme, to which rehearsals and a cutover belong."""
    refuse_if(permissions.to_plan(actor, "create migrations"))
    migration = Migration(
        id=new_id(),
        key=await next_key(tx, "MIG"),
        title=title,
        description=description,
        zone=zone,
        revision=1,
    )
    tx.add(migration)
    await tx.flush()
    await _index(tx, migration)
    said = events.MigrationCreated(migration_id=migration.id, key=migration.key, title=title)
    await audit.record(tx, actor, said)
    return migration


async def update_migration(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    title: str | None = None,
    description: str | None = None,
    seen_revision: int | None = None,
) -> Migration:
    """Rename or describe a migration."""
    refuse_if(permissions.to_plan(actor, "change migrations"))
    migration = await runs.migration_for_update(tx, key)
    refuse_stale(migration.revision, seen_revision)
    wanted = {"title": title, "description": description}
    differences = {
        name: (getattr(migration, name), value)
        for name, value in wanted.items()
        if value is not None and value != getattr(migration, name)
    }
    if differences:
        for name, (_, value) in differences.items():
            setattr(migration, name, value)
        migration.revision += 1
        await _index(tx, migration)
        shown = {name: pair if name == "title" else ("", "") for name, pair in differences.items()}
        said = events.MigrationUpdated(migration_id=migration.id, key=migration.key, differences=shown)
        await audit.record(tx, actor, said)
    return migration


async def create_iteration(
    tx: AsyncSession, actor: Actor, migration_key: str, plan: IterationPlan
) -> Iteration:
    """A run of a published version: a full copy of it, planned from its start."""
    refuse_if(permissions.to_plan(actor, "plan iterations"))
    kind = ITERATION_TYPES.get(plan.type)
    if kind is None:
        raise Invalid({"type": f"Choose one of: {', '.join(ITERATION_TYPES)}."})
    if plan.window_end is not None and plan.window_end <= plan.planned_start:
        raise Invalid({"window_end": "The window must end after the planned start."})
    migration = await runs.migration_for_update(tx, migration_key)
    version = await _published(tx, plan)
    number = await runs.count_of_type(tx, migration.id, plan.type) + 1
    is_rehearsal = kind.is_rehearsal if plan.is_rehearsal is None else plan.is_rehearsal
    usual = Communications.TEST if is_rehearsal else Communications.ON
    run = Iteration(
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
    said = events.IterationCreated(
        run_id=run.id, key=run.key, migration_id=migration.id, migration_key=migration.key, type=run.type,
        is_rehearsal=is_rehearsal, version=version.number, steps=steps,
    )  # fmt: skip
    await audit.record(tx, actor, said)
    return run


async def _published(tx: AsyncSession, plan: IterationPlan) -> RunbookVersion:
    """The version that was asked for, else the newest published one."""
    runbook = await templates.runbook(SessionReader(tx), plan.runbook_key)
    number = plan.version or runbook.published_number
    if number is None:
        raise Conflict([_unpublished(f"{runbook.key} has no published version.")])
    version = await templates.version_for_update(tx, runbook.id, number)
    if version.state != VersionState.PUBLISHED:
        raise Conflict([_unpublished(f"Version {number} of {runbook.key} is a draft.")])
    return version


def _unpublished(text: str) -> Obstacle:
    hint = "Publish the draft first: runs are copies of published versions."
    return Obstacle(code="version.unpublished", text=text, hint=hint, cleared_by="a pilot")


async def _index(tx: AsyncSession, migration: Migration) -> None:
    path = f"/migrations/{migration.key}"
    await search.put(
        tx, kind="migration", id=migration.id, key=migration.key, title=migration.title, path=path
    )


async def migration_id(tx: AsyncSession, key: str) -> UUID:
    """The id of a migration by its key."""
    found: UUID = (await runs.migration(SessionReader(tx), key)).id
    return found
