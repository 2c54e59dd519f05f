"""Migrations: creating and changing them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import refuse
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.keyed import held
from cutwater.runbooks.runs import events, permissions
from cutwater.runbooks.runs.models import Migration


async def create_migration(
    tx: AsyncSession, actor: Actor, title: str, *, description: str = "", zone: str = "UTC"
) -> events.MigrationCreated:
    """A programme, to which rehearsals and a cutover belong."""
    refuse(may=permissions.to_plan(actor, "create migrations"))
    key = await next_key(tx, "MIG")
    migration = Migration(id=new_id(), key=key, title=title, description=description, zone=zone, revision=1)
    tx.add(migration)
    await tx.flush()
    await _index(tx, migration)
    created = events.MigrationCreated(migration_id=migration.id, key=key, title=title)
    await audit.record(tx, actor, created)
    return created


async def update_migration(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    title: str | None = None,
    description: str | None = None,
    seen_revision: int | None = None,
) -> UUID:
    """Rename or describe a migration; what is None stays."""
    migration = await held(tx, Migration, key, what="This migration")
    refuse(
        may=permissions.to_plan(actor, "change migrations"),
        seen=await audit.stale(tx, "migration", migration, seen_revision),
    )
    given = {"title": title, "description": description}
    wanted = {name: text for name, text in given.items() if text is not None}
    if changes := changed(migration, wanted, private=("description",)):
        await _index(tx, migration)
        updated = events.MigrationUpdated(migration_id=migration.id, key=migration.key, changes=changes)
        await audit.record(tx, actor, updated)
    return migration.id


async def _index(tx: AsyncSession, migration: Migration) -> None:
    path = f"/migrations/{migration.key}"
    await search.put(
        tx, kind="migration", id=migration.id, key=migration.key, title=migration.title, path=path
    )
