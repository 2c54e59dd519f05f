"""Who may plan and pilot runs."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_plan(actor: Actor, doing: str) -> list[Obstacle]:
    """Create and change migrations and plan their runs."""
    return lacking(actor, Grant.RUNS_PLAN, doing)


def to_pilot(actor: Actor, doing: str) -> list[Obstacle]:
    """Move and change a run, and say who does its steps."""
    return lacking(actor, Grant.RUNS_PILOT, doing)
