"""Migrations: creating and changing them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.runs import events, permissions
from cutwater.runbooks.runs.models import Migration
from cutwater.runbooks.runs.queries import migrations


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
    migration = await migrations.migration_for_update(tx, key)
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


async def _index(tx: AsyncSession, migration: Migration) -> None:
    path = f"/migrations/{migration.key}"
    await search.put(
        tx, kind="migration", id=migration.id, key=migration.key, title=migration.title, path=path
    )


async def migration_id(tx: AsyncSession, key: str) -> UUID:
    """The id of a migration by its key."""
    found: UUID = (await migrations.migration(SessionReader(tx), key)).id
    return found
