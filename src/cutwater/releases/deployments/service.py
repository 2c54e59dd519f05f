"""Writing down where a release was deployed."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.releases.catalogue.service import environment_of_kind
from cutwater.releases.core.facts import EnvironmentKind, Outcome, Status, rank
from cutwater.releases.core.requirements import ENVIRONMENT_OF
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.records.models import Release


async def write_down(tx: AsyncSession, actor: Actor, release: Release, was: Status, step_key: str) -> None:
    """The deployment that a move just made means, if it means one; `was` is where the release came from."""
    target = Status(release.status)
    is_rolled_back = target is Status.ROLLED_BACK
    kind = EnvironmentKind.PRODUCTION if is_rolled_back else ENVIRONMENT_OF.get(target)
    if kind is None or (rank(target) < rank(was) and not is_rolled_back):
        return
    tx.add(
        Deployment(
            release_id=release.id,
            environment_id=await environment_of_kind(tx, actor, kind),
            version=release.version,
            outcome=(Outcome.ROLLED_BACK if is_rolled_back else Outcome.SUCCEEDED).value,
            deployed_at=release.moved_at,
            deployed_by_id=actor.user_id,
            step_key=step_key,
        )
    )
    await tx.flush()


async def was_deployed_by(tx: AsyncSession, release_id: UUID, step_key: str) -> bool:
    """Whether this very step has put the release live already."""
    done = exists().where(Deployment.release_id == release_id, Deployment.step_key == step_key)
    return bool(step_key) and bool(await tx.scalar(select(done)))
