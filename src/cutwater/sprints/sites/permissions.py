"""Who may add and change sites."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_manage(actor: Actor, doing: str) -> list[Obstacle]:
    """Add a site, rename it, change its address."""
    return lacking(actor, Grant.SITES_MANAGE, doing)
