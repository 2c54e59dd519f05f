"""Background jobs that people start and may leave: begun, advanced, ended."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held_if
from cutwater.notifications.core import letters
from cutwater.notifications.inbox.service import tell
from cutwater.notifications.work.models import Work, WorkState


async def begin_work(
    tx: AsyncSession, actor: Actor, kind: str, title: str, total: int = 0, *, path: str = "/"
) -> UUID:
    """Announce a background job; `path` is the page to go back to. Its page is `/work/{id}`."""
    work = Work(
        id=new_id(),
        kind=kind,
        title=letters.one_line(title),
        path=path,
        total=max(total, 0),
        started_by=actor.user_id,
    )
    tx.add(work)
    await tx.flush()
    return work.id


async def _hold_running(tx: AsyncSession, id: UUID) -> Work | None:
    return await held_if(tx, Work, Work.id == id, Work.state == WorkState.RUNNING)


async def advance_work(tx: AsyncSession, work_id: UUID, done: int, total: int | None = None) -> None:
    """How far it is. Others see it when this transaction commits, so use one of its own."""
    work = await _hold_running(tx, work_id)
    if work is not None:
        work.done, work.total = done, work.total if total is None else total
        work.updated_at = clock.now()
        await tx.flush()
        await _nudge(tx, work)


async def _nudge(tx: AsyncSession, work: Work) -> None:
    """The page of the person who started it shows how far it is; work of a service key has nobody to tell."""
    if work.started_by is not None:
        await audit.nudge(tx, f"work:{work.id}", to=work.started_by)


async def end_work(
    tx: AsyncSession, work_id: UUID, *, result: Mapping[str, object] | None = None, failed: str = ""
) -> None:
    """It is over: done with a result, or `failed` with a sentence. Whoever started it is told."""
    work = await _hold_running(tx, work_id)
    if work is None:
        return
    work.state = WorkState.FAILED if failed else WorkState.DONE
    work.result, work.error, work.ended_at = dict(result or {}), failed, clock.now()
    if not failed:
        work.done = work.total
    await tx.flush()
    await _nudge(tx, work)
    if work.started_by is not None:
        title = f"{work.title}: {'failed' if failed else 'done'}"
        await tell(tx, [work.started_by], title, f"/work/{work.id}", kind="work.ended")
