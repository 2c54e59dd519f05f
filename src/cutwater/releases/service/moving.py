"""Moving releases through their lifecycle: fetch and lock, decide, change, record."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import SessionReader
from cutwater.releases import lifecycle, permissions, queries
from cutwater.releases.events import DependencyReopened, DependencyResolved, ReleaseMoved
from cutwater.releases.facts import DependencyKind, EnvironmentKind, Outcome, Status, rank
from cutwater.releases.lifecycle import Manner
from cutwater.releases.models import Deployment, Release, ReleaseDependency
from cutwater.releases.requirements import ENVIRONMENT_OF
from cutwater.releases.service.catalogue import environment_of_kind
from cutwater.releases.service.items import refresh_items_of
from cutwater.releases.service.releases import refuse_unseen


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
) -> Release:
    """Move a release to another status, or refuse with every reason at once.

    Entering production takes along every release that must go together with it, in this transaction.
    A forced move and an overridden freeze need a reason, and the log says what they went past.
    """
    order = _Order(target=target, seen_revision=seen_revision, note=note, manner=manner)
    return await _move(tx, actor, key, order)


async def deploy_from_step(tx: AsyncSession, actor: Actor, release_id: UUID, step_key: str) -> Release:
    """The cutover step that puts a release live is finished: deploy it, or raise Conflict with obstacles.

    Called again for the same step it changes nothing.
    """
    done = select(exists().where(Deployment.release_id == release_id, Deployment.step_key == step_key))
    if step_key and await tx.scalar(done):
        return await queries.release_for_update(tx, str(release_id))
    return await _move(tx, actor, str(release_id), _Order(target=Status.DEPLOYED, step_key=step_key))


async def _move(tx: AsyncSession, actor: Actor, key: str, order: _Order) -> Release:
    release, partners = await _held(tx, actor, key, order.target)
    refuse_if(permissions.to_move(actor, order.manner))
    await refuse_unseen(tx, actor, release, order.seen_revision)
    await refresh_items_of(tx, actor, release)
    waived = await _decide(tx, release, order)
    together = [each for each in partners if each.status == Status.READY_PRODUCTION.value]
    await _enter(tx, actor, release, _moved(release, together, order, waived), order.note)
    for partner in together:
        others = [each for each in (release, *together) if each is not partner]
        await _enter(tx, actor, partner, _moved(partner, others, order), order.note)
    return release


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


async def _held(tx: AsyncSession, actor: Actor, key: str, target: Status) -> tuple[Release, list[Release]]:
    """The release, locked; on the way into production also those that must enter it in the same moment."""
    if target is Status.DEPLOYED:
        return await queries.together_for_update(tx, actor.organization_id, key)
    return await queries.release_for_update(tx, key), []


async def _decide(tx: AsyncSession, release: Release, order: _Order) -> tuple[str, ...]:
    """Refuse with everything in the way; else the codes of what a manager's word went past."""
    around = await queries.neighbourhood(SessionReader(tx), str(release.id))
    found = around.obstacles(order.target, order.note)
    left = lifecycle.waive(found, order.manner)
    refuse_if(left + lifecycle.reason_missing(order.manner, order.note))
    return tuple(each.code for each in found if each not in left)


async def _enter(tx: AsyncSession, actor: Actor, release: Release, moved: ReleaseMoved, note: str) -> None:
    """Change one release, write down where it was deployed, record it and what follows for its dependents."""
    target, now = Status(moved.now), clock.now()
    release.status, release.moved_at = target.value, now
    release.revision += 1
    if target is Status.IN_STAGING:
        release.staging_at = now
    if target is Status.DEPLOYED:
        release.production_at = now
    await _deployed(tx, actor, release, moved)
    await audit.record(tx, actor, moved, note=note)
    if target in (Status.DEPLOYED, Status.ROLLED_BACK):
        await _tell_dependents(tx, actor, release)


async def _deployed(tx: AsyncSession, actor: Actor, release: Release, moved: ReleaseMoved) -> None:
    """The deployment that a move means, if it means one."""
    target = Status(moved.now)
    is_back = rank(target) < rank(Status(moved.was))
    kind = EnvironmentKind.PRODUCTION if target is Status.ROLLED_BACK else ENVIRONMENT_OF.get(target)
    if kind is None or (is_back and target is not Status.ROLLED_BACK):
        return
    environment = await environment_of_kind(tx, actor, kind)
    tx.add(
        Deployment(
            release_id=release.id,
            environment_id=environment.id,
            version=release.version,
            outcome=(Outcome.ROLLED_BACK if target is Status.ROLLED_BACK else Outcome.SUCCEEDED).value,
            deployed_at=release.moved_at,
            deployed_by_id=actor.user_id,
            step_key=moved.step_key,
        )
    )
    await tx.flush()


async def _tell_dependents(tx: AsyncSession, actor: Actor, release: Release) -> None:
    """Every release that waited for this one is free of it, or held up by it again."""
    rows = await tx.execute(
        select(Release.id, Release.key)
        .join(ReleaseDependency, ReleaseDependency.dependent_id == Release.id)
        .where(
            ReleaseDependency.blocker_id == release.id,
            ReleaseDependency.kind == DependencyKind.BLOCKS.value,
            ReleaseDependency.deleted_at.is_(None),
            Release.deleted_at.is_(None),
            queries.is_active(),
        )
        .order_by(Release.key)
    )
    happened = DependencyResolved if release.status == Status.DEPLOYED.value else DependencyReopened
    for row in rows.all():
        event = happened(
            release_id=row.id,
            key=row.key,
            blocker_id=release.id,
            blocker_key=release.key,
            kind=DependencyKind.BLOCKS.value,
        )
        await audit.record(tx, actor, event)
