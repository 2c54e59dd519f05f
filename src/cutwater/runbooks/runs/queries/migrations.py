"""Migrations."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader, Rows
from cutwater.runbooks.runs.models import Migration
from cutwater.runbooks.runs.queries.runs import Total


class MigrationRow(NamedTuple):
    """A migration."""

    id: UUID
    key: str
    title: str
    description: str
    zone: str
    revision: int
    created_at: datetime


def _migrations() -> Rows[MigrationRow]:
    columns = (
        Migration.id,
        Migration.key,
        Migration.title,
        Migration.description,
        Migration.zone,
        Migration.revision,
        Migration.created_at,
    )
    return Rows(MigrationRow, select(*columns).where(Migration.deleted_at.is_(None)))


async def migrations(reader: Reader, page: Offset) -> tuple[list[MigrationRow], int]:
    """A page of migrations, the newest first, and how many there are."""
    alive = Migration.deleted_at.is_(None)
    counted = Rows(Total, select(func.count().label("total")).select_from(Migration).where(alive))
    listed = _migrations().order_by(Migration.created_at.desc(), Migration.id)
    rows, total = await reader.batch(listed.limit(page.per_page).offset(page.skip), counted)
    return rows, total[0].total


async def migration(reader: Reader, key: str | UUID) -> MigrationRow:
    """One migration by its key or id; NotFound otherwise."""
    row = await reader.first(_migrations().where(named(Migration, key)))
    if row is None:
        raise NotFound("This migration")
    return row
