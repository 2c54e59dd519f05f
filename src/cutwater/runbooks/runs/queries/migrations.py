"""Migrations."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader
from cutwater.runbooks.library.queries import named
from cutwater.runbooks.runs.models import Migration

_MIGRATION = (
    Migration.id,
    Migration.key,
    Migration.title,
    Migration.description,
    Migration.zone,
    Migration.revision,
    Migration.created_at,
)


async def migrations(reader: Reader, page: Offset) -> tuple[list[Any], int]:
    """A page of migrations, the newest first, and how many there are."""
    alive = Migration.deleted_at.is_(None)
    counted = select(func.count()).select_from(Migration).where(alive)
    listed = (
        select(*_MIGRATION)
        .where(alive)
        .order_by(Migration.created_at.desc(), Migration.id)
        .limit(page.per_page)
        .offset(page.skip)
    )
    rows, total = await reader.batch(listed, counted)
    return rows, total[0][0]


async def migration(reader: Reader, key: str) -> Any:
    """One migration by its key; NotFound otherwise."""
    row = await reader.first(
        select(*_MIGRATION).where(named(Migration.key, Migration.id, key), Migration.deleted_at.is_(None))
    )
    if row is None:
        raise NotFound("This migration")
    return row


async def migration_for_update(tx: AsyncSession, key: str) -> Migration:
    """The migration's row, locked."""
    found = await tx.scalar(
        select(Migration)
        .where(named(Migration.key, Migration.id, key), Migration.deleted_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This migration")
    return found
