"""Releases by key, and what belongs to one."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader, any_of
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.queries import Rows, by_key_or_id
from cutwater.releases.comments.models import ReleaseComment
from cutwater.releases.core.facts import ACTIVE
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release


def is_active() -> ColumnElement[bool]:
    """Still on its way."""
    return any_of(Release.status, [status.value for status in ACTIVE])


Owned = TypeVar("Owned", ReleaseItem, ReleaseApproval, ReleaseComment)


async def release_for_update(tx: AsyncSession, key: str) -> Release:
    """The release with this key or id, locked until the transaction ends."""
    statement = select(Release).where(by_key_or_id(key), Release.deleted_at.is_(None)).with_for_update()
    release = await tx.scalar(statement.execution_options(populate_existing=True))
    if release is None:
        raise NotFound("This release")
    return release


async def releases_for_update(tx: AsyncSession, ids: set[UUID]) -> list[Release]:
    """Several releases, locked in the order of their ids: two such transactions never wait in a ring."""
    statement = (
        select(Release)
        .where(any_of(Release.id, ids), Release.deleted_at.is_(None))
        .order_by(Release.id)
        .with_for_update()
    )
    return list(await tx.scalars(statement.execution_options(populate_existing=True)))


async def owned_for_update(
    tx: AsyncSession, kind: type[Owned], release: Release, id: UUID, what: str
) -> Owned:
    """Something that belongs to a release, locked."""
    wanted = select(kind).where(kind.id == id, kind.release_id == release.id, kind.deleted_at.is_(None))
    found = await tx.scalar(wanted.with_for_update())
    if found is None:
        raise NotFound(what)
    return found


async def rows_of(reader: Reader, key: str, rows: Rows) -> list[Any]:
    """What belongs to a release, after asking whether there is one."""
    release, found = await reader.batch(this_release(key), rows)
    if not release:
        raise NotFound("This release")
    return found


def this_release(key: str) -> Rows:
    return select(Release.id).where(by_key_or_id(key), Release.deleted_at.is_(None))


async def row_of(reader: Reader, key: str, rows: queries.Rows, id: UUID, what: str) -> Any:
    """One of a release's rows by its id, or NotFound."""
    row = next((row for row in await rows_of(reader, key, rows) if row.id == id), None)
    if row is None:
        raise NotFound(what)
    return row
