"""Moving releases through their life, and out of it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core import lifecycle
from cutwater.releases.core.facts import Status
from cutwater.releases.core.lifecycle import Manner
from cutwater.releases.dependencies.service import held_together, stranded, tell_dependents
from cutwater.releases.deployments.service import was_deployed_by, write_down
from cutwater.releases.items.service import refresh_items_of
from cutwater.releases.moves import permissions, queries
from cutwater.releases.moves.events import ReleaseMoved
from cutwater.releases.records.events import ReleaseDeleted
from cutwater.releases.records.models import Release
from cutwater.releases.records.permissions import to_contribute

STAMPS = {Status.IN_STAGING: "staging_at", Status.DEPLOYED: "production_at"}
"""The column that keeps when a release entered a status."""


@frozen
class _Order:
    """What is asked of a release: where to, past which rules, and who or what asks."""

    target: Status
    seen_revision: int | None = None
    note: str = ""
    manner: Manner = Manner.PLAIN
    step_key: str = ""


async def move_release(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    target: Status,
    *,
    seen_revision: int | None,
    note: str = "",
    manner: Manner = Manner.PLAIN,
) -> ReleaseMoved:
    """Move a release to another status, or refuse with every reason at once.

    Entering production takes along every release that must go together with it, in this transaction.
    A forced move and an overridden freeze need a reason, and the log says what they went past.
    """
    order = _Order(target=target, seen_revision=seen_revision, note=note, manner=manner)
    return await _move(tx, actor, key, order)


async def deploy_from_step(
    tx: AsyncSession, actor: Actor, release_id: UUID, step_key: str
) -> ReleaseMoved | None:
    """The cutover step that puts a release live is finished: deploy it, or raise Conflict with obstacles.

    Called again for the same step it changes nothing and gives None.
    """
    if await was_deployed_by(tx, release_id, step_key):
        return None
    return await _move(tx, actor, str(release_id), _Order(target=Status.DEPLOYED, step_key=step_key))


async def delete_release(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None
) -> ReleaseDeleted:
    """Take a release away; refused while others depend on it, and once it was deployed."""
    release = await held(tx, Release, key, what="This release")
    refuse(
        may=to_contribute(actor, "delete a release"),
        seen=await audit.stale(tx, "release", release, seen_revision),
        rules=_was_deployed(release) + await stranded(tx, release),
    )
    changed(release, {"deleted_at": clock.now()})
    deleted = ReleaseDeleted(release_id=release.id, key=release.key)
    await audit.record(tx, actor, deleted)
    await search.drop(tx, release.id)
    return deleted


async def _move(tx: AsyncSession, actor: Actor, key: str, order: _Order) -> ReleaseMoved:
    release, partners = await _held(tx, actor, key, order.target)
    await refresh_items_of(tx, actor, release)
    neighbourhood = await queries.neighbourhood_of(SessionReader(tx), str(release.id))
    obstacles = neighbourhood.obstacles(order.target, order.note)
    left = lifecycle.waive(obstacles, order.manner)
    refuse(
        may=permissions.to_move(actor, order.manner),
        seen=await audit.stale(tx, "release", release, order.seen_revision),
        rules=left + lifecycle.reason_missing(order.manner, order.note),
    )
    waived = tuple(obstacle.code for obstacle in obstacles if obstacle not in left)
    together = [each for each in partners if each.status == Status.READY_PRODUCTION.value]
    moved = _moved(release, together, order, waived)
    await _enter(tx, actor, release, moved, order.note)
    for partner in together:
        others = [each for each in (release, *together) if each is not partner]
        await _enter(tx, actor, partner, _moved(partner, others, order), order.note)
    return moved


async def _held(tx: AsyncSession, actor: Actor, key: str, target: Status) -> tuple[Release, list[Release]]:
    """The release, locked; on the way into production also those that must enter it in the same moment."""
    if target is Status.DEPLOYED:
        return await held_together(tx, actor, key)
    return await held(tx, Release, key, what="This release"), []


def _moved(
    release: Release, together: list[Release], order: _Order, waived: tuple[str, ...] = ()
) -> ReleaseMoved:
    """What is about to happen to a release, as the log will tell it."""
    return ReleaseMoved(
        release_id=release.id,
        key=release.key,
        was=release.status,
        now=order.target.value,
        is_forced=order.manner is Manner.FORCED,
        is_freeze_overridden=order.manner is Manner.FREEZE_OVERRIDDEN,
        waived=waived,
        together_with=tuple(each.key for each in together),
        step_key=order.step_key,
    )


async def _enter(tx: AsyncSession, actor: Actor, release: Release, moved: ReleaseMoved, note: str) -> None:
    """Change one release, write down where it was deployed, record it and what follows for its dependents."""
    target, now = Status(moved.now), clock.now()
    stamp = {STAMPS[target]: now} if target in STAMPS else {}
    changed(release, {"status": target, "moved_at": now, **stamp})
    await write_down(tx, actor, release, Status(moved.was), moved.step_key)
    await audit.record(tx, actor, moved, note=note)
    if target in (Status.DEPLOYED, Status.ROLLED_BACK):
        await tell_dependents(tx, actor, release)


def _was_deployed(release: Release) -> list[Obstacle]:
    if release.production_at is None:
        return []
    return [
        Obstacle(
            code="release.was_deployed",
            text=f"{release.key} was deployed; its history stays.",
            hint="Roll it back, or leave it.",
        )
    ]
