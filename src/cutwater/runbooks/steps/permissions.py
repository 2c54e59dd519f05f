"""Who may do what to a step: owners execute it, pilots override."""

from typing import Protocol
from uuid import UUID

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.runbooks.core.step_machine import MOVES, StepMove


class Owned(Protocol):
    """A step, as far as its owners are concerned: a row or an entity."""

    @property
    def code(self) -> str: ...
    @property
    def team_id(self) -> UUID | None: ...
    @property
    def assignee_id(self) -> UUID | None: ...
    @property
    def deputy_id(self) -> UUID | None: ...


def owns(actor: Actor, step: Owned) -> bool:
    """In the owning team, or its assignee or deputy."""
    is_named = actor.user_id is not None and actor.user_id in (step.assignee_id, step.deputy_id)
    return is_named or (step.team_id is not None and step.team_id in actor.team_ids)


def to_execute(actor: Actor, step: Owned, *, team: str = "") -> list[Obstacle]:
    """Owners and pilots execute a step; viewers never do."""
    if actor.may(Grant.RUNS_PILOT):
        return []
    if not actor.may(Grant.RUNS_EXECUTE):
        return lacking(actor, Grant.RUNS_EXECUTE, "execute steps")
    if owns(actor, step):
        return []
    who = f"members of {team}" if team else "its owning team"
    return [
        Obstacle(
            code="permission.step",
            text=f"{step.code} is not yours: you are not in {team or 'its team'}, nor named on it.",
            hint=f"Ask {who}, its assignee or deputy, or a pilot.",
            cleared_by=f"{who}, its assignee or deputy, or a pilot",
        )
    ]


def to_move(
    actor: Actor, step: Owned, move: StepMove, *, override: bool = False, team: str = ""
) -> list[Obstacle]:
    """A step's move: its owners', except for what only pilots do."""
    if override:
        return lacking(actor, Grant.RUNS_PILOT, "override what is in the way of a step")
    if MOVES[move].pilot_only:
        return lacking(actor, Grant.RUNS_PILOT, f"{move.value} a step")
    return to_execute(actor, step, team=team)
