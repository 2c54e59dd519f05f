"""The only ways to hold a row for a change: fetched under its lock, or NotFound."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import any_of
from cutwater.releases import ordering
from cutwater.releases.facts import DependencyKind
from cutwater.releases.models import (
    Environment,
    FreezeWindow,
    Release,
    ReleaseApproval,
    ReleaseComment,
    ReleaseDependency,
    ReleaseItem,
    Service,
)
from cutwater.releases.ordering import Edge
from cutwater.releases.queries.columns import by_key_or_id, by_slug_or_id

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


async def together_for_update(
    tx: AsyncSession, organization_id: UUID | None, key: str
) -> tuple[Release, list[Release]]:
    """The release and every one that must enter production with it, all locked; none is added meanwhile."""
    await lock_dependencies(tx, organization_id)
    start = await tx.scalar(select(Release.id).where(by_key_or_id(key), Release.deleted_at.is_(None)))
    if start is None:
        raise NotFound("This release")
    held = await releases_for_update(tx, await _together(tx, start))
    release = next((each for each in held if each.id == start), None)
    if release is None:
        raise NotFound("This release")
    return release, [each for each in held if each is not release]


async def lock_dependencies(tx: AsyncSession, organization_id: UUID | None) -> None:
    """One change of the dependencies at a time in an organization: two together could close a cycle."""
    await _one_at_a_time(tx, f"releases.dependencies:{organization_id}")


async def lock_environments(tx: AsyncSession, organization_id: UUID | None) -> None:
    """One standard environment made at a time in an organization; held after releases, never before."""
    await _one_at_a_time(tx, f"releases.environments:{organization_id}")


async def _one_at_a_time(tx: AsyncSession, name: str) -> None:
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def owned_for_update(
    tx: AsyncSession, kind: type[Owned], release: Release, id: UUID, what: str
) -> Owned:
    """Something that belongs to a release, locked."""
    wanted = select(kind).where(kind.id == id, kind.release_id == release.id, kind.deleted_at.is_(None))
    found = await tx.scalar(wanted.with_for_update())
    if found is None:
        raise NotFound(what)
    return found


async def dependency_for_update(tx: AsyncSession, release: Release, id: UUID) -> ReleaseDependency:
    """A dependency that has the release at either end, locked."""
    statement = select(ReleaseDependency).where(
        ReleaseDependency.id == id,
        (ReleaseDependency.dependent_id == release.id) | (ReleaseDependency.blocker_id == release.id),
        ReleaseDependency.deleted_at.is_(None),
    )
    found = await tx.scalar(statement.with_for_update())
    if found is None:
        raise NotFound("This dependency")
    return found


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


async def freeze_for_update(tx: AsyncSession, id: UUID) -> FreezeWindow:
    """A freeze window, locked."""
    wanted = select(FreezeWindow).where(FreezeWindow.id == id, FreezeWindow.deleted_at.is_(None))
    found = await tx.scalar(wanted.with_for_update())
    if found is None:
        raise NotFound("This freeze")
    return found


async def _together(tx: AsyncSession, start: UUID) -> set[UUID]:
    """The release and its partners near and far, by their ids."""
    seen, fresh = {start}, {start}
    while fresh:
        rows = await tx.execute(
            select(ReleaseDependency.blocker_id, ReleaseDependency.dependent_id).where(
                ReleaseDependency.kind == DependencyKind.REQUIRES_SYNC.value,
                ReleaseDependency.deleted_at.is_(None),
                any_of(ReleaseDependency.blocker_id, fresh) | any_of(ReleaseDependency.dependent_id, fresh),
            )
        )
        sync = DependencyKind.REQUIRES_SYNC
        edges = [Edge(blocker=row.blocker_id, dependent=row.dependent_id, kind=sync) for row in rows]
        fresh = {each for known in fresh for each in ordering.partners(edges, known)} - seen
        seen |= fresh
    return seen
