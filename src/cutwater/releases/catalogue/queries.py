"""Environments, and services and environments by their short names."""

from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue.models import Environment, Service
from cutwater.releases.records.models import Release

Rows: TypeAlias = Select[*tuple[Any, ...]]


def by_key_or_id(key: str) -> ColumnElement[bool]:
    """`R-42` or the release's id: the API takes either; what can be neither finds nothing."""
    return _named(Release.id, Release.key, key, key.upper())


def by_slug_or_id(kind: type[Service] | type[Environment], slug: str) -> ColumnElement[bool]:
    """A service or an environment by its slug or id."""
    return _named(kind.id, kind.slug, slug, slug.lower())


def _named(id_column: Any, name_column: Any, given: str, name: str) -> ColumnElement[bool]:
    if not given.isascii() or not given.replace("-", "").isalnum():
        return false()
    try:
        found: ColumnElement[bool] = id_column == UUID(given)
    except ValueError:
        found = name_column == name
    return found


def environments() -> Rows:
    """The environments in their order."""
    return (
        select(
            Environment.id,
            Environment.slug,
            Environment.name,
            Environment.kind,
            Environment.position,
            Environment.revision,
            Environment.created_at,
            Environment.updated_at,
        )
        .where(Environment.deleted_at.is_(None))
        .order_by(Environment.position, func.lower(Environment.name))
    )


async def environment_row(reader: Reader, slug: str) -> Any:
    """One environment by slug or id; NotFound when there is none."""
    return await row_by_slug(reader, environments(), Environment, slug, "This environment")


async def row_by_slug(reader: Reader, rows: Rows, kind: Any, slug: str, what: str) -> Any:
    row = await reader.first(rows.where(by_slug_or_id(kind, slug)))
    if row is None:
        raise NotFound(what)
    return row


async def lock_environments(tx: AsyncSession, organization_id: UUID | None) -> None:
    """One standard environment made at a time in an organization; held after releases, never before."""
    await one_at_a_time(tx, f"releases.environments:{organization_id}")


async def one_at_a_time(tx: AsyncSession, name: str) -> None:
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def service_for_update(tx: AsyncSession, slug: str) -> Service:
    """A service by its slug or id, locked."""
    found = await tx.scalar(
        select(Service).where(by_slug_or_id(Service, slug), Service.deleted_at.is_(None)).with_for_update()
    )
    if found is None:
        raise NotFound("This service")
    return found


async def environment_for_update(tx: AsyncSession, slug: str) -> Environment:
    """An environment by its slug or id, locked."""
    found = await tx.scalar(
        select(Environment)
        .where(by_slug_or_id(Environment, slug), Environment.deleted_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This environment")
    return found
