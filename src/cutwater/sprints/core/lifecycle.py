"""How a sprint made here moves, and what is in the way."""

from datetime import date, datetime

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


def filled(issues: int) -> list[Obstacle]:
    """What keeps a sprint from being deleted: the issues in it."""
    if not issues:
        return []
    text = f"{issues} {'issue is' if issues == 1 else 'issues are'} in the sprint."
    return [Obstacle(code="sprint.issues", text=text, hint="Take them out first.")]


def times_of(
    target: SprintState, *, started_at: datetime | None, now: datetime
) -> dict[str, datetime | None]:
    """The moments that a move to a state sets or clears."""
    if target is SprintState.ACTIVE:
        return {"started_at": started_at or now, "completed_at": None}
    if target is SprintState.COMPLETED:
        return {"completed_at": now}
    return {"started_at": None} if target is SprintState.PLANNING else {}


def verb(state: SprintState, target: SprintState) -> str:
    """What a move is called on its button."""
    is_reopening = (state, target) == (SprintState.COMPLETED, SprintState.ACTIVE)
    return "Reopen" if is_reopening else VERBS[target]
