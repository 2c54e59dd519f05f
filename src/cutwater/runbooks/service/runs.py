"""A run as a whole: starting, pausing, ending it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.obstacle import Obstacle
from cutwater.runbooks import events, permissions
from cutwater.runbooks.facts import Communications
from cutwater.runbooks.models import Iteration
from cutwater.runbooks.queries import runs as queries
from cutwater.runbooks.queries import steps
from cutwater.runbooks.service import readiness
from cutwater.runbooks.step_machine import RUN_MOVES, RunMove, RunState, run_obstacles


async def move_run(
    tx: AsyncSession, actor: Actor, key: str, move: str, *, seen_revision: int | None = None, note: str = ""
) -> Iteration:
    """Start, pause, resume, complete or abort a run, or refuse with every reason at once."""
    move = RunMove(move)
    run = await queries.run_for_update(tx, key)
    is_ending = move is RunMove.COMPLETE
    open_codes = await steps.open_codes(tx, run.id) if is_ending else []
    refuse_if(
        permissions.to_pilot(actor, f"{move.value} a run")
        + run_obstacles(move, RunState(run.state), open_codes)
        + _reason(move, note)
    )
    refuse_stale(run.revision, seen_revision)
    was, now = run.state, clock.now()
    run.state = RUN_MOVES[move][1]
    run.revision, run.tick = run.revision + 1, run.tick + 1
    if move is RunMove.START:
        run.started_at = now
    if move in (RunMove.COMPLETE, RunMove.ABORT):
        run.ended_at = now
    said = events.RunMoved(run_id=run.id, key=run.key, was=was, now=run.state)
    await audit.record(tx, actor, said, note=note)
    await readiness.settle(tx, run)
    return run


def _reason(move: RunMove, note: str) -> list[Obstacle]:
    if move is not RunMove.ABORT or note.strip():
        return []
    return [
        Obstacle(
            code="reason.missing",
            text="To abort a run needs a reason.",
            hint="Write a sentence that explains it in the report.",
            cleared_by="you",
        )
    ]


async def update_run(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    title: str | None = None,
    communications: Communications | None = None,
    window_end: datetime | None = None,
    seen_revision: int | None = None,
) -> Iteration:
    """Change a run's title, whom it writes to, or the end of its window."""
    refuse_if(permissions.to_pilot(actor, "change a run"))
    run = await queries.run_for_update(tx, key)
    refuse_stale(run.revision, seen_revision)
    if run.ended_at is not None:
        raise Conflict([Obstacle(code="run.ended", text=f"{run.key} has ended.", hint="It stays as it is.")])
    if window_end is not None and window_end <= run.planned_start:
        raise Invalid({"window_end": "The window must end after the planned start."})
    wanted = {"title": title, "communications": communications, "window_end": window_end}
    differences = {
        name: (getattr(run, name), value)
        for name, value in wanted.items()
        if value is not None and value != getattr(run, name)
    }
    if differences:
        for name, (_, value) in differences.items():
            setattr(run, name, value)
        run.revision, run.tick = run.revision + 1, run.tick + 1
        await audit.record(tx, actor, events.RunUpdated(run_id=run.id, key=run.key, differences=differences))
    return run
