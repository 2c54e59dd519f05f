"""What depends on what: added and removed one at a time per organization, so that no cycle can be closed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import NotFound, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_all, named, one_at_a_time
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader, any_of
from cutwater.releases.core import ordering
from cutwater.releases.core.facts import ACTIVE, LABELS, DependencyKind, Status
from cutwater.releases.core.ordering import Edge
from cutwater.releases.core.refusals import unfit
from cutwater.releases.dependencies import queries
from cutwater.releases.dependencies.events import (
    DependencyAdded,
    DependencyRemoved,
    DependencyReopened,
    DependencyResolved,
)
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.records.models import Release
from cutwater.releases.records.permissions import to_contribute
from cutwater.releases.records.queries import is_active

EDITORS = "anyone who may edit the release"


async def add_dependency(
    tx: AsyncSession, actor: Actor, key: str, blocker_key: str, kind: DependencyKind
) -> UUID:
    """Let a release wait for, follow, or go together with another; a cycle is refused by name.

    What comes back is the dependency's id.
    """
    await _one_change_at_a_time(tx, actor)
    dependent, blocker = await _both(tx, key, blocker_key)
    added = Edge(blocker=blocker.id, dependent=dependent.id, kind=kind)
    refuse(
        may=to_contribute(actor, "add a dependency"),
        rules=_impossible(dependent, blocker, kind)
        or await _there_already(tx, dependent, blocker) + await _closing(tx, added),
    )
    dependency = ReleaseDependency(
        id=new_id(), blocker_id=blocker.id, dependent_id=dependent.id, kind=kind.value
    )
    tx.add(dependency)
    await tx.flush()
    happened = DependencyAdded(
        release_id=dependent.id,
        key=dependent.key,
        blocker_id=blocker.id,
        blocker_key=blocker.key,
        kind=kind.value,
    )
    await audit.record(tx, actor, happened)
    return dependency.id


async def remove_dependency(
    tx: AsyncSession, actor: Actor, key: str, dependency_id: UUID
) -> DependencyRemoved:
    """Take a dependency away, from either end."""
    await _one_change_at_a_time(tx, actor)
    release = await held(tx, Release, key, what="This release")
    at_an_end = (ReleaseDependency.dependent_id == release.id) | (ReleaseDependency.blocker_id == release.id)
    dependency = await held(tx, ReleaseDependency, dependency_id, at_an_end, what="This dependency")
    refuse(may=to_contribute(actor, "remove a dependency"))
    changed(dependency, {"deleted_at": clock.now()})
    keys = await _keys(tx, {dependency.blocker_id, dependency.dependent_id})
    removed = DependencyRemoved(
        release_id=dependency.dependent_id,
        key=keys[dependency.dependent_id],
        blocker_id=dependency.blocker_id,
        blocker_key=keys[dependency.blocker_id],
        kind=dependency.kind,
    )
    await audit.record(tx, actor, removed)
    return removed


async def held_together(tx: AsyncSession, actor: Actor, key: str) -> tuple[Release, list[Release]]:
    """The release and every one that must enter production with it, all locked; none is added meanwhile."""
    await _one_change_at_a_time(tx, actor)
    start = await tx.scalar(select(Release.id).where(named(Release, key), Release.deleted_at.is_(None)))
    releases = await held_all(tx, Release, await _together(tx, start)) if start is not None else []
    release = next((each for each in releases if each.id == start), None)
    if release is None:
        raise NotFound("This release")
    return release, [each for each in releases if each is not release]


async def tell_dependents(tx: AsyncSession, actor: Actor, release: Release) -> None:
    """Every release that waited for this one is free of it, or held up by it again."""
    waiting = (
        select(Release.id, Release.key)
        .join(ReleaseDependency, ReleaseDependency.dependent_id == Release.id)
        .where(
            ReleaseDependency.blocker_id == release.id,
            ReleaseDependency.kind == DependencyKind.BLOCKS.value,
            ReleaseDependency.deleted_at.is_(None),
            Release.deleted_at.is_(None),
            is_active(),
        )
        .order_by(Release.key)
    )
    is_deployed = release.status == Status.DEPLOYED.value
    Happened = DependencyResolved if is_deployed else DependencyReopened
    events = [
        Happened(
            release_id=row.id,
            key=row.key,
            blocker_id=release.id,
            blocker_key=release.key,
            kind=DependencyKind.BLOCKS.value,
        )
        for row in await tx.execute(waiting)
    ]
    await audit.record_all(tx, actor, events)


async def stranded(tx: AsyncSession, release: Release) -> list[Obstacle]:
    """Which releases would be left hanging if this one were gone."""
    rows = await SessionReader(tx).all(queries.dependencies_of(release.key))
    return [
        Obstacle(
            code="release.needed",
            text=f"{row.peer_key} depends on it.",
            hint=f"Remove the dependency of {row.peer_key} first.",
            cleared_by=EDITORS,
        )
        for row in rows
        if not row.is_blocker or row.kind == DependencyKind.REQUIRES_SYNC.value
    ]


async def _one_change_at_a_time(tx: AsyncSession, actor: Actor) -> None:
    """Two changes at once in an organization could close a cycle that neither sees."""
    await one_at_a_time(tx, f"releases.dependencies:{actor.organization_id}")


async def _both(tx: AsyncSession, key: str, blocker_key: str) -> tuple[Release, Release]:
    """Both releases, locked in one order whichever way round they were named."""
    given = [key, blocker_key]
    ids = [await tx.scalar(select(Release.id).where(named(Release, each))) for each in given]
    releases = {each.id: each for each in await held_all(tx, Release, {id for id in ids if id is not None})}
    if ids[0] not in releases:
        raise NotFound("This release")
    if ids[1] not in releases:
        raise unfit("blocker", f"There is no release {blocker_key}.")
    return releases[ids[0]], releases[ids[1]]


async def _together(tx: AsyncSession, start: UUID) -> set[UUID]:
    """The release and its partners near and far, by their ids."""
    reader, seen, fresh = SessionReader(tx), {start}, {start}
    while fresh:
        at_an_end = any_of(ReleaseDependency.blocker_id, fresh) | any_of(
            ReleaseDependency.dependent_id, fresh
        )
        rows = await reader.all(queries.edges().where(ReleaseDependency.kind == queries.SYNC, at_an_end))
        edges = [queries.edge_of(row) for row in rows]
        fresh = {partner for known in fresh for partner in ordering.partners(edges, known)} - seen
        seen |= fresh
    return seen


def _impossible(dependent: Release, blocker: Release, kind: DependencyKind) -> list[Obstacle]:
    """What a dependency between these two cannot be: on itself, or of one that left the way to production."""
    if dependent.id == blocker.id:
        text = "A release cannot depend on itself."
        return [Obstacle(code="dependency.itself", text=text, hint="Choose another release.")]
    obstacles = []
    for release in (dependent, blocker):
        status = Status(release.status)
        is_deployed_blocker = release is blocker and status is Status.DEPLOYED
        if status not in ACTIVE and not (is_deployed_blocker and kind is not DependencyKind.REQUIRES_SYNC):
            obstacles.append(
                Obstacle(
                    code="dependency.finished",
                    text=f"{release.key} is {LABELS[status]}; a dependency would change nothing.",
                    hint="Choose a release that is still on its way.",
                )
            )
    return obstacles


async def _there_already(tx: AsyncSession, dependent: Release, blocker: Release) -> list[Obstacle]:
    """One dependency between two releases in one direction; going together has no direction."""
    pair = [dependent.id, blocker.id]
    between = any_of(ReleaseDependency.blocker_id, pair) & any_of(ReleaseDependency.dependent_id, pair)
    rows = await SessionReader(tx).all(queries.edges().where(between))
    if not any(row.blocker_id == blocker.id or row.kind == queries.SYNC for row in rows):
        return []
    return [
        Obstacle(
            code="dependency.there_already",
            text=f"{dependent.key} depends on {blocker.key} already.",
            hint="Remove that dependency first to change its kind.",
            cleared_by=EDITORS,
        )
    ]


async def _closing(tx: AsyncSession, added: Edge[UUID]) -> list[Obstacle]:
    """The cycle that the new dependency would close, by name."""
    rows = await SessionReader(tx).all(queries.edges_ahead((added.blocker, added.dependent)))
    hops = ordering.cycle([queries.edge_of(row) for row in rows], added)
    if not hops:
        return []
    keys = await _keys(tx, {hop.origin for hop in hops} | {hop.target for hop in hops})
    return [
        Obstacle(
            code="dependency.cycle",
            text=f"This would close a cycle: {ordering.describe(hops, keys.__getitem__)}.",
            hint="Remove one dependency of the cycle first.",
            cleared_by=EDITORS,
        )
    ]


async def _keys(tx: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    rows = await tx.execute(select(Release.id, Release.key).where(any_of(Release.id, ids)))
    return {row.id: row.key for row in rows}
