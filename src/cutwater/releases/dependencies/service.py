"""What depends on what: added and removed one at a time per organization, so that no cycle can be closed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound, refuse_if
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import any_of
from cutwater.releases.catalogue.queries import by_key_or_id
from cutwater.releases.core import ordering
from cutwater.releases.core.facts import ACTIVE, LABELS, DependencyKind, Status
from cutwater.releases.core.ordering import Edge
from cutwater.releases.core.refusals import unfit
from cutwater.releases.dependencies import queries
from cutwater.releases.dependencies.events import DependencyAdded, DependencyRemoved
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.records import permissions
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import release_for_update, releases_for_update


async def add_dependency(
    tx: AsyncSession, actor: Actor, key: str, blocker_key: str, kind: DependencyKind
) -> ReleaseDependency:
    """Let a release wait for, follow, or go together with another; a cycle is refused by name."""
    await queries.lock_dependencies(tx, actor.organization_id)
    dependent, blocker = await _both(tx, key, blocker_key)
    refuse_if(permissions.to_contribute(actor, "add a dependency") + _impossible(dependent, blocker, kind))
    added = Edge(blocker=blocker.id, dependent=dependent.id, kind=kind)
    refuse_if(await _there_already(tx, dependent, blocker) + await _closing(tx, added))
    dependency = ReleaseDependency(
        id=new_id(), blocker_id=blocker.id, dependent_id=dependent.id, kind=kind.value
    )
    tx.add(dependency)
    await tx.flush()
    event = DependencyAdded(
        release_id=dependent.id,
        key=dependent.key,
        blocker_id=blocker.id,
        blocker_key=blocker.key,
        kind=kind.value,
    )
    await audit.record(tx, actor, event)
    return dependency


async def remove_dependency(tx: AsyncSession, actor: Actor, key: str, dependency_id: UUID) -> None:
    """Take a dependency away, from either end."""
    await queries.lock_dependencies(tx, actor.organization_id)
    release = await release_for_update(tx, key)
    dependency = await queries.dependency_for_update(tx, release, dependency_id)
    refuse_if(permissions.to_contribute(actor, "remove a dependency"))
    dependency.deleted_at = clock.now()
    dependency.revision += 1
    names = await _keys(tx, {dependency.blocker_id, dependency.dependent_id})
    removed = DependencyRemoved(
        release_id=dependency.dependent_id,
        key=names[dependency.dependent_id],
        blocker_id=dependency.blocker_id,
        blocker_key=names[dependency.blocker_id],
        kind=dependency.kind,
    )
    await audit.record(tx, actor, removed)


async def _both(tx: AsyncSession, key: str, blocker_key: str) -> tuple[Release, Release]:
    """Both releases, locked in one order whichever way round they were named."""
    named = [key, blocker_key]
    ids = [await tx.scalar(select(Release.id).where(by_key_or_id(each))) for each in named]
    held = {each.id: each for each in await releases_for_update(tx, {i for i in ids if i is not None})}
    if ids[0] not in held:
        raise NotFound("This release")
    if ids[1] not in held:
        raise unfit("blocker", f"There is no release {blocker_key}.")
    return held[ids[0]], held[ids[1]]


def _impossible(dependent: Release, blocker: Release, kind: DependencyKind) -> list[Obstacle]:
    """What a dependency between these two cannot be: on itself, or of one that left the way to production."""
    if dependent.id == blocker.id:
        text = "A release cannot depend on itself."
        return [Obstacle(code="dependency.itself", text=text, hint="Choose another release.")]
    found = []
    for release in (dependent, blocker):
        status = Status(release.status)
        is_deployed_blocker = release is blocker and status is Status.DEPLOYED
        if status not in ACTIVE and not (is_deployed_blocker and kind is not DependencyKind.REQUIRES_SYNC):
            found.append(
                Obstacle(
                    code="dependency.finished",
                    text=f"{release.key} is {LABELS[status]}; a dependency would change nothing.",
                    hint="Choose a release that is still on its way.",
                )
            )
    return found


async def _there_already(tx: AsyncSession, dependent: Release, blocker: Release) -> list[Obstacle]:
    """One dependency between two releases in one direction; going together has no direction."""
    pair = [dependent.id, blocker.id]
    rows = await tx.scalars(
        select(ReleaseDependency).where(
            any_of(ReleaseDependency.blocker_id, pair),
            any_of(ReleaseDependency.dependent_id, pair),
            ReleaseDependency.deleted_at.is_(None),
        )
    )
    for row in rows:
        is_same_way = row.blocker_id == blocker.id
        if is_same_way or row.kind == DependencyKind.REQUIRES_SYNC.value:
            return [
                Obstacle(
                    code="dependency.there_already",
                    text=f"{dependent.key} depends on {blocker.key} already.",
                    hint="Remove that dependency first to change its kind.",
                    cleared_by="anyone who may edit the release",
                )
            ]
    return []


async def _closing(tx: AsyncSession, added: Edge[UUID]) -> list[Obstacle]:
    """The cycle that the new dependency would close, by name."""
    rows = (await tx.execute(queries.edges_ahead((added.blocker, added.dependent)))).all()
    edges = [
        Edge(blocker=row.blocker_id, dependent=row.dependent_id, kind=DependencyKind(row.kind))
        for row in rows
    ]
    hops = ordering.cycle(edges, added)
    if not hops:
        return []
    ids = {hop.origin for hop in hops} | {hop.target for hop in hops}
    names = await _keys(tx, ids)
    return [
        Obstacle(
            code="dependency.cycle",
            text=f"This would close a cycle: {ordering.describe(hops, names.__getitem__)}.",
            hint="Remove one dependency of the cycle first.",
            cleared_by="anyone who may edit the release",
        )
    ]


async def _keys(tx: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    rows = await tx.execute(select(Release.id, Release.key).where(any_of(Release.id, ids)))
    return {row.id: row.key for row in rows}
