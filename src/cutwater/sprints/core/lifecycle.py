"""PURE: how a sprint made here moves, and what is in the way."""

from datetime import date

from cutwater.kernel.obstacle import Obstacle
from cutwater.sprints.core.facts import SprintState

MOVES: dict[SprintState, tuple[SprintState, ...]] = {
    SprintState.PLANNING: (SprintState.ACTIVE, SprintState.CANCELLED),
    SprintState.ACTIVE: (SprintState.COMPLETED, SprintState.PLANNING, SprintState.CANCELLED),
    SprintState.COMPLETED: (SprintState.ACTIVE,),
    SprintState.CANCELLED: (),
}
VERBS = {
    SprintState.ACTIVE: "Start", SprintState.COMPLETED: "Complete", SprintState.CANCELLED: "Cancel",
    SprintState.PLANNING: "Back to planning",
}  # fmt: skip


def obstacles(
    state: SprintState, target: SprintState, *, is_ours: bool, starts_on: date | None, ends_on: date | None
) -> list[Obstacle]:
    """Everything between a sprint and another state."""
    found = imported(is_ours)
    if target not in MOVES[state]:
        allowed = ", ".join(move.lower() for move in MOVES[state]) or "nothing: it is over"
        found.append(
            Obstacle(
                code="sprint.move",
                text=f"A sprint that is {state.lower()} cannot become {target.lower()}.",
                hint=f"From here it can go to: {allowed}.",
            )
        )
    elif target is SprintState.ACTIVE and not (starts_on and ends_on):
        found.append(
            Obstacle(
                code="sprint.dates",
                text="The sprint has no start and end date.",
                hint="Set both dates, then start it.",
                cleared_by="managers, admins and owners",
            )
        )
    return found


def imported(is_ours: bool) -> list[Obstacle]:
    """What keeps us from changing something that belongs to another system."""
    if is_ours:
        return []
    return [
        Obstacle(
            code="sprint.imported",
            text="It comes from another system, which owns it.",
            hint="Change it there and import again.",
            cleared_by="people who may edit it there",
        )
    ]
