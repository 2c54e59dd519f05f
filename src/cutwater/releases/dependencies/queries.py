"""What depends on what."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import any_of
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.queries import Rows, by_key_or_id, one_at_a_time
from cutwater.releases.core import ordering
from cutwater.releases.core.facts import DependencyKind
from cutwater.releases.core.ordering import Edge
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import releases_for_update, this_release


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
    await one_at_a_time(tx, f"releases.dependencies:{organization_id}")


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


def dependencies_of(key: str) -> Rows:
    """The dependencies of a release with the other one in each; `is_blocker`: the other goes first."""
    this = this_release(key).scalar_subquery()
    is_blocker = ReleaseDependency.dependent_id == this
    peer = Release.__table__.alias("peer")
    return (
        select(
            ReleaseDependency.id,
            ReleaseDependency.kind,
            ReleaseDependency.revision,
            ReleaseDependency.created_at,
            is_blocker.label("is_blocker"),
            peer.c.id.label("peer_id"),
            peer.c.key.label("peer_key"),
            peer.c.title.label("peer_title"),
            peer.c.status.label("peer_status"),
            peer.c.owner_id.label("peer_owner_id"),
            peer.c.moved_at.label("peer_moved_at"),
            Service.name.label("peer_service_name"),
        )
        .select_from(ReleaseDependency)
        .join(
            peer,
            peer.c.id
            == case((is_blocker, ReleaseDependency.blocker_id), else_=ReleaseDependency.dependent_id),
        )
        .join(Service, Service.id == peer.c.service_id)
        .where(
            is_blocker | (ReleaseDependency.blocker_id == this),
            ReleaseDependency.deleted_at.is_(None),
        )
        .order_by(is_blocker.desc(), ReleaseDependency.kind, ReleaseDependency.created_at)
    )


SYNC, BLOCKS = DependencyKind.REQUIRES_SYNC.value, DependencyKind.BLOCKS.value


def edges_ahead(starts: Iterable[UUID]) -> Any:
    """Every BLOCKS and REQUIRES_SYNC that can be walked to from these releases: what could close a cycle."""
    first = select(Release.id).where(any_of(Release.id, starts)).cte("ahead", recursive=True)
    step = (
        select(
            case(
                (ReleaseDependency.blocker_id == first.c.id, ReleaseDependency.dependent_id),
                else_=ReleaseDependency.blocker_id,
            )
        )
        .select_from(first)
        .join(
            ReleaseDependency,
            and_(
                ReleaseDependency.deleted_at.is_(None),
                ReleaseDependency.kind != DependencyKind.SOFT_DEPENDENCY.value,
                or_(
                    ReleaseDependency.blocker_id == first.c.id,
                    and_(ReleaseDependency.dependent_id == first.c.id, ReleaseDependency.kind == SYNC),
                ),
            ),
        )
    )
    ahead = first.union(step)
    return edges().where(ReleaseDependency.blocker_id.in_(select(ahead.c.id)))


def edges() -> Any:
    return select(ReleaseDependency.blocker_id, ReleaseDependency.dependent_id, ReleaseDependency.kind).where(
        ReleaseDependency.deleted_at.is_(None)
    )
