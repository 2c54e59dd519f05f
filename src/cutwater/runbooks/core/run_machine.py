"""The life of a run: its states, its moves, and what blocks each."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from cutwater.kernel.obstacle import Obstacle


class RunState(StrEnum):
    """Where an iteration's run stands."""

    PLANNED = "PLANNED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    ABORTED = "ABORTED"


class RunMove(StrEnum):
    """What a pilot can do to a run."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    ABORT = "abort"


RUN_MOVES: Mapping[RunMove, tuple[frozenset[RunState], RunState]] = {
    RunMove.START: (frozenset({RunState.PLANNED}), RunState.RUNNING),
    RunMove.PAUSE: (frozenset({RunState.RUNNING}), RunState.PAUSED),
    RunMove.RESUME: (frozenset({RunState.PAUSED}), RunState.RUNNING),
    RunMove.COMPLETE: (frozenset({RunState.RUNNING}), RunState.COMPLETED),
    RunMove.ABORT: (frozenset({RunState.PLANNED, RunState.RUNNING, RunState.PAUSED}), RunState.ABORTED),
}


def run_obstacles(move: RunMove, state: RunState, open_codes: Sequence[str] = ()) -> list[Obstacle]:
    """What stands in the way of a run's move; completing needs every step ended."""
    sources, _ = RUN_MOVES[move]
    found = []
    if state not in sources:
        allowed = " or ".join(each.value.lower() for each in RunState if each in sources)
        found.append(
            Obstacle(
                code=f"run.{state.value.lower()}",
                text=f"The run is {state.value.lower()}.",
                hint=f"Only a run that is {allowed} can be moved by “{move.value}”.",
            )
        )
    if move is RunMove.COMPLETE and open_codes:
        some = ", ".join(open_codes[:10]) + (
            f" and {len(open_codes) - 10} more" if len(open_codes) > 10 else ""
        )
        found.append(
            Obstacle(
                code="run.open_steps",
                text=f"{len(open_codes)} steps have not ended: {some}.",
                hint="Finish, skip or cancel them.",
                cleared_by="their owners or a pilot",
            )
        )
    return found
