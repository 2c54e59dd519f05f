"""Who may plan sprints, fill them, and import into them."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_write(actor: Actor, doing: str) -> list[Obstacle]:
    """Create and move sprints, put issues into them, import, and confirm field mappings."""
    return lacking(actor, Grant.SPRINTS_WRITE, doing)
