"""Who manages teams."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_manage(actor: Actor) -> list[Obstacle]:
    """Make, change and delete teams, and say who is in them."""
    return lacking(actor, Grant.TEAMS_MANAGE, "manage teams")
